"""Which image stands on one side of a comparison (no Qt)."""

from dataclasses import dataclass

from modeldesk.core.contents.model import ArchiveImage, EngineImage, Place, RegistryImage
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.library.model import Group, LibrarySnapshot, Model, Version
from modeldesk.core.words import tr
from modeldesk.ui.presentation import printable


@dataclass(frozen=True, slots=True)
class VersionPick:
    """An image of the library."""

    model: ModelName
    image: ImageId


@dataclass(frozen=True, slots=True)
class PlacePick:
    """An image anywhere else."""

    place: ArchiveImage | RegistryImage


Pick = VersionPick | PlacePick


def find(snapshot: LibrarySnapshot, pick: VersionPick) -> tuple[Model, Version] | None:
    """The version that is picked, while it is there."""
    for entry in (*snapshot.models, *snapshot.others):
        if entry.name == pick.model:
            for version in entry.versions:
                if version.key.image == pick.image:
                    return entry, version
    return None


def base_layers(snapshot: LibrarySnapshot, pick: Pick) -> int | None:
    """How many of its lowest layers are its base image's, where the library knows."""
    found = find(snapshot, pick) if isinstance(pick, VersionPick) else None
    return found[1].base_layers if found else None


def pick_text(snapshot: LibrarySnapshot, pick: Pick) -> str:
    """What is picked, for a person: ``recommendation · v1.4.0``, or the archive's name."""
    if isinstance(pick, PlacePick):
        place = pick.place
        if isinstance(place, RegistryImage):
            return printable(place.name)
        name = printable(place.path.name)
        return f"{name} · {printable(place.image)}" if place.image else name
    found = find(snapshot, pick)
    return version_text(*found) if found else tr("an image that is gone")


def version_text(entry: Model, version: Version) -> str:
    """A version with its model's name."""
    model = tr("Untagged") if entry.group is Group.UNTAGGED else printable(entry.name)
    return f"{model} · {printable(version.name)}"


def place_of(snapshot: LibrarySnapshot, pick: Pick, address: str) -> Place:
    """Where to read it; `address` is the engine's, empty while there is none. Raises
    `EngineUnavailable`."""
    if isinstance(pick, PlacePick):
        return pick.place
    if not address:
        raise EngineUnavailable(
            tr("No engine answers."), tr("Archives and registries can be read without one.")
        )
    found = find(snapshot, pick)
    if found is None:
        return EngineImage(address, pick.image, pick.image)
    entry, version = found
    name = f"{entry.name}:{version.name}" if entry.name else version.name
    return EngineImage(address, pick.image, name)


def latest_two(entry: Model | None) -> tuple[VersionPick, VersionPick] | None:
    """What is worth comparing first: the newest version with the one before it."""
    if entry is None or entry.group is not Group.MODEL or len(entry.versions) < 2:
        return None
    newest, before = entry.versions[:2]
    return (
        VersionPick(entry.name, before.key.image),
        VersionPick(entry.name, newest.key.image),
    )
