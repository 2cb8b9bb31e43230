"""What a container gets of the machine's folders and volumes, in rows that are filled in."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from modeldesk.core.containers.arguments import parse_mount
from modeldesk.core.containers.model import Mount
from modeldesk.core.words import tr
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.rows_editor import RowField, RowsEditor


def mount_editor(theme: Theme) -> RowsEditor:
    """An editor of such rows."""
    return RowsEditor(
        theme,
        tr("Volumes and folders"),
        (
            RowField(tr("source"), tr("/folder or volume name"), 2),
            RowField(tr("path in the container"), "/data", 2),
            RowField(tr("access"), tr("rw or ro")),
        ),
        tr("add a mount"),
    )


def mount_rows(mounts: Iterable[Mount]) -> list[tuple[str, ...]]:
    """`mounts` as they stand in it."""
    return [(one.source, one.target, "ro" if one.read_only else "rw") for one in mounts]


def read_mounts(rows: Iterable[Sequence[str]]) -> tuple[Mount, ...]:
    """What stands in it. Raises `InvalidInput`."""
    return tuple(parse_mount(":".join(part for part in row if part), Path.home()) for row in rows)
