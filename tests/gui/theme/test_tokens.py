"""The colours can be read, and a layer kind has one of its own."""

import re
from dataclasses import fields

import pytest

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.theme.stylesheet import mix
from modeldesk.ui.theme.tokens import DARK, LIGHT, Tokens, Tone

SCHEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def luminance(color: str) -> float:
    """Relative luminance as WCAG defines it, 0 (black) to 1 (white)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@SCHEMES
def test_every_colour_is_six_digits(tokens: Tokens) -> None:
    colors = [getattr(tokens, f.name) for f in fields(tokens) if f.name not in ("dark", "kinds")]
    for color in [*colors, *tokens.kinds.values()]:
        assert re.fullmatch("#[0-9A-F]{6}", color)


@SCHEMES
def test_text_can_be_read_on_every_ground(tokens: Tokens) -> None:
    grounds = (tokens.window, tokens.panel, tokens.side, tokens.selected, tokens.hover)
    for ground in (*grounds, tokens.accent_bg):
        assert contrast(tokens.text, ground) >= 7
        for ink in (tokens.muted, tokens.accent, tokens.good, tokens.warning, tokens.bad):
            assert contrast(ink, ground) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.on_bad, tokens.bad) >= 4.5


@SCHEMES
@pytest.mark.parametrize("tone", Tone)
def test_a_chips_text_can_be_read(tokens: Tokens, tone: Tone) -> None:
    ink, ground = tokens.tone(tone)
    assert contrast(ink, ground) >= 4.5
    # The reason in a banner.
    assert contrast(tokens.muted, ground) >= 4.5


@SCHEMES
def test_kinds_differ(tokens: Tokens) -> None:
    assert len({tokens.kind(kind) for kind in LayerKind}) == len(LayerKind)


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert mix("#000000", "#FFFFFF", 0) == "#000000"
    assert mix("#000000", "#FFFFFF", 1) == "#FFFFFF"
    assert mix("#102030", "#304050", 0.5) == "#203040"
