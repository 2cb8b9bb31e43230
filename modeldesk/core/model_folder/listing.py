"""Everything in a folder, by name and size, whatever any .dockerignore says."""

from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.ignored import Rules
from modeldesk.core.model_folder.model import FileEntry
from modeldesk.core.model_folder.walk import check_folder, walk


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder as it was when it was read."""

    folder: Path | None
    """Where the files are; None for those of a commit, which lie somewhere for a moment only."""
    files: tuple[FileEntry, ...]
    """Regular files alone; sorted by path."""
    generated: frozenset[str] = frozenset()
    """Paths of files that are sent beside the folder's."""
    links: frozenset[str] = frozenset()
    """Paths of links, wherever they lead."""


def list_folder(folder: Path, token: CancelToken) -> Listing:
    """What is in `folder`. Raises `FolderError`, `Cancelled`."""
    check_folder(folder)
    tree = walk(folder, Rules(()), token)
    links = frozenset(tree.links)
    return Listing(
        folder, tuple(entry for entry in tree.files if entry.path not in links), links=links
    )
