"""A channel as it is shown everywhere."""

from modeldesk.ui import presentation
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec

_TONES = {"stable": Tone.GOOD, "candidate": Tone.ACCENT}


def channel_chip(channel: str) -> ChipSpec:
    """The channel's name in its colour."""
    return ChipSpec(presentation.printable(channel), channel_tone(channel))


def channel_tone(channel: str) -> Tone:
    """How a channel is coloured."""
    return _TONES.get(channel, Tone.NEUTRAL)
