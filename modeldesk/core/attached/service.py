"""The metadata of versions, read and edited."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.attached.artifact import own_tag
from modeldesk.core.attached.attaching import attach, attached
from modeldesk.core.containers.told import check_told, check_value
from modeldesk.core.errors import InvalidInput, ModelDeskError, NotInRegistry, RecordsError
from modeldesk.core.ids import ImageId
from modeldesk.core.images import Labels
from modeldesk.core.jobs import CancelToken
from modeldesk.core.metadata.labels import from_labels
from modeldesk.core.metadata.merge import in_order, merged, time_for_next
from modeldesk.core.metadata.model import Edit, Key, Metadata, Value
from modeldesk.core.metadata.ports import MetadataRecords
from modeldesk.core.references import DEFAULT_REGISTRY, Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.words import tr

MOST_CHANGED = 200
"""Values that one edit sets or unsets."""


@dataclass(frozen=True, slots=True)
class Place:
    """A version in a repository, by its digest there."""

    repository: Reference
    """Without tag and digest."""
    digest: str


@dataclass(frozen=True, slots=True)
class Attached:
    """What came of attaching an image's edits."""

    places: tuple[Place, ...] = ()
    """Where all of them are now."""
    absent: tuple[Place, ...] = ()
    """Where the version itself is not: it was never pushed, or is gone."""
    problems: tuple[ModelDeskError, ...] = ()
    """Of the other places; what could not be attached is kept, and tried again the next time."""


def places_of(digests: Iterable[Reference]) -> tuple[Place, ...]:
    """Where a version may lie, by the digests registries know it by. The public default is left
    out: every image without a registry's name seems to be there, and it is not ours to write."""
    return tuple(
        dict.fromkeys(
            Place(Reference(one.registry, one.repository), one.digest)
            for one in digests
            if one.registry != DEFAULT_REGISTRY and one.digest
        )
    )


class MetadataService:
    """Labels and edits as one. Any thread may ask. Every method raises `RecordsError`."""

    def __init__(
        self,
        records: MetadataRecords,
        registries: Callable[[], Registries],
        author: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        """`registries` gives those that are reached as the settings say now."""
        self._records = records
        self._registries = registries
        self._author = author
        self._now = now

    def metadata(self, image: ImageId, labels: Labels) -> Metadata:
        """What is known of an image with `labels`."""
        return merged(from_labels(labels), self._records.edits(image))

    def edit(
        self,
        image: ImageId,
        labels: Labels,
        set_values: Mapping[Key, Value],
        unset: Collection[Key] = (),
        reason: str = "",
    ) -> Metadata:
        """Change values, and keep who did it, when and why. What changes nothing is no edit.
        Raises `InvalidInput`."""
        reason = check_told(reason)
        edits = self._records.edits(image)
        before = merged(from_labels(labels), edits)
        wanted = {
            key: value
            for key, value in set_values.items()
            if key not in before.values or before.values[key].value != value
        }
        gone = frozenset(key for key in unset if key in before.values and key not in set_values)
        if not wanted and not gone:
            return before
        if len(wanted) + len(gone) > MOST_CHANGED:
            raise InvalidInput(
                tr("One edit changes up to {count} values.", count=MOST_CHANGED),
                tr("Make several of it; logs of a training belong into a file of the model."),
            )
        for key, value in wanted.items():
            if isinstance(value, str):
                check_value(key.text, key.name, value)
        time = time_for_next(self._now(), edits)
        edit = Edit(time, self._author(), reason, wanted, gone)
        self._records.keep_edits(image, [edit])
        return merged(from_labels(labels), (*edits, edit))

    def waiting(self, image: ImageId, places: Iterable[Place]) -> int:
        """How many edits of an image are in none of `places` yet, as far as is known; none where
        there is no place."""
        edits = in_order(self._records.edits(image))
        left = 0
        for place in places:
            known = self._records.attached(str(place.repository))
            left = max(left, sum(own_tag(edit, place.digest) not in known for edit in edits))
        return left

    def attach(self, image: ImageId, places: Iterable[Place], token: CancelToken) -> Attached:
        """Attach every edit of an image to the version wherever it lies, but for those that are
        known to be there: after an edit, and after a push. Raises `Cancelled`."""
        edits = in_order(self._records.edits(image))
        if not edits:
            return Attached(tuple(places))
        done, absent, problems = list[Place](), list[Place](), list[ModelDeskError]()
        for place in places:
            try:
                self._attach(edits, place, token)
                done.append(place)
            except NotInRegistry:
                absent.append(place)
            except ModelDeskError as error:
                token.raise_if_cancelled()
                problems.append(error)
        return Attached(tuple(done), tuple(absent), tuple(problems))

    def attach_to(
        self, image: ImageId, pushed: Iterable[Reference], token: CancelToken
    ) -> tuple[ModelDeskError, ...]:
        """As `attach`, to what was just pushed under names with digests; why that went wrong
        somewhere. The push stands whatever comes of it, so that no error is raised but
        `Cancelled`."""
        try:
            return self.attach(image, places_of(pushed), token).problems
        except RecordsError as error:
            return (error,)

    def fetch(
        self, repository: Reference, images: Mapping[str, ImageId], token: CancelToken
    ) -> int:
        """Read what others attached in `repository` to the digests of `images`, and keep it; how
        many edits that were. What is known is not read again. Raises as `Registry`; what was
        read until then is kept."""
        name = str(Reference(repository.registry, repository.repository))
        known = self._records.attached(name)
        registry = self._registries().at(repository.registry)
        read: dict[ImageId, list[Edit]] = defaultdict(list)
        tags: list[str] = []
        try:
            for digest, tag, edit in attached(
                registry, repository.repository, images, known, token
            ):
                read[images[digest]].append(edit)
                tags.append(tag)
        finally:
            for image, edits in read.items():
                self._records.keep_edits(image, edits)
            self._records.note_attached(name, tags)
        return len(tags)

    def fetch_new(
        self,
        repository: Reference,
        images: Mapping[str, ImageId],
        tags: Collection[str],
        token: CancelToken,
    ) -> int:
        """As `fetch`, where `tags` are all that edits have there: nothing is asked where every one
        of them is known."""
        name = str(Reference(repository.registry, repository.repository))
        known = self._records.attached(name)
        if all(tag in known for tag in tags):
            return 0
        return self.fetch(repository, images, token)

    def _attach(self, edits: Iterable[Edit], place: Place, token: CancelToken) -> None:
        name = str(place.repository)
        known = self._records.attached(name)
        missing = [edit for edit in edits if own_tag(edit, place.digest) not in known]
        registry = self._registries().at(place.repository.registry)
        tags = attach(registry, place.repository.repository, place.digest, missing, token)
        self._records.note_attached(name, tags)
