"""The named volumes of the fake engine, with the files that were put into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from modeldesk.core.containers.model import Volume
from modeldesk.core.errors import EngineError, InUse, NotFound
from tests.fakes.engine_containers import FakeContainer


@dataclass
class FakeVolume:
    """`more_bytes` are in it beside its files."""

    volume: Volume
    files: dict[str, bytes] = field(default_factory=dict)
    more_bytes: int = 0

    @property
    def size_bytes(self) -> int:
        return self.more_bytes + sum(map(len, self.files.values()))


class FakeVolumes:
    """By name."""

    def __init__(self) -> None:
        self.by_name: dict[str, FakeVolume] = {}

    def create(self, volume: Volume) -> None:
        self.by_name.setdefault(volume.name, FakeVolume(volume))

    def remove(self, name: str, holders: list[FakeContainer]) -> None:
        for holder in holders:
            if any(mount.source == name for mount in holder.spec.mounts):
                raise InUse(f"It is used by container {holder.id[:12]}.", "Remove it first.")
        self.by_name.pop(name, None)

    def size(self, name: str) -> int:
        found = self.by_name.get(name)
        if found is None:
            raise NotFound("The volume is not there.", "", name)
        return found.size_bytes

    def put(self, container: FakeContainer, folder: str, files: Mapping[str, bytes]) -> None:
        """Where the folder is a volume's, into that."""
        mounts = {mount.target: mount for mount in container.spec.mounts}
        mount = mounts.get(folder)
        if mount is None:
            if container.spec.locked_down:
                raise EngineError("container rootfs is marked read-only")
            container.files.update({f"{folder}/{path}": data for path, data in files.items()})
            return
        self.by_name[mount.source].files.update(files)
