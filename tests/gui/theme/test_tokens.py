"""The colours can be read, and a layer kind has one of its own."""

import re
from dataclasses import fields

import pytest

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.theme.stylesheet import mix
from modeldesk.ui.theme.tokens import DARK, LIGHT, Tokens, Tone, ink_on, luminance

SCHEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


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
    for ground in (tokens.window, tokens.panel, tokens.side, tokens.selected, tokens.hover):
        assert contrast(tokens.text, ground) >= 7
        assert contrast(tokens.muted, ground) >= 4.3
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.on_bad, tokens.bad) >= 4.5


@SCHEMES
@pytest.mark.parametrize("tone", Tone)
def test_a_chips_text_can_be_read(tokens: Tokens, tone: Tone) -> None:
    ink, ground = tokens.tone(tone)
    assert contrast(ink, ground) >= 3.5


@SCHEMES
def test_kinds_differ_and_their_labels_can_be_read(tokens: Tokens) -> None:
    colors = [tokens.kind(kind) for kind in LayerKind]
    assert len(set(colors)) == len(LayerKind)
    for color in colors:
        assert contrast(ink_on(color), color) >= 4.4


def test_ink_goes_by_luminance() -> None:
    assert ink_on("#FFFFFF") == "#14171C"
    assert ink_on("#000000") == "#FFFFFF"
    assert ink_on("#F0A030") == "#14171C"


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert mix("#000000", "#FFFFFF", 0) == "#000000"
    assert mix("#000000", "#FFFFFF", 1) == "#FFFFFF"
    assert mix("#102030", "#304050", 0.5) == "#203040"
