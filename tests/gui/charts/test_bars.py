"""What a bar is made of, and how its figures are told."""

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.charts.bars import Figure, SizeBar, exact_figures, kinds_in
from modeldesk.ui.charts.stacked_bars import BarData

BASE, WEIGHTS = LayerKind.BASE_IMAGE, LayerKind.MODEL_WEIGHTS
FIRST = SizeBar("a", "v1.0.0", ((BASE, 100_000_000), (WEIGHTS, 300_000_000)))
SECOND = SizeBar("b", "v1.1.0", ((BASE, 100_000_000), (WEIGHTS, 100_000_000), (WEIGHTS, 0)))


def test_a_bar_adds_up() -> None:
    assert FIRST.total == 400_000_000
    assert FIRST.size_of(WEIGHTS) == 300_000_000
    assert FIRST.size_of(LayerKind.OTHER) == 0


def test_kinds_are_named_lowest_first_and_only_once() -> None:
    other = SizeBar("c", "c", ((LayerKind.OTHER, 0), (WEIGHTS, 5), (BASE, 5)))
    assert kinds_in([FIRST, other]) == BarData((FIRST, other)).kinds_present == [BASE, WEIGHTS]


def test_figures_are_exact_and_compare_with_the_version_before() -> None:
    assert exact_figures(SECOND, FIRST) == [
        Figure(WEIGHTS, "Model weights", "100 MB", "−200 MB"),
        Figure(BASE, "Base image", "100 MB"),
        Figure(None, "v1.1.0", "200 MB (200,000,000 bytes)", "−200 MB (−50.0 %)"),
    ]


def test_a_kind_that_went_is_told() -> None:
    without = SizeBar("c", "v1.2.0", ((BASE, 100_000_000),))
    assert exact_figures(without, SECOND)[0] == Figure(WEIGHTS, "Model weights", "0 B", "−100 MB")
    assert exact_figures(SECOND, without)[0] == Figure(
        WEIGHTS, "Model weights", "100 MB", "+100 MB"
    )


def test_the_first_version_is_compared_with_none() -> None:
    assert exact_figures(FIRST, None)[-1] == Figure(None, "v1.0.0", "400 MB (400,000,000 bytes)")
    empty = SizeBar("e", "e", ())
    assert exact_figures(FIRST, empty)[-1].change == "+400 MB"
