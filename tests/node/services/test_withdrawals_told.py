"""A withdrawal that arrives: a person is told whose it is."""

from node.services import overview
from protocol.local import commands
from tests.support.federation import Node
from tests.support.story import Story


def women_who_withdrew(node: Node, task: str) -> list[str]:
    """Whom the tasks are about, by the numbers of our own cases."""
    shown = node.use(overview.show_today, commands.ShowToday()).tasks
    return sorted(str(one.case_number) for one in shown if one.task == task)


def test_two_who_withdraw_at_one_partner_are_two_things_to_do_and_each_is_named(
    story: Story,
) -> None:
    for number in ("ALO-17", "ALO-18"):
        story.open_case(number=number)
        story.agree()
        story.offer()
        story.settle()
        story.accept()
        story.settle()
        story.dossier()
        story.settle()
        story.withdraw(at=story.bandhan)
        story.settle()

    assert women_who_withdrew(story.alo, "hear_it_from_her") == ["ALO-17", "ALO-18"]


def test_what_she_withdrew_at_the_other_side_is_told_with_our_own_number_of_her_case(
    story: Story,
) -> None:
    story.up_to_reports()
    ((number,),) = story.bandhan.rows("SELECT case_number FROM cases")
    story.withdraw(story.way_back)
    story.withdraw()
    story.settle()

    assert women_who_withdrew(story.bandhan, "withdrawal_arrived") == [number]
    assert women_who_withdrew(story.bandhan, "hear_it_from_her") == [number]
