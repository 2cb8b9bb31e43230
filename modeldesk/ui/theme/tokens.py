"""Every colour and measure of the program, in light and dark."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Literal

from modeldesk.core.layers.kinds import LayerKind

TextColor = Literal["text", "muted", "accent", "good", "warning", "bad", "on_accent", "on_bad"]
"""Colours a page may name for what is read."""
ColorName = TextColor | Literal["faint", "line"]
"""Colours a page may name for icons and marks; the faint one is too pale for words."""


class Tone(Enum):
    """What a mark says about its subject; each has a text colour and a background."""

    GOOD = "good"
    ACCENT = "accent"
    WARNING = "warning"
    BAD = "bad"
    NEUTRAL = "neutral"


class Space:
    """Gaps and margins, in pixels."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 22


class Radius:
    """Corner radii, in pixels."""

    CHIP = 6
    CONTROL = 8
    CARD = 12


@dataclass(frozen=True, slots=True)
class Tokens:
    """One colour scheme. Every field but `dark` and `kinds` is a ``#RRGGBB`` colour."""

    dark: bool
    window: str
    panel: str
    side: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_bg: str
    good: str
    good_bg: str
    warning: str
    warning_bg: str
    bad: str
    bad_bg: str
    on_accent: str
    on_bad: str
    hover: str
    selected: str
    track: str
    grid: str
    kinds: Mapping[LayerKind, str]

    def kind(self, kind: LayerKind) -> str:
        """The colour of a layer kind."""
        return self.kinds[kind]

    def tone(self, tone: Tone) -> tuple[str, str]:
        """Text colour and background of a tone."""
        return {
            Tone.GOOD: (self.good, self.good_bg),
            Tone.ACCENT: (self.accent, self.accent_bg),
            Tone.WARNING: (self.warning, self.warning_bg),
            Tone.BAD: (self.bad, self.bad_bg),
            Tone.NEUTRAL: (self.muted, self.side),
        }[tone]

    def color(self, name: ColorName) -> str:
        """The colour a page named."""
        colors: dict[ColorName, str] = {
            "text": self.text,
            "muted": self.muted,
            "faint": self.faint,
            "accent": self.accent,
            "good": self.good,
            "warning": self.warning,
            "bad": self.bad,
            "line": self.line,
            "on_accent": self.on_accent,
            "on_bad": self.on_bad,
        }
        return colors[name]


def _kinds(*colors: str) -> Mapping[LayerKind, str]:
    return MappingProxyType(dict(zip(LayerKind, colors, strict=True)))


LIGHT = Tokens(
    dark=False,
    window="#F6F7F9",
    panel="#FFFFFF",
    side="#F0F2F5",
    line="#E1E5EA",
    text="#1B2330",
    muted="#616A7E",
    faint="#98A2B3",
    accent="#3C58F9",
    accent_bg="#E8ECFF",
    good="#1A7A4D",
    good_bg="#E3F5EC",
    warning="#9B5D00",
    warning_bg="#FFF3DC",
    bad="#C63249",
    bad_bg="#FDE8EB",
    on_accent="#FFFFFF",
    on_bad="#FFFFFF",
    hover="#F6F7F9",
    selected="#F2F5FF",
    track="#E1E5EA",
    grid="#EDF0F3",
    kinds=_kinds("#A9B3C2", "#69AFD9", "#3A6FD8", "#27A387", "#F0A030", "#B58AB8"),
)

DARK = Tokens(
    dark=True,
    window="#14171C",
    panel="#1B1F26",
    side="#171B21",
    line="#2A303A",
    text="#E7EAF0",
    muted="#9AA4B2",
    faint="#6B7585",
    accent="#8193FF",
    accent_bg="#262E52",
    good="#55C791",
    good_bg="#173427",
    warning="#E7AF4F",
    warning_bg="#3A2E14",
    bad="#F27C8E",
    bad_bg="#40202A",
    on_accent="#14171C",
    on_bad="#14171C",
    hover="#20252D",
    selected="#21263D",
    track="#2A303A",
    grid="#262C35",
    kinds=_kinds("#6E7989", "#4E93BE", "#5A86E8", "#3BB99B", "#F0A944", "#B88FC0"),
)
