"""The layers of two images beside each other, as rows (no Qt objects are made here)."""

from collections.abc import Sequence

from modeldesk.core.compare.document import NOTHING, pair_state_name
from modeldesk.core.compare.layers import LayerPair, PairState
from modeldesk.core.compare.model import Comparison
from modeldesk.core.contents.model import LayerContents
from modeldesk.core.layers.parts import parts_name
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.compare.columns import Row, column
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.keyed_model import Cell, Column

SHARED = "shared"
"""The key of the row that stands for all shared layers."""
_OPEN, _CLOSED = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}", "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"


def layer_rows(comparison: Comparison, *, shared: bool) -> list[Row]:
    """Layers that differ, base first; then a row for those that both have, which follow it where
    `shared` asks for them. A single one needs no row of its own."""
    rows = [(pair, Row(str(n), _pair(pair))) for n, pair in enumerate(comparison.layers)]
    differing = [row for pair, row in rows if pair.state is not PairState.SHARED]
    same = [(pair, row) for pair, row in rows if pair.state is PairState.SHARED]
    if len(same) < 2:
        return [*differing, *(row for _, row in same)]
    size = sum(pair.left.size_bytes for pair, _ in same if pair.left)
    group = Row(SHARED, _group(len(same), size, is_open=shared))
    return [*differing, group, *(row for _, row in same if shared)]


def _group(count: int, size_bytes: int, *, is_open: bool) -> tuple[Cell, ...]:
    text = trn("{count} shared layer", "{count} shared layers", count)
    size = Cell(presentation.size(size_bytes), tooltip=presentation.exact_size(size_bytes))
    return (
        Cell(_OPEN if is_open else _CLOSED, muted=True),
        Cell(""),
        Cell(
            f"{text}, {presentation.size(size_bytes)}",
            tooltip=tr("Click or Enter hides them") if is_open else tr("Click or Enter shows them"),
        ),
        size,
        size,
    )


def _pair(pair: LayerPair) -> tuple[Cell, ...]:
    either = pair.right or pair.left
    instruction = _instruction(either)
    return (
        Cell(pair_state_name(pair.state), tone=_PAIR_TONES[pair.state]),
        Cell(parts_name(either.kind, either.parts) if either else "", muted=True),
        Cell(
            instruction or tr("instruction not known"),
            mono=bool(instruction),
            muted=not instruction,
            tooltip=instruction,
        ),
        _layer_size(pair.left),
        _layer_size(pair.right),
    )


_PAIR_TONES = {
    PairState.SHARED: Tone.NEUTRAL,
    PairState.CHANGED: Tone.WARNING,
    PairState.REMOVED: Tone.ACCENT,
    PairState.ADDED: Tone.ACCENT,
}


def _layer_size(layer: LayerContents | None) -> Cell:
    return Cell(NOTHING, muted=True) if layer is None else Cell(presentation.size(layer.size_bytes))


def _instruction(layer: LayerContents | None) -> str:
    if layer is None:
        return ""
    return presentation.instruction(layer.instruction)


def layer_columns(left: str, right: str) -> Sequence[Column[Row]]:
    """Of `layer_rows`, under the names of both images."""
    return (
        column(0, ""),
        column(1, tr("Kind"), gives_way=0),
        column(2, tr("Instruction"), stretch=True),
        column(3, left, align="right"),
        column(4, right, align="right"),
    )
