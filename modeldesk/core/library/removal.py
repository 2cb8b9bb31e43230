"""Removing versions: what goes, what comes back, and why some can't be picked."""

from collections.abc import Iterable
from dataclasses import dataclass

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.errors import NotFound
from modeldesk.core.ids import ImageId, short
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.library.sizes import tree_of
from modeldesk.core.ports import ImageEngine
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


def plan_removal(snapshot: LibrarySnapshot, versions: Iterable[Version]) -> RemovalPlan:
    """What goes with `versions`.

    With a version go all its names in its model. The image goes when no name of it is left; an
    image in use by a container, running or not, stays, and so do its names.
    """
    chosen = {version.key: version for version in versions}
    elsewhere = _images_of_others(snapshot, chosen.values())
    removals, locked = [], []
    for version in chosen.values():
        goes = version.key.image not in elsewhere
        if goes and version.containers:
            locked.append(Locked(version, version.containers, _reason(version.containers)))
        else:
            removals.append(Removal(version, _names(version), goes))
    going = {removal.version.key.image for removal in removals if removal.image_goes}
    return RemovalPlan(tuple(removals), tuple(locked), _bytes_back(snapshot, going))


def locked_reason(snapshot: LibrarySnapshot, version: Version) -> str:
    """Why `version` can't be picked for removal, as a sentence; empty when it can."""
    if not version.containers or _images_of_others(snapshot, [version]):
        return ""
    return _reason(version.containers)


def remove(engine: ImageEngine, plan: RemovalPlan, job: Job) -> Changes:
    """Remove what the plan names, one by one. What is gone already is no error.

    Raises `InUse` when a container came to be since the plan was made, `EngineError`,
    `Cancelled`; `plan.changes` says what to read again in every case.
    """
    names = plan.names
    for done, name in enumerate(names):
        job.token.raise_if_cancelled()
        job.report(Progress(tr("Removing {name}", name=name), done, len(names)))
        job.log(f"docker image rm {name}")
        try:
            engine.remove_image(name)
        except NotFound:
            job.log(tr("{name} is gone already.", name=name))
    return plan.changes


def _images_of_others(snapshot: LibrarySnapshot, chosen: Iterable[Version]) -> frozenset[ImageId]:
    """Images of `chosen` that also are versions of something that was not chosen."""
    keys = {version.key for version in chosen}
    images = {key.image for key in keys}
    return frozenset(
        version.key.image
        for model in (*snapshot.models, *snapshot.others)
        for version in model.versions
        if version.key.image in images and version.key not in keys
    )


def _names(version: Version) -> tuple[str, ...]:
    """Tags; then digests in repositories that no tag is in, since the engine drops a digest with
    the last tag of its repository; the id of an image without any name."""
    tagged = {reference.name for reference in version.references}
    digests = [digest for digest in version.digests if digest.name not in tagged]
    names = (*map(str, version.references), *map(str, digests))
    return names or (version.key.image,)


def _reason(containers: tuple[ContainerSummary, ...]) -> str:
    names = ", ".join(container.name for container in containers[:_NAMED_CONTAINERS])
    more = len(containers) - _NAMED_CONTAINERS
    if more > 0:
        names = trn("{names} and {count} more", "{names} and {count} more", more, names=names)
    if any(container.running for container in containers):
        return tr("In use by a running container: {names}. Stop and remove it first.", names=names)
    return tr("A stopped container still needs it: {names}. Remove it first.", names=names)


def _bytes_back(snapshot: LibrarySnapshot, images: set[ImageId]) -> int | None:
    if not images:
        return 0
    if snapshot.total_bytes is None:
        return None
    layers = {
        version.key.image: version.layers
        for model in (*snapshot.models, *snapshot.others)
        for version in model.versions
        if version.layers is not None
    }
    return tree_of(layers).bytes_only_in(images)
