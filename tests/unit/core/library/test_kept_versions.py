"""Versions are kept as they are seen."""

import pytest

from modeldesk.core.errors import RecordsBusy
from modeldesk.core.ids import DiffId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import Told
from modeldesk.core.library.kept_versions import KeptVersions
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.snapshot import make_snapshot
from tests.fakes.records import FakeVersionRecords
from tests.unit.core.library.images import image


def snapshot(*tags: str, read: bool = True) -> LibrarySnapshot:
    return make_snapshot(
        [image(number, f"rec:{tag}", stack="b" + "xyz"[number - 1] if read else None)
         for number, tag in enumerate(tags, 1)]
    )  # fmt: skip


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

    def test_not_before_it_is_known_what_content_tells(self) -> None:
        """Else a guess would take the place of what was known of a version before."""
        records = FakeVersionRecords()
        versions = KeptVersions(records)
        image_read = image(1, "rec:v1", stack="b")
        assert not versions.note(make_snapshot([image_read], kinds_known=False))
        layer = DiffId("sha256:b")
        told = {layer: Told(((LayerKind.MODEL_WEIGHTS, 7),), 3)}
        assert image_read.stack is not None
        judged = image_read._replace(stack=image_read.stack.judged(told))
        assert versions.note(make_snapshot([judged]))
        [kept] = versions.past(ModelName("rec"))
        assert kept.bytes_by_kind == {LayerKind.MODEL_WEIGHTS: 7, LayerKind.OTHER: 3}
