"""Which images stand on which: found by the layers they begin with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from modeldesk.core.courtesy import go_on
from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.images import ImageSummary
from modeldesk.core.labels import BASE_DIGEST_LABEL, BASE_NAME_LABEL
from modeldesk.core.library.grouping import LocalImage
from modeldesk.core.library.sizes import LayerTree
from modeldesk.core.references import Reference

_NO_GROUPS: frozenset[ModelName] = frozenset()


@dataclass(slots=True)
class Bases:
    """For each image its base image, and for each group what stands on it."""

    layers: dict[ImageId, int] = field(default_factory=dict)
    """How many of the image's lowest layers are its base image's."""
    image: dict[ImageId, ImageId] = field(default_factory=dict)
    """The local image it directly stands on, where there is one."""
    standing_on: dict[ModelName, set[ImageId]] = field(default_factory=dict)
    """Images of other groups that stand on one of the group's, directly or not."""


def find_bases(
    images: Mapping[ImageId, LocalImage],
    tree: LayerTree,
    groups: Mapping[ImageId, frozenset[ModelName]],
    give_way: Callable[[], None] = go_on,
) -> Bases:
    """The bases of every image in `tree`. An image's base is the named image of another group
    with the most layers that it begins with, but none above the one that its labels call its
    base; else what its history marks as one. One with just the same layers is its base where
    a label or the history says so.

    `groups` says which groups a named image is in; `give_way` is called for each image.
    """
    tops: dict[int, list[ImageId]] = {}
    for image, path in tree.paths.items():
        if path and image in groups:
            tops.setdefault(path[-1], []).append(image)
    alike = {top: _Alike(among, images) for top, among in tops.items()}
    found = Bases()
    for image, path in tree.paths.items():
        give_way()
        own = groups.get(image, _NO_GROUPS)
        below = [
            (place, base)
            for place, number in enumerate(path[:-1], 1)
            for base in tops.get(number, ())
            if own.isdisjoint(groups[base])
        ]
        local, named = images[image], False
        if path and path[-1] in alike:
            same = alike[path[-1]].bases_of(local)
            below += [(len(path), base) for base in same if own.isdisjoint(groups[base])]
        if below:
            below, named = _up_to_named(local, below, images)
            found.image[image] = below[-1][1]
        if own:
            for _, base in below:
                for name in groups[base]:
                    found.standing_on.setdefault(name, set()).add(image)
        marked = local.stack.marked_base if local.stack else 0
        count = below[-1][0] if below else 0
        found.layers[image] = count if named else _without_name(local, count, marked)
    return found


class _Alike:
    """Named images with just the same layers, of which there may be thousands."""

    def __init__(self, among: list[ImageId], images: Mapping[ImageId, LocalImage]) -> None:
        self._images = images
        self._among = among
        self._by_history: dict[int, list[int]] = {}
        """Places in `among`, by all of the history. Without those that hold weights, which are
        never a base image's: a model that is built twice, under two names, stands on neither."""
        for place, image in enumerate(among):
            stack = images[image].stack
            if stack is not None and stack.history is not None and not stack.holds_weights:
                self._by_history.setdefault(stack.history, []).append(place)

    def bases_of(self, image: LocalImage) -> list[ImageId]:
        """Those that the image is with nothing added but settings (``CMD``, ``ENV``, ``LABEL``):
        as its labels say, or, where none does, its history."""
        labels = image.summary.labels
        name, digest = labels.get(BASE_NAME_LABEL, ""), labels.get(BASE_DIGEST_LABEL, "")
        if name or digest:
            others = (one for one in self._among if self._images[one] is not image)
            return [one for one in others if _is_called(self._images[one].summary, name, digest)]
        before = image.stack.earlier_histories if image.stack else frozenset()
        places = [place for one in before for place in self._by_history.get(one, ())]
        return [self._among[place] for place in sorted(places)]


def _up_to_named(
    image: LocalImage, below: list[tuple[int, ImageId]], images: Mapping[ImageId, LocalImage]
) -> tuple[list[tuple[int, ImageId]], bool]:
    """Those `below` up to the one that the image's labels call its base, and whether one is."""
    labels = image.summary.labels
    name, digest = labels.get(BASE_NAME_LABEL, ""), labels.get(BASE_DIGEST_LABEL, "")
    if name or digest:
        for end in range(len(below), 0, -1):
            if _is_called(images[below[end - 1][1]].summary, name, digest):
                return below[:end], True
    return below, False


def _is_called(base: ImageSummary, name: str, digest: str) -> bool:
    if digest and (digest == base.id or any(known.digest == digest for known in base.digests)):
        return True
    wanted = _reference(name)
    return wanted is not None and wanted in base.tags


def _without_name(image: LocalImage, count: int, marked: int) -> int:
    """The layers of a base image that no label identifies: the `count` of the local image found
    below, or those `marked` where there is none, or where a label says it is another one."""
    labels = image.summary.labels
    if count and not labels.get(BASE_NAME_LABEL) and not labels.get(BASE_DIGEST_LABEL):
        return count
    return max(count, marked)


@lru_cache(maxsize=1024)
def _reference(name: str) -> Reference | None:
    try:
        return Reference.parse(name)
    except InvalidReference:
        return None
