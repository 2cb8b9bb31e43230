"""Versions that were here once, kept as they are seen."""

import threading
from collections.abc import Iterable

from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import Group, KeptVersion, LibrarySnapshot, VersionKey
from modeldesk.core.library.ports import VersionRecords


class KeptVersions:
    """Keeps every version as it is seen, and tells of those that went. Any thread may ask."""

    def __init__(self, records: VersionRecords) -> None:
        self._records = records
        self._lock = threading.Lock()
        self._noted: dict[VersionKey, KeptVersion] = {}

    def note(self, snapshot: LibrarySnapshot) -> bool:
        """Keep what of a snapshot is new; whether anything was. Raises `RecordsError`.

        Versions whose layers are not known yet are left to a later snapshot, and so are all
        while some image's are not: until then a base image may be taken for the model's own. So
        are they until it is known what content tells, or a guess would take its place.
        """
        if snapshot.missing_details or not snapshot.kinds_known:
            return False
        with self._lock:
            new = [kept for kept in _versions(snapshot) if self._noted.get(_key(kept)) != kept]
            if new:
                self._records.keep_versions(new)
                self._noted.update((_key(kept), kept) for kept in new)
            return bool(new)

    def past(self, model: ModelName) -> tuple[KeptVersion, ...]:
        """All that were kept of a model, in no order, those still there too. Raises
        `RecordsError`."""
        return self._records.kept_versions(model)


def _key(kept: KeptVersion) -> VersionKey:
    return VersionKey(kept.model, kept.image)


def _versions(snapshot: LibrarySnapshot) -> Iterable[KeptVersion]:
    for model in snapshot.models:
        if model.group == Group.MODEL:
            for version in model.versions:
                if version.layers is not None:
                    yield KeptVersion(
                        model.name,
                        version.key.image,
                        version.name,
                        version.created,
                        version.bytes_by_kind(),
                    )
