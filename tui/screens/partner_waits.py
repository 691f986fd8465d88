"""Why something waits with a partner: somebody began anew, messages contradict each other, keys are over."""

from protocol.local import views
from tui.desk import Desk
from tui.screens.partners import STOPPED
from tui.widgets.paragraphs import Paragraph
from tui.wording import N_


def what_waits(desk: Desk, peer: views.PeerView) -> list[Paragraph]:
    """A warning for each thing that a person has to know or to do; nothing where all is well."""
    told = []
    if peer.confirm_awaited is not None:
        told.append(
            N_(
                "They began anew, as after a lost computer. A thief with a stolen copy looks the same:"
                " nothing about anybody goes there. Call them on a number you knew before. If it is"
                " them, press C."
            )
        )
    if peer.state_awaited is not None:
        told.append(
            N_(
                "Our computer was restored. They have not told us yet what was taken back meanwhile:"
                " until then nothing goes there, and what came from them stays closed."
            )
        )
    if peer.is_frozen:
        told.append(
            N_(
                "Stopped for safety: their messages contradict each other. Call them and find out whether"
                " two computers speak for them. When only one does, press A: it is asked to begin anew."
            )
        )
    texts = [desk.words.say(text) for text in told]
    if peer.status not in STOPPED and peer.keys_until <= desk.now:
        texts.append(_keys_are_over(desk, peer))
    warnings = [Paragraph(text=text, style="$warning", mark="! ") for text in texts]
    return [Paragraph(text=""), *warnings] if warnings else []


def _keys_are_over(desk: Desk, peer: views.PeerView) -> str:
    return desk.words.say(
        N_(
            "Nothing can leave for them: the keys of theirs that we hold ended on {date}. Our computer asks"
            " theirs for new ones each hour. Call them: their computer has to be on and unlocked. If we hear"
            " nothing for a day after that, ask them for a new introduction file, and read it in."
        ),
        date=desk.date(peer.keys_until),
    )
