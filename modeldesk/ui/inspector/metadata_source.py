"""Who knows what was said of versions since they were built."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from modeldesk.core.attached.service import Attached, Place
from modeldesk.core.ids import ImageId
from modeldesk.core.images import Labels
from modeldesk.core.jobs import CancelToken
from modeldesk.core.metadata.model import Key, Metadata, Value
from modeldesk.core.references import Reference


class MetadataSource(Protocol):
    """`modeldesk.core.attached.service.MetadataService`."""

    def metadata(self, image: ImageId, labels: Labels) -> Metadata: ...

    def edit(
        self,
        image: ImageId,
        labels: Labels,
        set_values: Mapping[Key, Value],
        unset: Collection[Key] = (),
        reason: str = "",
    ) -> Metadata: ...

    def waiting(self, image: ImageId, places: Iterable[Place]) -> int: ...

    def attach(self, image: ImageId, places: Iterable[Place], token: CancelToken) -> Attached: ...

    def fetch(
        self, repository: Reference, images: Mapping[str, ImageId], token: CancelToken
    ) -> int: ...
