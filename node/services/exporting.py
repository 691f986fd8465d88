"""One case taken out of the node: what we recorded ourselves, and nothing that a partner told us of her."""

from node.effects import Acting, audit
from node.vault.tables import cases
from node.vault.unit import Unit
from protocol.local import commands, views
from protocol.local.views import No, Refused, refused
from protocol.messages.disclosed import Fact
from protocol.vocabulary.facts import FACT_FIELDS


def export_case(
    unit: Unit, command: commands.ExportCase, *, acting: Acting
) -> views.CaseExport | Refused:
    """Give the facts of a case; that they left the node is written down with the names of their fields."""
    case = cases.find_numbered(unit.vault, command.case_number)
    if case is None:
        return refused(No.NOT_FOUND)
    known = cases.load_facts(unit.vault, case.case_id)
    fields = ",".join(fact.field for fact in known.facts)
    audit(unit, "case.exported", case.case_id, acting=acting, details=fields)
    return views.CaseExport(
        case_number=case.case_number,
        status=case.status.value,
        age_band=case.age_band.value,
        language=case.language,
        facts=[_fact(fact) for fact in known.facts],
        texts=len(known.sentences),
    )


def _fact(fact: Fact) -> views.FactView:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    return views.FactView(
        field=fact.field, category=int(FACT_FIELDS[fact.field].category), value=value
    )
