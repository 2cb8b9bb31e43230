"""Which images belong together: models, and images that name none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.images import ImageSummary
from modeldesk.core.layers.stack import Stack
from modeldesk.core.library.labels import model_name
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.references import Reference

EditedMetrics = Mapping[str, float | None]
"""By name; None for one that counts no more."""
UNTAGGED = ModelName("")


class LocalImage(NamedTuple):
    """An image on the engine, with its layers once they have been read."""

    summary: ImageSummary
    stack: Stack | None = None
    edited: EditedMetrics | None = None
    """What was said of its metrics since it was built."""


class Member(NamedTuple):
    """An image as one group sees it: with those of its names that belong there."""

    image: LocalImage
    references: tuple[Reference, ...]
    digests: tuple[Reference, ...]


@dataclass(slots=True)
class ImageGroup:
    """Images of one name. `labelled`: one of them says by its label that it is a model."""

    name: ModelName
    members: list[Member] = field(default_factory=list)
    labelled: bool = False


def group_images(images: Iterable[LocalImage]) -> dict[ModelName, ImageGroup]:
    """Every image in the groups it belongs to, in at least one.

    A labelled image belongs to the model of its label; another to one group per repository
    path, whatever the registry. Images without a name are in `UNTAGGED`, labelled or not: they
    are what builds and moved tags leave behind.
    """
    groups: dict[ModelName, ImageGroup] = {}
    for image in images:
        summary = image.summary
        label = model_name(summary.labels)
        names = _names(summary, label)
        for name, (references, digests) in names.items():
            group = groups.get(name)
            if group is None:
                group = groups[name] = ImageGroup(name)
            group.members.append(Member(image, references, digests))
            if label and name:
                group.labelled = True
    return groups


def _names(
    summary: ImageSummary, label: str
) -> dict[ModelName, tuple[tuple[Reference, ...], tuple[Reference, ...]]]:
    """The groups of an image, and its tags and digests in each."""
    named_by = summary.tags or summary.digests
    if not named_by:
        return {UNTAGGED: ((), ())}
    if label:
        return {ModelName(label): (summary.tags, summary.digests)}
    paths = {reference.repository for reference in named_by}
    if len(paths) == 1:
        path = next(iter(paths))
        digests = summary.digests
        if any(digest.repository != path for digest in digests):
            digests = tuple(digest for digest in digests if digest.repository == path)
        return {ModelName(path): (summary.tags, digests)}
    return {
        ModelName(path): (
            tuple(tag for tag in summary.tags if tag.repository == path),
            tuple(digest for digest in summary.digests if digest.repository == path),
        )
        for path in sorted(paths)
    }


def groups_of_images(groups: Iterable[ImageGroup]) -> dict[ImageId, frozenset[ModelName]]:
    """The names of the groups each named image is in."""
    found: dict[ImageId, frozenset[ModelName]] = {}
    for group in groups:
        if group.name != UNTAGGED:
            own = frozenset((group.name,))
            for member in group.members:
                image = member.image.summary.id
                before = found.get(image)
                found[image] = own if before is None else before | own
    return found


def model_of(version: RemoteVersion) -> ModelName:
    """The model that a version of a registry is one of, as if it were here."""
    return ModelName(version.model or _path(version.repository))


@lru_cache(maxsize=4096)
def _path(repository: str) -> str:
    return Reference.parse(repository).repository
