"""What the side list says of a model, a base image or the untagged images (no Qt)."""

from enum import Enum

from modeldesk.core.containers.model import ContainerStatus, ContainerSummary, Health
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.library.measures import is_measure
from modeldesk.core.library.model import Group, LibrarySnapshot, Model, Place, PlacedVersion, Places
from modeldesk.core.library.placed import find_placed, placed_versions
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.theme.tokens import Tone


def entries(snapshot: LibrarySnapshot) -> tuple[Model, ...]:
    """Everything the side list shows, in its order."""
    return (*snapshot.models, *snapshot.others)


def find_entry(snapshot: LibrarySnapshot, name: ModelName | None) -> Model | None:
    """The entry named `name`, if it is still there. A name is never that of two entries; the
    empty one is that of the untagged images."""
    return next((entry for entry in entries(snapshot) if entry.name == name), None)


def find_holder(snapshot: LibrarySnapshot, image: ImageId) -> Model | None:
    """The first entry that has `image` as a version, here or in a registry."""
    return next((m for m in entries(snapshot) if find_placed(m, image) is not None), None)


def first_choice(entry: Model) -> PlacedVersion | None:
    """What is worth looking at first: what runs, else what is stable, else the newest that is
    here, else the newest."""
    for wanted in (
        (v for v in entry.versions if any(c.running for c in v.containers)),
        (v for v in entry.versions if "stable" in v.channels),
        iter(entry.versions),
    ):
        found = next(wanted, None)
        if found is not None:
            return find_placed(entry, found.key.image)
    return next(iter(placed_versions(entry)), None)


class Shown(Enum):
    """Which versions of a model are shown."""

    ALL = "all"
    HERE = "here"
    BOTH = "both"
    THERE = "there"
    """In a registry, and not here."""
    MOVED = "moved"
    """Whose tag names another image in its registry."""

    def fits(self, one: PlacedVersion) -> bool:
        match self:
            case Shown.HERE:
                return one.local is not None
            case Shown.BOTH:
                return one.place is Place.BOTH
            case Shown.THERE:
                return one.local is None
            case Shown.MOVED:
                return bool(one.drifts)
        return True


def worth_choosing(entry: Model) -> frozenset[Shown]:
    """What would leave out some of the versions and not all; empty where there is nothing to
    choose."""
    if entry.places is None:
        return frozenset()
    places = entry.places
    counts = {
        Shown.HERE: places.here,
        Shown.BOTH: places.both,
        Shown.THERE: places.there,
        Shown.MOVED: places.moved,
    }
    return frozenset(one for one, count in counts.items() if 0 < count < len(entry.placed))


def only_there(entry: Model) -> int:
    """How many versions only a registry has."""
    return entry.places.there if entry.places is not None else 0


def title(entry: Model) -> str:
    """The entry's name for a person."""
    if entry.group is Group.UNTAGGED:
        return tr("Untagged")
    return presentation.printable(entry.name)


def subtitle(entry: Model) -> str:
    """The second line in the side list."""
    count = len(entry.versions)
    figure = presentation.count(count)
    parts: list[str] = []
    if entry.group is Group.UNTAGGED:
        parts.append(trn("{figure} image", "{figure} images", count, figure=figure))
        if entry.reclaimable_bytes is not None:
            back = presentation.size(entry.reclaimable_bytes)
            parts.append(tr("{size} reclaimable", size=back))
    elif entry.group is Group.BASE_IMAGE:
        tags = sum(len(v.references) for v in entry.versions)
        parts.append(trn("{count} tag", "{count} tags", tags))
        if entry.base_of:
            parts.append(trn("base of {count} version", "base of {count} versions", entry.base_of))
    else:
        there = only_there(entry)
        if count or not there:
            parts.append(trn("{figure} version", "{figure} versions", count, figure=figure))
        if there:
            parts.append(tr("{figure} only in registry", figure=presentation.count(there)))
        elif entry.unique_bytes is not None:
            parts.append(tr("{size} unique", size=presentation.size(entry.unique_bytes)))
    return " · ".join(parts)


def subline(entry: Model) -> str:
    """The line below the page's title: where it comes from, how much there is."""
    parts: list[str] = []
    repositories = {_parent(name) for name in entry.repositories}
    if len(entry.repositories) == 1 or len(repositories) == 1:
        parts.extend(filter(None, repositories))
    elif entry.repositories:
        parts.append(trn("{count} repository", "{count} repositories", len(entry.repositories)))
    summary = subtitle(entry)
    if entry.group is Group.MODEL and entry.unique_bytes is not None and not only_there(entry):
        summary = tr(
            "{summary} of {total}", summary=summary, total=presentation.size(entry.total_bytes)
        )
    parts.append(summary)
    return presentation.printable(" · ".join(parts))


def sparkline(entry: Model) -> tuple[float, ...]:
    """The versions' sizes, oldest first; nothing for what is no model."""
    if entry.group is not Group.MODEL:
        return ()
    return tuple(float(v.size_bytes) for v in reversed(entry.versions))


def running_tone(entry: Model) -> Tone | None:
    """GOOD when something of it runs, WARNING when some of that is not well, None otherwise."""
    running = [c for v in entry.versions for c in v.containers if c.running]
    if not running:
        return None
    return Tone.GOOD if all(map(is_well, running)) else Tone.WARNING


def is_well(container: ContainerSummary) -> bool:
    """Whether a running container gives no sign of trouble."""
    return (
        container.health is not Health.UNHEALTHY
        and container.status is not ContainerStatus.RESTARTING
    )


def common_metrics(places: Places, most: int = 3) -> tuple[str, ...]:
    """The names of the measures that most versions have, the commonest first; other numbers
    only where there is no measure."""
    counts = places.metrics
    shown = [name for name in counts if is_measure(name)] or list(counts)
    return tuple(sorted(shown, key=lambda name: (-counts[name], name))[:most])


def _parent(name: str) -> str:
    """``registry.lan:5000/team/recommendation`` → ``registry.lan:5000/team``."""
    return name.rpartition("/")[0]
