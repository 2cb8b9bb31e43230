"""Removing versions: what goes, what comes back, and why some can't be picked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.ids import ImageId, short
from modeldesk.core.library.model import LibrarySnapshot, Version, VersionKey
from modeldesk.core.library.sizes import LayerTree, tree_of
from modeldesk.core.words import tr, trn

_NAMED_CONTAINERS = 3


@dataclass(frozen=True, slots=True)
class Removal:
    """One version that goes."""

    version: Version
    names: tuple[str, ...]
    """What the engine is told to remove, in this order: tags, digests, or the image id."""
    image_goes: bool
    """Whether the image itself goes, or only names of it: others keep it then."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A version that can't be removed."""

    version: Version
    containers: tuple[ContainerSummary, ...]
    reason: str
    """A sentence."""


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """What removing the chosen versions does. Locked ones stay, and are in no other figure."""

    removals: tuple[Removal, ...]
    locked: tuple[Locked, ...]
    bytes_back: int | None
    """Bytes in layers that only the images that go have; None while layers are unknown."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that goes."""
        return tuple(name for removal in self.removals for name in removal.names)

    @property
    def command(self) -> str:
        """The same for a shell; empty when nothing goes."""
        names = [short(name) if name.startswith("sha256:") else name for name in self.names]
        return f"docker image rm {' '.join(names)}" if names else ""

    @property
    def changes(self) -> Changes:
        """What is to be read again once the plan was tried, whether it succeeded or not."""
        return Changes(images=frozenset(r.version.key.image for r in self.removals))


class RemovalPlanner:
    """Plans removals from one snapshot. What every plan needs is made once: the bytes of another
    set are a matter of milliseconds then, however many images there are."""

    def __init__(self, snapshot: LibrarySnapshot) -> None:
        versions = [v for m in (*snapshot.models, *snapshot.others) for v in m.versions]
        self._homes = Counter(version.key.image for version in versions)
        self._names: dict[VersionKey, tuple[str, ...]] = {}
        self._known = snapshot.total_bytes is not None
        self.tree: LayerTree = tree_of(
            {v.key.image: v.layers for v in versions if v.layers is not None}
        )

    def plan(self, versions: Iterable[Version]) -> RemovalPlan:
        """What goes with `versions`.

        With a version go all its names in its model. The image goes when no name of it is left;
        an image in use by a container, running or not, stays, and so do its names.
        """
        chosen = {version.key: version for version in versions}
        going = self.images_going(chosen)
        removals, locked = [], []
        for version in chosen.values():
            goes = version.key.image in going
            if goes and version.containers:
                reason = in_use_reason(version.containers)
                locked.append(Locked(version, version.containers, reason))
            else:
                removals.append(Removal(version, self._names_of(version), goes))
        back = self.bytes_of(r.version.key.image for r in removals if r.image_goes)
        return RemovalPlan(tuple(removals), tuple(locked), back)

    def bytes_back(self, chosen: Iterable[VersionKey]) -> int | None:
        """Bytes in layers that no image has any more without `chosen`; None while layers are
        unknown. Less than the sum of their sizes, and often more than that of what each has
        alone."""
        return self.bytes_of(self.images_going(chosen))

    def images_going(self, chosen: Iterable[VersionKey]) -> frozenset[ImageId]:
        """The images all of whose versions are `chosen`: an image of two models stays while one
        of them keeps it."""
        counts = Counter(key.image for key in set(chosen))
        homes = self._homes
        return frozenset(image for image, count in counts.items() if count >= homes[image])

    def _names_of(self, version: Version) -> tuple[str, ...]:
        """Written once: another set is planned with every check of a box."""
        names = self._names.get(version.key)
        if names is None:
            names = self._names[version.key] = _names(version)
        return names

    def bytes_of(self, images: Iterable[ImageId]) -> int | None:
        """Bytes in layers that only `images` have; None while layers are unknown."""
        going = frozenset(images)
        if not going:
            return 0
        return self.tree.bytes_only_in(going) if self._known else None


def plan_removal(snapshot: LibrarySnapshot, versions: Iterable[Version]) -> RemovalPlan:
    """One plan: see `RemovalPlanner.plan`."""
    return RemovalPlanner(snapshot).plan(versions)


def locked_reason(snapshot: LibrarySnapshot, version: Version) -> str:
    """Why `version` can't be picked for removal, as a sentence; empty when it can."""
    if not version.containers or _is_elsewhere(snapshot, version.key):
        return ""
    return in_use_reason(version.containers)


def in_use_reason(containers: tuple[ContainerSummary, ...]) -> str:
    """That `containers`, at least one, need their image, as a sentence."""
    names = ", ".join(container.name for container in containers[:_NAMED_CONTAINERS])
    more = len(containers) - _NAMED_CONTAINERS
    if more > 0:
        names = trn("{names} and {count} more", "{names} and {count} more", more, names=names)
    if any(container.running for container in containers):
        return tr("In use by a running container: {names}. Stop and remove it first.", names=names)
    return tr("A stopped container still needs it: {names}. Remove it first.", names=names)


def _is_elsewhere(snapshot: LibrarySnapshot, key: VersionKey) -> bool:
    """Whether the image is also a version of another model."""
    return any(
        version.key.image == key.image and version.key != key
        for model in (*snapshot.models, *snapshot.others)
        for version in model.versions
    )


def _names(version: Version) -> tuple[str, ...]:
    """Tags; then digests in repositories that no tag is in, since the engine drops a digest with
    the last tag of its repository; the id of an image without any name."""
    tagged = {reference.name for reference in version.references}
    digests = [digest for digest in version.digests if digest.name not in tagged]
    names = (*map(str, version.references), *map(str, digests))
    return names or (version.key.image,)
