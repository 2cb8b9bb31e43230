"""Metadata of a hub's versions, changed. It is kept when the registry has it, and not before."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from modeldesk.core.artifacts.catalogue import HeldVersion
from modeldesk.core.attached.service import MetadataService, Place
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.metadata.model import Edit, Key, Metadata, Value
from modeldesk.core.registry.ports import Registries


@dataclass(slots=True)
class _OneVersion:
    """Implements `MetadataRecords` for as long as one edit takes: the registry is what
    remembers."""

    known: list[Edit] = field(default_factory=list)

    def edits(self, image: ImageId) -> tuple[Edit, ...]:
        del image
        return tuple(self.known)

    def every_edit(self) -> Mapping[ImageId, tuple[Edit, ...]]:
        return {}

    def keep_edits(self, image: ImageId, edits: Iterable[Edit]) -> None:
        del image
        self.known += edits

    def attached(self, repository: str) -> frozenset[str]:
        del repository
        return frozenset()

    def note_attached(self, repository: str, tags: Iterable[str]) -> None:
        del repository, tags


@dataclass(frozen=True, slots=True)
class Description:
    """What is to be said of a version."""

    set: Mapping[Key, Value]
    unset: Collection[Key]
    why: str
    who: str


def describe(
    registries: Registries,
    version: HeldVersion,
    wanted: Description,
    now: Callable[[], datetime],
    token: CancelToken,
) -> Metadata:
    """What is known of `version` afterwards. What changes nothing is no edit. Raises
    `InvalidInput`, `NotInRegistry` where it went meanwhile, and as `Registry`."""
    records = _OneVersion(list(version.edits))
    service = MetadataService(records, lambda: registries, lambda: wanted.who, now)
    image, labels = ImageId(version.held.config_digest), version.held.labels
    before = service.metadata(image, labels)
    after = service.edit(image, labels, wanted.set, wanted.unset, wanted.why)
    if len(after.history) == len(before.history):
        return after
    # Those of before are attached already.
    records.known = [after.history[0]]
    place = Place(version.repository, version.held.digest)
    done = service.attach(image, [place], token)
    if done.problems:
        raise done.problems[0]
    if done.absent:
        registries.at(place.repository.registry).manifest(
            place.repository.repository, place.digest, token
        )
    return after
