"""The acts of asking her for consent, step by step."""

from typing import Final

from tui.acts import Act
from tui.wording import N_

CHOOSE: Final = Act(
    name="choose",
    key="f3",
    label=N_("she chooses"),
    help=N_("It was read to her; now she decides about each thing."),
)
YES: Final = Act(
    name="yes", key="y", label=N_("yes"), help=N_("She says yes to this."), in_palette=False
)
NO: Final = Act(
    name="no", key="n", label=N_("no"), help=N_("She says no; it stays here."), in_palette=False
)
LATER: Final = Act(
    name="later",
    key="l",
    label=N_("later"),
    help=N_("She will decide later; until then it stays here, as with no."),
    in_palette=False,
)
READ: Final = Act(
    name="read_back",
    key="r",
    label=N_("read back"),
    help=N_("Read this sentence back to her, word for word; only then it may go."),
)
PARTS: Final = Act(
    name="parts",
    key="e",
    label=N_("leave out"),
    help=N_("Show the facts of this, so that she can leave some of them out."),
)
SAY_BACK: Final = Act(
    name="say_back",
    key="f3",
    label=N_("say it back"),
    help=N_("She says in her own words what will be told to whom."),
)
UNDERSTOOD: Final = Act(
    name="understood",
    key="y",
    label=N_("understood"),
    help=N_("She said it back in her own words, and it is so."),
    in_palette=False,
)
NOT_YET: Final = Act(
    name="not_yet",
    key="n",
    label=N_("not yet"),
    help=N_("It is not clear to her yet: read it together once more."),
    in_palette=False,
)
HOW: Final = Act(
    name="how",
    key="f3",
    label=N_("how she said yes"),
    help=N_("How she said yes, and who was there."),
)
NOTHING: Final = Act(
    name="nothing",
    key="ctrl+s",
    label=N_("end: nothing"),
    help=N_("She said yes to nothing: nothing is recorded, and nothing is sent."),
    in_palette=False,
)
RECORD: Final = Act(
    name="record",
    key="ctrl+s",
    label=N_("record"),
    help=N_("Record what she said yes to, here and now. Nothing is sent by it alone."),
    in_palette=False,
)
STEP_BACK: Final = Act(
    name="step_back", key="f6", label=N_("step back"), help=N_("The step before this one.")
)
ALL: Final = (
    CHOOSE,
    YES,
    NO,
    LATER,
    READ,
    PARTS,
    SAY_BACK,
    UNDERSTOOD,
    NOT_YET,
    HOW,
    NOTHING,
    RECORD,
    STEP_BACK,
)

# In which step an act works; some need more than that.
STEP_OF: Final = {
    CHOOSE.name: 1,
    YES.name: 2,
    NO.name: 2,
    LATER.name: 2,
    READ.name: 2,
    PARTS.name: 2,
    SAY_BACK.name: 2,
    UNDERSTOOD.name: 3,
    NOT_YET.name: 3,
    HOW.name: 3,
    NOTHING.name: 3,
    RECORD.name: 4,
}
