"""How often each kind changed, and what was pushed for it."""

from dataclasses import replace

from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.library.history import GoneVersion, history
from modeldesk.core.library.kind_changes import (
    KindChanges,
    ModelChanges,
    can_compare,
    changes_by_kind,
    model_changes,
)
from modeldesk.core.library.model import Model, Version
from modeldesk.core.library.snapshot import make_snapshot
from tests.unit.core.library.images import image
from tests.unit.core.library.test_history import kept, remote

BASE, DEPENDENCIES, WEIGHTS, OTHER = (
    LayerKind.BASE_IMAGE,
    LayerKind.DEPENDENCIES,
    LayerKind.MODEL_WEIGHTS,
    LayerKind.OTHER,
)
KINDS = {"b": (BASE, 100), "d": (DEPENDENCIES, 50), "w": (WEIGHTS, 7), "o": (OTHER, 0)}


def layers(text: str) -> tuple[Layer, ...]:
    """``b1 d1 w1``: the kind's letter names its layers, and says how large they are."""
    made = []
    for name in text.split():
        kind, size = KINDS[name[0]]
        made.append(Layer(DiffId(name), f"RUN {name}", size, kind))
    return tuple(made)


def found_in(*versions: str) -> tuple[KindChanges, ...]:
    return changes_by_kind([layers(text) for text in versions])[0]


def model(*versions: str | None) -> Model:
    """Versions v1, v2, … with these layers; None for those not read yet."""
    images = [
        image(number, f"rec:v{number}", stack=None if text is None else layers(text))
        for number, text in enumerate(versions, 1)
    ]
    return make_snapshot(images).models[0]


class TestByKind:
    def test_a_layer_of_two_kinds_is_one_of_each(self) -> None:
        mixed = [
            Layer(DiffId(name), "COPY . /", size + 3, WEIGHTS, ((WEIGHTS, size), (OTHER, 3)))
            for name, size in (("m1", 7), ("m2", 9))
        ]
        kinds, everything = changes_by_kind([[mixed[0]], [mixed[0]], [mixed[1], *layers("w1")]])
        assert kinds == (
            KindChanges(WEIGHTS, 2, 1, 7, 16),
            KindChanges(OTHER, 2, 1, 3, 3),
        )
        assert everything == KindChanges(None, 2, 1, 10, 19)

    def test_changed_and_pushed(self) -> None:
        kinds, everything = changes_by_kind(
            [layers("b1 d1 w1"), layers("b1 d1 w2"), layers("b1 d2 w3")]
        )
        assert kinds == (
            KindChanges(BASE, 2, 0, 100, 0),
            KindChanges(DEPENDENCIES, 2, 1, 50, 50),
            KindChanges(WEIGHTS, 2, 2, 7, 14),
        )
        assert everything == KindChanges(None, 2, 2, 157, 64)

    def test_a_version_of_the_same_layers_is_no_change(self) -> None:
        """Another image nevertheless: its settings differ."""
        kinds, everything = changes_by_kind([layers("b1 w1"), layers("b1 w1"), layers("b1 w2")])
        assert kinds == (KindChanges(BASE, 2, 0, 100, 0), KindChanges(WEIGHTS, 2, 1, 7, 7))
        assert everything == KindChanges(None, 2, 1, 107, 7)

    def test_going_back_changes_but_pushes_nothing(self) -> None:
        (found,) = found_in("w1", "w2", "w1")
        assert (found.changed, found.pushed_bytes) == (2, 7)
        assert found.mean_bytes == 4

    def test_a_kind_that_comes_and_goes(self) -> None:
        found = found_in("b1", "b1", "b1 w1", "b1")
        assert found[1] == KindChanges(WEIGHTS, 2, 2, 0, 7)

    def test_the_same_layers_in_another_order_are_a_change(self) -> None:
        assert found_in("w1 w2", "w2 w1") == (KindChanges(WEIGHTS, 1, 1, 14, 0),)

    def test_a_layer_listed_twice_is_pushed_once(self) -> None:
        assert found_in("w1 w1") == (KindChanges(WEIGHTS, 0, 0, 7, 0),)

    def test_kinds_of_no_bytes_are_left_out(self) -> None:
        kinds, everything = changes_by_kind([layers("w1 o1"), layers("w1 o2")])
        assert [one.kind for one in kinds] == [WEIGHTS]
        assert everything == KindChanges(None, 1, 1, 7, 0)

    def test_no_versions(self) -> None:
        assert changes_by_kind([]) == ((), KindChanges(None, 0, 0, 0, 0))

    def test_without_a_change_there_is_no_mean(self) -> None:
        (found,) = found_in("w1", "w1")
        assert found.mean_bytes is None


class TestOfAModel:
    def test_oldest_first(self) -> None:
        found = model_changes(history(model("b1 w1", "b1 w2", "b2 w2"), []))
        assert found == ModelChanges(
            "v1", 3, 0, 0,
            (KindChanges(BASE, 2, 1, 100, 100), KindChanges(WEIGHTS, 2, 1, 7, 7)),
            KindChanges(None, 2, 2, 107, 107),
        )  # fmt: skip

    def test_versions_without_details_are_passed_over(self) -> None:
        found = model_changes(history(model(None, "w1", None, "w2"), []))
        assert (found.first, found.compared, found.unread) == ("v2", 2, 2)
        assert found.kinds == (KindChanges(WEIGHTS, 1, 1, 7, 7),)

    def test_versions_elsewhere_are_counted_and_not_compared(self) -> None:
        past = history(model("w1", "w2"), [kept("v1.5", 12)], [remote("v0.9", 20)])
        assert any(isinstance(one, GoneVersion) for one in past)
        found = model_changes(past)
        assert (found.first, found.compared, found.elsewhere) == ("v1", 2, 2)
        assert found.kinds == (KindChanges(WEIGHTS, 1, 1, 7, 7),)

    def test_nothing_known(self) -> None:
        empty = KindChanges(None, 0, 0, 0, 0)
        assert model_changes([]) == ModelChanges("", 0, 0, 0, (), empty)
        found = model_changes(history(model(None), [kept("v0", 9)]))
        assert found == ModelChanges("", 0, 1, 1, (), empty)

    def test_the_main_cause_is_what_most_was_pushed_for(self) -> None:
        cause = model_changes(history(model("b1 d1 w1", "b1 d2 w2", "b1 d2 w3"), [])).main_cause
        assert cause is not None
        assert cause.kind is DEPENDENCIES
        assert model_changes(history(model("b1", "b1"), [])).main_cause is None
        assert model_changes([]).main_cause is None

    def test_two_versions_can_be_compared(self) -> None:
        def possible(*versions: str | None) -> bool:
            return can_compare(model(*versions).versions)

        assert possible("w1", None, "w2")
        assert not possible("w1", None)
        assert not possible(None, None)

    def test_what_is_pushed_is_each_layer_once(self) -> None:
        """Together that is what a registry would hold: a check by another way."""
        texts = ["b1 d1 w1", "b1 d2 w1", "b2 d1 w2", "b2 d1 w2 d3", "b1"]
        every = {layer.diff_id: layer.size_bytes for text in texts for layer in layers(text)}
        _, everything = changes_by_kind([layers(text) for text in texts])
        assert everything.first_bytes + everything.pushed_bytes == sum(every.values())


def test_names_of_versions_are_as_they_are() -> None:
    past = [one for one in history(model("w1", "w2"), []) if isinstance(one, Version)]
    renamed = [replace(one, name=f"new {one.name}") for one in past]
    assert model_changes(renamed).first == "new v1"
