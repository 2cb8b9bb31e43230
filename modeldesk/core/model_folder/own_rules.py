"""The folder's own .dockerignore, where it has one: what it keeps out is not in the image."""

from collections.abc import Iterable
from pathlib import Path

from modeldesk.core.build_context.ignore import DOCKERIGNORE, IgnoreRules, Verdict
from modeldesk.core.errors import FolderError
from modeldesk.core.model_folder.model import FileEntry, Finding, Severity
from modeldesk.core.model_folder.walk import Tree, read_start

_LONGEST = 1_000_000


def apply_own_rules(folder: Path, tree: Tree) -> tuple[Finding, ...]:
    """Take what the folder's .dockerignore keeps out from the tree's files."""
    text = read_start(folder, DOCKERIGNORE, _LONGEST).decode("utf-8", "surrogateescape")
    try:
        rules = IgnoreRules.parse(text)
    except FolderError as error:
        return (Finding(Severity.ERROR, str(error)),)
    tree.files = entering(tree.files, rules)
    tree.held = entering(tree.held, rules)
    return ()


def entering(files: Iterable[FileEntry], rules: IgnoreRules) -> list[FileEntry]:
    """The files that `rules` let in; each folder is decided about once."""
    folders: dict[str, Verdict | None] = {"": None}
    return [
        entry
        for entry in files
        if not rules.check(entry.path, _of_folder(entry.path, folders, rules)).excluded
    ]


def _of_folder(path: str, folders: dict[str, Verdict | None], rules: IgnoreRules) -> Verdict | None:
    parent = path.rpartition("/")[0]
    if parent not in folders:
        verdict = None
        for end in (at for at, char in enumerate(f"{parent}/") if char == "/"):
            above = parent[:end]
            if above not in folders:
                folders[above] = rules.check(above, verdict)
            verdict = folders[above]
    return folders[parent]
