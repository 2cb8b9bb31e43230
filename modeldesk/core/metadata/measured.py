"""What edits say of metrics, for lists of many versions."""

from collections.abc import Iterable, Mapping

from modeldesk.core.ids import ImageId
from modeldesk.core.metadata.merge import in_order
from modeldesk.core.metadata.model import Edit, Section
from modeldesk.core.metadata.ports import MetadataRecords


def every_edited_metric(records: MetadataRecords) -> Mapping[ImageId, Mapping[str, float | None]]:
    """What was said of metrics since images were built; None for those taken away. Raises
    `RecordsError`."""
    return {image: _edited(edits) for image, edits in records.every_edit().items()}


def _edited(edits: Iterable[Edit]) -> dict[str, float | None]:
    """What edits alone say of metrics, the newest last; None for one that was taken away."""
    told: dict[str, float | None] = {}
    for edit in in_order(edits):
        told.update((key.name, None) for key in edit.unset if key.section is Section.METRIC)
        for key, value in edit.set.items():
            if key.section is Section.METRIC and not isinstance(value, str):
                told[key.name] = value
    return told
