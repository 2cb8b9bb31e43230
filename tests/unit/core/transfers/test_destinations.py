"""Where a version can go."""

from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import Group, LibrarySnapshot, Model
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.transfers.destinations import destinations


def model(name: str, *repositories: str) -> Model:
    return Model(ModelName(name), Group.MODEL, repositories, (), 0, 0)


def test_its_own_come_first_then_beside_others_then_named_registries() -> None:
    snapshot = LibrarySnapshot(
        (
            model("churn", "b.lan/ml/churn", "churn"),
            model("rec", "z.lan/team/rec", "rec"),
        )
    )
    known = (KnownRegistry("named.lan"), KnownRegistry("b.lan"))
    found = destinations(snapshot, ModelName("rec"), known)
    assert found == ("z.lan/team/rec", "b.lan/ml/rec", "named.lan/rec", "b.lan/rec")


def test_a_name_that_no_repository_can_have_is_not_offered() -> None:
    snapshot = LibrarySnapshot((model("churn", "b.lan/ml/churn"),))
    assert destinations(snapshot, ModelName("ocr · 票据")) == ()
    assert destinations(snapshot, ModelName("team/Rec")) == ("b.lan/ml/rec",)
