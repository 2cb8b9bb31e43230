"""The image that another one stands on, where only that one is at hand and not a whole library."""

from collections.abc import Iterable
from dataclasses import dataclass

from modeldesk.core.ids import DiffId
from modeldesk.core.images import ImageDetail
from modeldesk.core.labels import BASE_DIGEST_LABEL, BASE_NAME_LABEL


@dataclass(frozen=True, slots=True)
class KnownImage:
    """An image that may be a base."""

    name: str
    diff_ids: tuple[DiffId, ...]
    digests: frozenset[str] = frozenset()
    """Its own id and every digest that a registry knows it by."""


@dataclass(frozen=True, slots=True)
class Base:
    """What an image stands on."""

    layers: int
    """How many of the lowest are the base image's; 0 where there is none, or none is known."""
    name: str = ""
    """What it is called; empty where nothing tells."""


def find_base(detail: ImageDetail, known: Iterable[KnownImage], marked: int) -> Base:
    """The base of an image: the known image that its label for the base's digest or name means;
    else the one with the most layers that it begins with; else the `marked` lowest layers, which
    its history shows to be a base image's.

    Other versions of the same model must not be among `known`.
    """
    name = detail.labels.get(BASE_NAME_LABEL, "")
    digest = detail.labels.get(BASE_DIGEST_LABEL, "")
    below = [image for image in known if _stands_on(detail, image)]
    below.sort(key=lambda image: len(image.diff_ids))
    for image in reversed(below):
        if (digest and digest in image.digests) or (name and name == image.name):
            return Base(len(image.diff_ids), name or image.name)
    if not below:
        return Base(marked, name)
    count = len(below[-1].diff_ids)
    if name or digest:
        # The labels mean an image that is not known, so the one below it need not be all.
        return Base(max(count, marked), name)
    return Base(count, below[-1].name)


def _stands_on(detail: ImageDetail, image: KnownImage) -> bool:
    count = len(image.diff_ids)
    return 0 < count < len(detail.diff_ids) and detail.diff_ids[:count] == image.diff_ids
