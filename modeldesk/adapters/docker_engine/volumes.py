"""Named volumes, and files put into containers."""

import io
import json
import tarfile
import time
from collections.abc import Mapping
from pathlib import PurePosixPath

from docker.errors import NotFound as LibraryNotFound

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.errors import not_an_engine
from modeldesk.adapters.docker_engine.fields import items, labels, mapping, number, text
from modeldesk.adapters.docker_engine.streams import EngineRequest, open_stream
from modeldesk.core.containers.model import Volume
from modeldesk.core.errors import NotFound
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.words import tr

_READABLE, _FOLDER = 0o644, 0o755


def list_volumes(connection: Connection) -> tuple[Volume, ...]:
    """Every one, with its labels."""
    with connection.client() as client:
        entries = items(mapping(client.volumes()).get("Volumes"))
    found = map(mapping, entries)
    return tuple(Volume(text(one.get("Name")), labels(one.get("Labels"))) for one in found)


def create_volume(connection: Connection, volume: Volume) -> None:
    """One of that name stays as it is."""
    with connection.client() as client:
        try:
            client.inspect_volume(volume.name)
        except LibraryNotFound:
            client.create_volume(volume.name, labels=dict(volume.labels))


def remove_volume(connection: Connection, name: str) -> None:
    with connection.client() as client:
        try:
            client.remove_volume(name)
        except LibraryNotFound:
            return


def volume_bytes(connection: Connection, name: str, token: CancelToken) -> int | None:
    """As the engine counts it now. One of before API 1.42 counts all else that it has as well."""
    request = EngineRequest("/system/df", params={"type": "volume"})
    with open_stream(connection, token, request) as stream:
        answer = b"".join(stream.chunks())
    try:
        volumes = map(mapping, items(mapping(json.loads(answer)).get("Volumes")))
    except ValueError as error:
        raise not_an_engine(str(error)) from error
    one = next((one for one in volumes if one.get("Name") == name), None)
    if one is None:
        raise NotFound(tr("The volume {name} is not there, or no longer.", name=name))
    size = mapping(one.get("UsageData")).get("Size")
    return number(size) if isinstance(size, int) and size >= 0 else None


def put_files(
    connection: Connection, container: ContainerId, folder: str, files: Mapping[str, bytes]
) -> None:
    """As one archive, of root's."""
    with connection.client() as client:
        client.put_archive(container, folder, _archive(files))


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    folders: set[str] = set()
    now = time.time()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, content in files.items():
            for above in reversed(PurePosixPath(path).parents[:-1]):
                if str(above) not in folders:
                    folders.add(str(above))
                    entry = tarfile.TarInfo(str(above))
                    entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, _FOLDER, now
                    archive.addfile(entry)
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.mtime = len(content), _READABLE, now
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
