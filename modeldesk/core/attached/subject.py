"""A version as far as its metadata goes, wherever it is (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.core.attached.service import Place, places_of
from modeldesk.core.ids import ImageId
from modeldesk.core.images import Labels
from modeldesk.core.library.model import Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.references import Reference


@dataclass(frozen=True, slots=True)
class Subject:
    """An image here, or what only registries have: an image, or weights without one."""

    name: str
    """As it is told of to a person."""
    image: ImageId
    labels: Labels
    places: tuple[Place, ...]
    """Where what is said of it is attached to it."""


def subject_here(version: Version, name: str) -> Subject:
    """A version on the engine."""
    return Subject(name, version.key.image, version.labels, places_of(version.digests))


def subject_there(remote: Sequence[RemoteVersion], name: str) -> Subject:
    """One that only registries have, by all its names there; the first tells its labels."""
    places = (Place(Reference.parse(one.repository), one.digest) for one in remote)
    first = remote[0]
    return Subject(name, first.image, first.labels or {}, tuple(dict.fromkeys(places)))
