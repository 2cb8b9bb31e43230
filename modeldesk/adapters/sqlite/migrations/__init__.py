"""The schemas, step by step. A step that was released is never changed; a new one is added."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modeldesk.adapters.sqlite.migrations import (
    access_0001_tokens,
    layers_0001_indexes,
    layers_0002_stamps,
    layers_0003_kinds,
    m0001_records,
    m0002_engines,
    m0003_versions,
    m0004_remote_versions,
    m0005_file_digests,
    m0006_build_history,
    m0007_trials,
    m0008_build_proposals,
    m0009_channels,
    m0010_metadata,
    m0011_browsed,
    m0012_gateways,
    m0013_remote_models,
    m0014_rollouts,
    m0015_events,
    m0016_ended_by,
    search_0001_index,
)
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Schema:
    """What one file holds."""

    migrations: tuple[tuple[str, ...], ...]
    """For each schema version, from 1 on, the statements that lead to it."""
    damage_said: Callable[[Path], str]
    """What a person is told when a damaged file was kept aside at a path."""
    copied: bool = True
    """Whether the file is kept as it was before an update."""

    @property
    def version(self) -> int:
        return len(self.migrations)


def _records_damaged(aside: Path) -> str:
    return tr(
        "The records were damaged, so a new file was begun. Builds, releases and deployments of "
        "before are not shown; the old file was kept as {path}.",
        path=aside,
    )


def _layers_damaged(aside: Path) -> str:
    return tr(
        "What was read of layers was damaged, so they are read again when they are looked at. "
        "The old file was kept as {path}.",
        path=aside,
    )


def _search_damaged(aside: Path) -> str:
    return tr(
        "The index of the search was damaged, so it is made again. The old file was kept as "
        "{path}.",
        path=aside,
    )


def _access_damaged(aside: Path) -> str:
    return tr(
        "The tokens and the audit log were damaged, so a new file was begun, and no token of "
        "before is valid. The old file was kept as {path}.",
        path=aside,
    )


RECORDS = Schema(
    (
        m0001_records.STATEMENTS,
        m0002_engines.STATEMENTS,
        m0003_versions.STATEMENTS,
        m0004_remote_versions.STATEMENTS,
        m0005_file_digests.STATEMENTS,
        m0006_build_history.STATEMENTS,
        m0007_trials.STATEMENTS,
        m0008_build_proposals.STATEMENTS,
        m0009_channels.STATEMENTS,
        m0010_metadata.STATEMENTS,
        m0011_browsed.STATEMENTS,
        m0012_gateways.STATEMENTS,
        m0013_remote_models.STATEMENTS,
        m0014_rollouts.STATEMENTS,
        m0015_events.STATEMENTS,
        m0016_ended_by.STATEMENTS,
    ),
    _records_damaged,
)
LAYERS = Schema(
    (
        layers_0001_indexes.STATEMENTS,
        layers_0002_stamps.STATEMENTS,
        layers_0003_kinds.STATEMENTS,
    ),
    _layers_damaged,
    # All of it can be read again, and a copy would take as much room for ever.
    copied=False,
)
SEARCH = Schema(
    (search_0001_index.STATEMENTS,),
    _search_damaged,
    # As above.
    copied=False,
)
ACCESS = Schema((access_0001_tokens.STATEMENTS,), _access_damaged)
