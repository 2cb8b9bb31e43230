"""Images: listed in one call, looked into and named."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from docker.errors import NotFound as LibraryNotFound

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import (
    Object,
    items,
    labels,
    mapping,
    moment,
    number,
    text,
    texts,
)
from modeldesk.adapters.docker_engine.losses import despite_losses
from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail, ImageSummary
from modeldesk.core.references import Reference

log = logging.getLogger(__name__)


def list_images(connection: Connection) -> tuple[ImageSummary, ...]:
    """Every image that is not an intermediate one."""
    return _listed(connection, None)


def image_summary(
    connection: Connection, image: ImageId, sizes_by_list: bool
) -> ImageSummary | None:
    """The image as the list tells of it; None when the list does not.

    Inspecting tells it in a millisecond, the list call in as many as there are images in
    hundreds. Still the list is asked where only it counts the whole size (`sizes_by_list`: a
    containerd store), and for an image without names, which may be an intermediate one.
    """
    with connection.client() as client:
        try:
            found = mapping(asked(client.inspect_image, image))
        except LibraryNotFound:
            return None
    summary = _of_inspected(found)
    if sizes_by_list or not (summary.tags or summary.digests):
        names = (*summary.tags, *summary.digests)
        size = _listed_size(connection, image, [str(name) for name in names[:1]])
        return None if size is None else replace(summary, size_bytes=size)
    return summary


def image_detail(
    connection: Connection, image: ImageId, sizes_by_list: bool = False
) -> ImageDetail:
    """Inspect and history; a containerd store (`sizes_by_list`) counts packed layers where it is
    asked for one image, and so only its history tells the size. Raises `NotFound`."""
    with connection.client() as client:
        inspected = mapping(asked(client.inspect_image, image))
        history = items(asked(client.history, image))
    detail = read_detail(inspected, history)
    if sizes_by_list:
        return replace(detail, size_bytes=sum(entry.size_bytes for entry in detail.history))
    return detail


def tag_image(connection: Connection, image: ImageId, reference: Reference) -> None:
    with connection.client() as client:
        client.tag(image, reference.name, reference.tag or "latest")


def read_summary(entry: Object) -> ImageSummary:
    """An entry of the engine's list."""
    image = ImageId(text(entry.get("Id")))
    # A containerd store has what was pulled by digest among its tags, by that very name.
    tags = tuple(one for one in references(texts(entry.get("RepoTags"))) if not one.digest)
    digests = references(texts(entry.get("RepoDigests")))
    if any(one.digest == image for one in digests):
        # A containerd store's own digest, which goes for every name: its list tells one of them.
        named = (Reference(tag.registry, tag.repository, "", image) for tag in tags)
        digests = tuple(sorted({*digests, *named}))
    return ImageSummary(
        id=image,
        tags=tags,
        digests=digests,
        size_bytes=number(entry.get("Size")),
        created=moment(entry.get("Created")),
        labels=labels(entry.get("Labels")),
    )


def _listed_size(connection: Connection, image: ImageId, names: list[str]) -> int | None:
    """The list is narrowed, because it can be long; but a name is taken for a pattern, which
    one with brackets does not match."""
    narrowings = ({"reference": names}, None) if names else ({"dangling": ["true"]},)
    for filters in narrowings:
        for one in _listed(connection, filters):
            if one.id == image:
                return one.size_bytes
    return None


def _of_inspected(found: Object) -> ImageSummary:
    entry = {
        **found,
        "Labels": mapping(found.get("Config")).get("Labels"),
        "Created": int(moment(found.get("Created")).timestamp()),
    }
    return read_summary(entry)


def read_detail(inspected: Object, history: Iterable[object]) -> ImageDetail:
    """What inspect and history say. The engine's history is newest first."""
    config = mapping(inspected.get("Config"))
    lines = [_history_entry(mapping(line)) for line in history]
    return ImageDetail(
        id=ImageId(text(inspected.get("Id"))),
        diff_ids=tuple(
            DiffId(layer) for layer in texts(mapping(inspected.get("RootFS")).get("Layers"))
        ),
        history=tuple(reversed(lines)),
        config=_config(config),
        size_bytes=number(inspected.get("Size")),
        architecture=text(inspected.get("Architecture")),
        operating_system=text(inspected.get("Os")),
        labels=labels(config.get("Labels")),
    )


def references(names: Iterable[str]) -> tuple[Reference, ...]:
    """The names that name something, sorted: ``<none>`` is how the engine says that there is
    none. A name that no registry would take is passed over."""
    found = (_reference(name) for name in names if "<none>" not in name)
    return tuple(sorted(reference for reference in found if reference is not None))


@lru_cache(maxsize=16384)
def _reference(name: str) -> Reference | None:
    try:
        return Reference.parse(name)
    except InvalidReference:
        log.info("The engine names an image %r, which is no image name", name)
        return None


def _listed(
    connection: Connection, filters: dict[str, list[str]] | None
) -> tuple[ImageSummary, ...]:
    with connection.client() as client:
        entries = items(despite_losses(lambda: client.images(filters=filters)))
    return tuple(read_summary(mapping(entry)) for entry in entries)


def asked(call: Callable[[str], object], name: str) -> object:
    """The answer of a call for which the library declares no types."""
    return call(name)


def _history_entry(line: Object) -> HistoryEntry:
    return HistoryEntry(
        created_by=text(line.get("CreatedBy")),
        size_bytes=number(line.get("Size")),
        created=moment(line.get("Created")),
        comment=text(line.get("Comment")),
    )


def _config(config: Object) -> ImageConfig:
    return ImageConfig(
        entrypoint=texts(config.get("Entrypoint")),
        command=texts(config.get("Cmd")),
        environment=texts(config.get("Env")),
        user=text(config.get("User")),
        working_directory=text(config.get("WorkingDir")),
        exposed_ports=tuple(mapping(config.get("ExposedPorts"))),
        volumes=tuple(mapping(config.get("Volumes"))),
        stop_signal=text(config.get("StopSignal")),
        healthcheck=_healthcheck(mapping(config.get("Healthcheck"))),
    )


def _healthcheck(check: Object) -> tuple[str, ...]:
    test = texts(check.get("Test"))
    return () if test[:1] == ("NONE",) else test
