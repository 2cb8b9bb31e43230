"""How often each kind changed, and what was pushed for it."""

from modeldesk.core.contents.versions import KindChanges, VersionLayer, changes_by_kind
from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind

BASE, DEPENDENCIES, WEIGHTS = (
    LayerKind.BASE_IMAGE,
    LayerKind.DEPENDENCIES,
    LayerKind.MODEL_WEIGHTS,
)


def version(text: str) -> list[VersionLayer]:
    """``b1 d1 w1``: the kind's letter names its layers, and says how large they are."""
    kinds = {"b": (BASE, 100), "d": (DEPENDENCIES, 50), "w": (WEIGHTS, 7)}
    return [VersionLayer(DiffId(name), *kinds[name[0]]) for name in text.split()]


def test_changed_and_pushed() -> None:
    found = changes_by_kind([version("b1 d1 w1"), version("b1 d1 w2"), version("b1 d2 w3")])

    assert found == (
        KindChanges(BASE, 2, 0, 100, 0),
        KindChanges(DEPENDENCIES, 2, 1, 50, 50),
        KindChanges(WEIGHTS, 2, 2, 7, 14),
    )


def test_going_back_changes_but_pushes_nothing() -> None:
    (found,) = changes_by_kind([version("w1"), version("w2"), version("w1")])

    assert (found.changed, found.pushed_bytes) == (2, 7)


def test_a_kind_that_comes_and_goes() -> None:
    found = changes_by_kind([version("b1"), version("b1"), version("b1 w1"), version("b1")])

    assert found[1] == KindChanges(WEIGHTS, 2, 2, 0, 7)


def test_a_layer_listed_twice_is_pushed_once() -> None:
    assert changes_by_kind([version("w1 w1")]) == (KindChanges(WEIGHTS, 0, 0, 7, 0),)


def test_no_versions() -> None:
    assert changes_by_kind([]) == ()
