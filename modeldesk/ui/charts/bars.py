"""What the size chart shows, free of any chart library."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.core.words import tr
from modeldesk.ui import presentation


class BarState(Enum):
    """Where a version is, and so which sizes its bar has."""

    HERE = "here"
    GONE = "gone"
    """No longer here: its sizes are those it had."""
    GONE_IN_REGISTRY = "gone, in registry"
    """As GONE, and a registry still has it."""
    REMOTE = "remote"
    """It was never here. Its sizes are compressed ones."""


@dataclass(frozen=True, slots=True)
class SizeBar:
    """One version: its key, its name on the axis, and its bytes by layer kind."""

    key: str
    label: str
    bytes_by_kind: tuple[tuple[LayerKind, int], ...]
    state: BarState = BarState.HERE
    """Only a version that is here can be gone to."""

    @property
    def here(self) -> bool:
        return self.state is BarState.HERE

    @property
    def gone(self) -> bool:
        return self.state in (BarState.GONE, BarState.GONE_IN_REGISTRY)

    @property
    def compressed(self) -> bool:
        """Whether its sizes can't be compared with those of most others."""
        return self.state is BarState.REMOTE

    @property
    def total(self) -> int:
        """All bytes of the version."""
        return sum(size for _, size in self.bytes_by_kind)

    def size_of(self, kind: LayerKind) -> int:
        """The bytes of one kind; 0 when the version has none of it."""
        return sum(size for found, size in self.bytes_by_kind if found is kind)


def kinds_in(bars: Sequence[SizeBar]) -> list[LayerKind]:
    """The kinds that occur in a few `bars`, lowest in a bar first."""
    present = {kind for bar in bars for kind, size in bar.bytes_by_kind if size > 0}
    return [kind for kind in LayerKind if kind in present]


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of a bar's tooltip. No kind: the whole version."""

    kind: LayerKind | None
    name: str
    size: str
    change: str = ""
    """Since the version before, in bytes; empty for the first and for no change."""


def exact_figures(bar: SizeBar, before: SizeBar | None) -> list[Figure]:
    """The lines of a bar's tooltip: top of the bar first, then the total, each with what changed
    since the version `before`. A kind that is no longer there has a line too. What is compressed
    is not held against what is not."""
    if before is not None and before.compressed != bar.compressed:
        before = None

    def change(now: int, then: int) -> str:
        return "" if before is None or now == then else presentation.signed_size(now - then)

    lines = []
    for kind in reversed(LayerKind):
        now, then = bar.size_of(kind), before.size_of(kind) if before is not None else 0
        if now or then:
            lines.append(Figure(kind, kind_name(kind), presentation.size(now), change(now, then)))
    whole = f"{presentation.size(bar.total)} ({presentation.exact_size(bar.total)})"
    moved = change(bar.total, before.total if before is not None else 0)
    if moved and before is not None and before.total:
        moved = f"{moved} ({presentation.signed_percent(bar.total / before.total - 1)})"
    lines.append(Figure(None, bar.label, whole, moved))
    return lines


def state_text(state: BarState) -> str:
    """Where a version is, as a table says it."""
    return {
        BarState.HERE: tr("here"),
        BarState.GONE: tr("no longer here"),
        BarState.GONE_IN_REGISTRY: tr("no longer here, in the registry"),
        BarState.REMOTE: tr("only in the registry"),
    }[state]


def state_sentence(state: BarState) -> str:
    """What a bar's tooltip says below its figures; empty for what is here."""
    return {
        BarState.HERE: "",
        BarState.GONE: tr("No longer on this engine."),
        BarState.GONE_IN_REGISTRY: tr("No longer on this engine; the registry has it."),
        BarState.REMOTE: tr("Only in the registry; compressed."),
    }[state]
