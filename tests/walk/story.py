"""The whole path, chapter by chapter, by keys that were read on the screen."""

from collections.abc import Callable, Iterator
from functools import partial

from tests.walk import arriving, asking, caring, referring
from tests.walk.reader import Reader

Step = Callable[[], None]


def steps(alo: Reader, bandhan: Reader) -> Iterator[tuple[str, Step]]:
    """Each step with its name."""
    for reader in (alo, bandhan):
        yield f"{reader.place.name} unlocks", partial(arriving.unlock, reader)
        yield f"{reader.place.name} practises", partial(arriving.practise, reader)
    yield "they meet", partial(arriving.meet, alo, bandhan)
    yield "a case is opened", partial(asking.open_case, alo)
    yield "her words are written", partial(asking.write_her_words, alo)
    yield "facts are written", partial(asking.write_facts, alo)
    yield "she is asked", partial(asking.ask_her, alo, bandhan.place.name)
    yield (
        "she is asked about the way back",
        partial(asking.ask_for_the_way_back, alo, bandhan.place.name),
    )
    yield "an offer", partial(referring.offer, alo, bandhan)
    yield "a question and its answer", partial(referring.ask_and_answer, alo, bandhan)
    yield "a yes", partial(referring.accept, alo, bandhan)
    yield "the dossier", partial(referring.send_dossier, alo, bandhan)
    yield "she arrives", partial(referring.prepare_and_arrive, alo, bandhan)
    yield "she is asked again", partial(caring.ask_again_and_report, alo, bandhan)
    yield "her words come back", partial(caring.read_her_words, alo, bandhan)
    yield "she withdraws", partial(caring.withdraw, alo, bandhan)
    yield "who knows what", partial(caring.look_at_ledger, alo, bandhan)
    yield "hidden at once", partial(caring.hide_and_come_back, alo)
    for reader in (alo, bandhan):
        yield f"{reader.place.name} closes", partial(caring.lock_and_close, reader)
