"""Two partners that lost their computers at the same time: each holds keys that the other has no more."""

from pathlib import Path

from protocol.errors import RefusalCode
from tests.support.restoring import restore, save, waits
from tests.support.silence import Houses
from tests.support.story import Story

HOUR = 3_600


def test_two_partners_that_were_both_restored_find_each_other_by_themselves(
    story: Story, tmp_path: Path
) -> None:
    federation, both = story.federation, (story.alo, story.bandhan)
    story.up_to_dossier()
    houses = Houses(federation=federation, off={federation["Chautari"].node_id})
    saved = {node.name: save(node, tmp_path / node.name) for node in both}
    federation.clock.forward(HOUR)
    for node in both:
        restore(federation, node, saved[node.name])
    for node in both:
        houses.lay(node)
    for _ in range(4):
        for node in both:
            houses.work(node)
        federation.clock.forward(HOUR)

    assert waits(story.alo, story.bandhan) == (False, True)
    assert waits(story.bandhan, story.alo) == (False, True)
    assert RefusalCode.E_PREKEY_UNKNOWN not in federation.refused
