"""From what a person writes to the image they mean (pure)."""

import difflib
import re

from modeldesk.core.errors import InvalidInput, InvalidReference, NotFound
from modeldesk.core.library.model import LibrarySnapshot, Model, Version
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{4,64})")


def find_version(snapshot: LibrarySnapshot, text: str) -> Version:
    """The version named by a reference (``repository:tag``, ``repository@digest``), by
    ``model:version``, or by the first digits of an image id.

    Raises `NotFound`, with the nearest names; `InvalidInput` when an id fits several images.
    """
    versions = [v for model in (*snapshot.models, *snapshot.others) for v in model.versions]
    for version in versions:
        if text in (f"{version.key.model}:{version.name}", str(version.key.image)):
            return version
    try:
        wanted = Reference.parse(text)
    except InvalidReference:
        wanted = None
    if wanted is not None:
        if not wanted.tag and not wanted.digest:
            wanted = wanted.with_tag("latest")
        for version in versions:
            if wanted in version.references or wanted in version.digests:
                return version
    return _by_id(versions, text) or _no_such(versions, text)


def find_models(snapshot: LibrarySnapshot, name: str) -> list[Model]:
    """The model of that name, or the base image. Raises `NotFound`, with the nearest names."""
    everything = [*snapshot.models, *snapshot.others]
    found = [model for model in everything if model.name == name]
    if not found:
        near = difflib.get_close_matches(name, [m.name for m in everything if m.name], cutoff=0.5)
        raise NotFound(
            tr("There is no model “{name}” on the engine.", name=name),
            tr("Did you mean {names}?", names=", ".join(near))
            if near
            else tr("See what there is with: modeldesk images, and in registries too with --ask"),
        )
    return found


def _by_id(versions: list[Version], text: str) -> Version | None:
    match = _ID.fullmatch(text)
    if match is None:
        return None
    fitting = {
        v.key.image: v for v in versions if v.key.image.removeprefix("sha256:").startswith(match[1])
    }
    if len(fitting) > 1:
        raise InvalidInput(
            tr("“{text}” is the beginning of {count} image ids.", text=text, count=len(fitting)),
            tr("Write more of its digits."),
        )
    return next(iter(fitting.values()), None)


def _no_such(versions: list[Version], text: str) -> Version:
    names = {str(reference) for v in versions for reference in v.references}
    near = difflib.get_close_matches(text, names, n=3, cutoff=0.5)
    raise NotFound(
        tr("There is no image “{text}” on the engine.", text=text),
        tr("Did you mean {names}?", names=", ".join(near))
        if near
        else tr("See what there is with: modeldesk images"),
    )
