"""What all records of metadata must do."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest

from modeldesk.core.ids import ImageId
from modeldesk.core.metadata.model import DATASET, Edit, Key, Section
from modeldesk.core.metadata.ports import MetadataRecords

ONE, OTHER = ImageId("sha256:" + "1" * 64), ImageId("sha256:" + "2" * 64)


def edit(minute: int, reason: str = "") -> Edit:
    return Edit(
        datetime(2026, 4, 5, 12, minute, 0, 123456, tzinfo=UTC),
        "Ann",
        reason,
        {Key(Section.METRIC, "accuracy"): 0.5, Key(Section.PARAMETER, "epochs"): 3, DATASET: "c"},
        frozenset((Key(Section.TAG, "owner"),)),
    )


class MetadataRecordsContract(ABC):
    @pytest.fixture
    @abstractmethod
    def records(self) -> MetadataRecords: ...

    def test_each_image_has_its_own(self, records: MetadataRecords) -> None:
        first, second = edit(1), edit(2, "因为 …")
        records.keep_edits(ONE, [first, second])
        records.keep_edits(OTHER, [first])
        found = records.edits(ONE)
        assert sorted(found, key=lambda one: one.time) == [first, second]
        assert records.edits(OTHER) == (first,)
        assert records.edits(ImageId("sha256:none")) == ()
        every = records.every_edit()
        assert {image: len(edits) for image, edits in every.items()} == {ONE: 2, OTHER: 1}

    def test_keeping_again_changes_nothing(self, records: MetadataRecords) -> None:
        for _ in range(2):
            records.keep_edits(ONE, [edit(1)])
        assert len(records.edits(ONE)) == 1

    def test_what_is_attached(self, records: MetadataRecords) -> None:
        records.note_attached("r.lan/rec", ["a", "b"])
        records.note_attached("r.lan/rec", ["b", "c"])
        records.note_attached("r.lan/rec", [])
        assert records.attached("r.lan/rec") == {"a", "b", "c"}
        assert records.attached("r.lan/other") == frozenset()
