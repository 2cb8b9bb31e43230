"""What a size history remembers of versions that went."""

from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.core.errors import RecordsBusy
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.kept_versions import KeptVersions, history
from modeldesk.core.library.model import KeptVersion, LibrarySnapshot, Model
from modeldesk.core.library.snapshot import make_snapshot
from tests.fakes.records import FakeVersionRecords
from tests.unit.core.library.images import image

NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)


def kept(name: str, number: int, days: int = 0) -> KeptVersion:
    made = NOON + timedelta(days=days)
    sizes = {LayerKind.OTHER: number}
    return KeptVersion(ModelName("rec"), ImageId(f"sha256:{number:064x}"), name, made, sizes)


def snapshot(*tags: str, read: bool = True) -> LibrarySnapshot:
    return make_snapshot(
        [image(number, f"rec:{tag}", stack="b" + "xyz"[number - 1] if read else None)
         for number, tag in enumerate(tags, 1)]
    )  # fmt: skip


def model(*tags: str) -> Model:
    return snapshot(*tags).models[0]


class TestNoting:
    def test_each_version_once(self) -> None:
        records = FakeVersionRecords()
        versions = KeptVersions(records)
        assert versions.note(snapshot("v1.0.0", "v1.1.0"))
        assert not versions.note(snapshot("v1.0.0", "v1.1.0"))
        assert records.calls == 1
        assert {one.name for one in versions.past(ModelName("rec"))} == {"v1.0.0", "v1.1.0"}

    def test_one_that_was_named_anew(self) -> None:
        versions = KeptVersions(FakeVersionRecords())
        versions.note(snapshot("nightly"))
        assert versions.note(snapshot("v2.0.0"))
        assert [one.name for one in versions.past(ModelName("rec"))] == ["v2.0.0"]

    def test_not_before_all_layers_are_known(self) -> None:
        records = FakeVersionRecords()
        assert not KeptVersions(records).note(snapshot("v1.0.0", read=False))
        assert records.kept == {}

    def test_what_could_not_be_kept_is_tried_again(self) -> None:
        records = FakeVersionRecords()
        versions = KeptVersions(records)
        records.failure = RecordsBusy("busy")
        with pytest.raises(RecordsBusy):
            versions.note(snapshot("v1.0.0"))
        records.failure = None
        assert versions.note(snapshot("v1.0.0"))


class TestHistory:
    def test_without_a_past(self) -> None:
        found = history(model("v1.1.0", "v1.0.0"), [])
        assert [one.name for one in found] == ["v1.0.0", "v1.1.0"]

    def test_those_that_went_stand_in_their_place(self) -> None:
        found = history(model("v1.0.0", "v2.0.0"), [kept("v1.10.0", 12), kept("v1.9.0", 11)])
        assert [one.name for one in found] == ["v1.0.0", "v1.9.0", "v1.10.0", "v2.0.0"]
        assert [isinstance(one, KeptVersion) for one in found] == [False, True, True, False]

    def test_of_one_name_the_one_that_has_it(self) -> None:
        found = history(
            model("v1.0.0"),
            [kept("v1.0.0", 11), kept("v2.0.0", 13, days=2), kept("v2.0.0", 12, days=1)],
        )
        assert [one.name for one in found] == ["v1.0.0", "v2.0.0"]
        assert isinstance(found[1], KeptVersion)
        assert found[1].image == ImageId(f"sha256:{13:064x}")

    def test_what_is_still_here_is_told_once(self) -> None:
        here = model("v1.0.0")
        same = KeptVersion(here.name, here.versions[0].key.image, "old name", NOON, {})
        assert history(here, [same]) == here.versions
