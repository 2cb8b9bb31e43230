"""What the size chart shows, free of any chart library."""

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.ui import presentation


@dataclass(frozen=True, slots=True)
class SizeBar:
    """One version: its key, its name on the axis, and its bytes by layer kind."""

    key: str
    label: str
    bytes_by_kind: tuple[tuple[LayerKind, int], ...]

    @property
    def total(self) -> int:
        """All bytes of the version."""
        return sum(size for _, size in self.bytes_by_kind)

    def size_of(self, kind: LayerKind) -> int:
        """The bytes of one kind; 0 when the version has none of it."""
        return sum(size for found, size in self.bytes_by_kind if found is kind)


def kinds_in(bars: Sequence[SizeBar]) -> list[LayerKind]:
    """The kinds that occur in `bars`, lowest in a bar first."""
    present = {kind for bar in bars for kind, size in bar.bytes_by_kind if size > 0}
    return [kind for kind in LayerKind if kind in present]


def exact_figures(bar: SizeBar, before: SizeBar | None) -> list[tuple[LayerKind | None, str, str]]:
    """The lines of a bar's tooltip: (kind, its name, its figure); None is the whole.

    Top of the bar first, then the total, with what changed since the version `before`.
    """
    lines: list[tuple[LayerKind | None, str, str]] = [
        (kind, kind_name(kind), presentation.size(bar.size_of(kind)))
        for kind in reversed(LayerKind)
        if bar.size_of(kind) > 0
    ]
    figure = f"{presentation.size(bar.total)} ({presentation.exact_size(bar.total)})"
    if before is not None and before.total:
        change = presentation.signed_percent(bar.total / before.total - 1)
        figure = f"{figure}, {change}"
    lines.append((None, bar.label, figure))
    return lines
