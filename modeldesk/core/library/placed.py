"""The versions of a model wherever they are: listed, counted and found."""

from collections.abc import Iterable

from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import Model, Place, PlacedVersion, Places


def count_places(versions: Iterable[PlacedVersion]) -> Places:
    """Look at each once."""
    here = both = there = moved = in_registry = 0
    several = committed = False
    counts: dict[str, int] = {}
    for one in versions:
        here += one.local is not None
        there += one.local is None
        both += one.place is Place.BOTH
        moved += bool(one.drifts)
        in_registry += bool(one.remote)
        several = several or len(one.platforms) > 1
        committed = committed or bool(one.commit)
        for name in one.metrics:
            counts[name] = counts.get(name, 0) + 1
    return Places(here, both, there, moved, in_registry, several, committed, counts)


def placed_versions(model: Model) -> tuple[PlacedVersion, ...]:
    """All versions of a model, newest first, wherever they are."""
    return model.placed or tuple(map(PlacedVersion, model.versions))


def find_placed(model: Model | None, image: ImageId | None) -> PlacedVersion | None:
    """The version of that image."""
    if model is None or image is None:
        return None
    if not model.placed:
        found = next((one for one in model.versions if one.key.image == image), None)
        return PlacedVersion(found) if found else None
    return next((one for one in model.placed if one.image == image), None)
