"""A model's size history: its versions here, those that went, and those a registry has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.library.grouping import model_of
from modeldesk.core.library.model import KeptVersion, Model, Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.versions import newest_first, tag_order


@dataclass(frozen=True, slots=True)
class GoneVersion:
    """A version that is no longer here, with the sizes it had."""

    kept: KeptVersion
    in_registry: bool
    """Whether a registry has it still, as far as one was asked."""


Past = Version | GoneVersion | RemoteVersion


def history(
    model: Model, kept: Iterable[KeptVersion], remote: Iterable[RemoteVersion] = ()
) -> tuple[Past, ...]:
    """A model's versions, oldest first: those that are here, those that went, and those that
    were never here but are in a registry.

    Of several images that had one name, the one that has it here is told, else the last that
    had it here, else the last in a registry. An image is told once, whatever its names there.
    """
    here = {version.key.image for version in model.versions}
    names = {version.name for version in model.versions}
    gone: dict[str, KeptVersion] = {}
    for one in sorted(kept, key=lambda one: (one.created, one.image)):
        if one.image not in here and one.name not in names:
            gone[one.name] = one
    far = [one for one in remote if model_of(one) == model.name]
    if not gone and not far:
        return tuple(reversed(model.versions))
    there = {one.image for one in far} | {one.tag for one in far}
    told = here | {one.image for one in gone.values()} | _digests(model)
    every: Sequence[Past] = (
        *model.versions,
        *(GoneVersion(one, one.image in there or one.name in there) for one in gone.values()),
        *(
            one
            for one in _named_once(far)
            if one.tag not in names
            and one.tag not in gone
            and one.image not in told
            and one.digest not in told
        ),
    )
    return tuple(reversed(newest_first(every, _order)))


def _named_once(versions: Iterable[RemoteVersion]) -> list[RemoteVersion]:
    """Each image by the name that tells most, and of each name the last image."""
    by_image: dict[str, RemoteVersion] = {}
    for one in versions:
        other = by_image.get(one.image)
        if other is None or tag_order(one.tag) > tag_order(other.tag):
            by_image[one.image] = one
    by_name: dict[str, RemoteVersion] = {}
    for one in sorted(by_image.values(), key=lambda one: (one.created, one.image)):
        by_name[one.tag] = one
    return list(by_name.values())


def _digests(model: Model) -> set[str]:
    """By which registries know the images here; some engines call images by them too."""
    return {
        digest
        for version in model.versions
        for digest in (version.key.image, *(known.digest for known in version.digests))
    }


def _order(version: Past) -> tuple[str, datetime, str]:
    match version:
        case GoneVersion():
            return version.kept.name, version.kept.created, version.kept.image
        case RemoteVersion():
            return version.tag, version.created, version.image
    return version.name, version.created, version.key.image
