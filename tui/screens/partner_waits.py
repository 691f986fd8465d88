"""Why something waits with a partner: they began anew, we did, or their messages contradict each other."""

from protocol.local import views
from tui.widgets.paragraphs import Paragraph
from tui.wording import N_, Words


def what_waits(words: Words, peer: views.PeerView) -> list[Paragraph]:
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
    warnings = [Paragraph(text=words.say(text), style="$warning", mark="! ") for text in told]
    return [Paragraph(text=""), *warnings] if warnings else []
