"""A model's versions one after the other: where each is, and what changed since the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.ids import ImageId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.history import GoneVersion, Past
from modeldesk.core.library.kind_changes import changes_by_kind
from modeldesk.core.library.labels import fingerprint
from modeldesk.core.library.model import Place, Version, Where
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.versioning.fingerprint import Part, changed_parts


@dataclass(frozen=True, slots=True)
class Changed:
    """What of a version is another than in the one before."""

    since: str
    """The name of the version before."""
    parts: tuple[Part, ...] | None
    """By what both say that they were built from; None where one of them does not say."""
    kinds: tuple[LayerKind, ...] | None
    """By their layers, where that has to do; None where those are not known either."""

    @property
    def known(self) -> bool:
        """Whether anything can be told."""
        return self.parts is not None or self.kinds is not None


@dataclass(frozen=True, slots=True)
class Descendant:
    """A version in its line."""

    version: Past
    place: Place
    changed: Changed | None
    """None for the first."""

    @property
    def name(self) -> str:
        match self.version:
            case GoneVersion():
                return self.version.kept.name
            case RemoteVersion():
                return self.version.tag
        return self.version.name

    @property
    def image(self) -> ImageId:
        match self.version:
            case GoneVersion():
                return self.version.kept.image
            case RemoteVersion():
                return self.version.image
        return self.version.key.image

    @property
    def created(self) -> datetime:
        if isinstance(self.version, GoneVersion):
            return self.version.kept.created
        return self.version.created


def lineage(past: Sequence[Past], remote: Sequence[RemoteVersion]) -> tuple[Descendant, ...]:
    """The versions of a history, oldest first as there. `remote` is what registries have, by
    which it is known that they have a version that is here too."""
    there = {one.image for one in remote} | {one.digest for one in remote}
    found: list[Descendant] = []
    for version in past:
        changed = _changed(found[-1], version) if found else None
        found.append(Descendant(version, _place(version, there), changed))
    return tuple(found)


def _place(version: Past, there: set[str]) -> Place:
    match version:
        case RemoteVersion():
            return Place.REGISTRY
        case GoneVersion():
            return Place.REGISTRY if version.in_registry else Place.REMOVED
    known = {version.key.image, *(one.digest for one in version.digests)}
    if version.where is Where.LOCAL_AND_REGISTRY or not known.isdisjoint(there):
        return Place.BOTH
    return Place.LOCAL


def _changed(before: Descendant, version: Past) -> Changed:
    earlier = before.version
    if not isinstance(earlier, Version) or not isinstance(version, Version):
        return Changed(before.name, None, None)
    was, now = fingerprint(earlier.labels), fingerprint(version.labels)
    if was is not None and now is not None:
        return Changed(before.name, changed_parts(was, now), None)
    if earlier.layers is None or version.layers is None:
        return Changed(before.name, None, None)
    kinds, _ = changes_by_kind([earlier.layers, version.layers])
    return Changed(before.name, None, tuple(one.kind for one in kinds if one.kind and one.changed))
