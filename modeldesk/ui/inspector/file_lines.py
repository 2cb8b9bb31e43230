"""How one line of files reads: its words, marks and tooltip."""

import stat
from dataclasses import dataclass
from datetime import UTC, datetime

from modeldesk.core.contents.entries import Entry, FileType, shown
from modeldesk.core.contents.tree import Node
from modeldesk.core.contents.view import FileView, State
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.theme.tokens import TextColor


@dataclass(frozen=True, slots=True)
class Mark:
    """What the topmost layer did: a sign, its words and a colour."""

    sign: str
    words: str
    color: TextColor


@dataclass(frozen=True, slots=True)
class Line:
    """One line."""

    path: bytes
    """Empty for the line that stands for more of them."""
    name: str
    size: str
    is_folder: bool = False
    mark: Mark | None = None
    removed: bool = False
    note: str = ""
    """Faint words after the name: where a link leads."""

    def spoken(self) -> str:
        """As a screen reader says it."""
        words = self.mark.words if self.mark else ""
        kind = tr("folder") if self.is_folder else ""
        return ", ".join(filter(None, (self.name, kind, words, self.size, self.note)))


def mark_of(state: State, *, inside: bool = False) -> Mark | None:
    """The mark of a path in that state; `inside`: something in the folder is not as it was."""
    if state == State.UNCHANGED:
        return Mark("•", tr("changed inside"), "muted") if inside else None
    if state == State.ADDED:
        return Mark("+", tr("added"), "good")
    if state == State.CHANGED:
        return Mark("~", tr("changed"), "warning")
    return Mark(presentation.MINUS, tr("removed"), "bad")


def line_of(node: Node, view: FileView) -> Line:
    """A line of the tree."""
    removed = node.state == State.REMOVED
    size = node.removed_bytes if removed else node.size_bytes
    return Line(
        node.path,
        presentation.cut(presentation.printable(node.name)) or "/",
        presentation.size(size),
        node.type == FileType.FOLDER,
        mark_of(node.state, inside=node.changed_inside),
        removed,
        _link_note(view, node.row, node.type),
    )


def hit_line(view: FileView, row: int) -> Line:
    """A line of what was found: the whole path."""
    path, state, kind = view.paths[row], State(view.states[row]), FileType(view.types[row])
    return Line(
        path,
        presentation.cut(presentation.printable(path)),
        presentation.size(view.sizes[row]),
        mark=mark_of(state),
        removed=state == State.REMOVED,
        note=_link_note(view, row, kind),
    )


def more_line(count: int) -> Line:
    """The line that stands for the rest of a folder."""
    figure = presentation.count(count)
    return Line(b"", trn("… and {figure} more", "… and {figure} more", count, figure=figure), "")


def tooltip(line: Line, entry: Entry | None) -> str:
    """All of a line: whole path, exact size, owner, permissions, time."""
    parts = [shown(line.path) if line.path else line.name]
    if line.mark:
        parts.append(f"{line.mark.sign} {line.mark.words}")
    if entry is not None:
        if not line.is_folder:
            parts.append(presentation.exact_size(entry.size_bytes))
        parts += [owner_line(entry), modified_line(entry)]
        if entry.link:
            parts.append(f"→ {shown(entry.link)}")
    return "\n".join(parts)


def owner_line(entry: Entry) -> str:
    """Permissions and owner: ``-rw-r--r-- 0:0``."""
    return f"{stat.filemode(_KINDS.get(entry.type, 0) | entry.mode)} {entry.uid}:{entry.gid}"


def modified_line(entry: Entry) -> str:
    """When it was changed last; empty where that is no time."""
    try:
        return presentation.moment(datetime.fromtimestamp(entry.modified, UTC))
    except (OverflowError, OSError, ValueError):
        return ""


def type_name(kind: FileType) -> str:
    """What an entry is."""
    return {
        FileType.FILE: tr("file"),
        FileType.FOLDER: tr("folder"),
        FileType.SYMLINK: tr("symbolic link"),
        FileType.HARD_LINK: tr("hard link"),
        FileType.SPECIAL: tr("device or pipe"),
        FileType.WHITEOUT: tr("marker of a removal"),
        FileType.OPAQUE: tr("marker of a removal"),
    }[kind]


def _link_note(view: FileView, row: int | None, kind: FileType) -> str:
    if row is None or kind not in (FileType.SYMLINK, FileType.HARD_LINK):
        return ""
    return f"→ {presentation.cut(shown(view.entry(row).link))}"


_KINDS = {
    FileType.FILE: stat.S_IFREG,
    FileType.HARD_LINK: stat.S_IFREG,
    FileType.FOLDER: stat.S_IFDIR,
    FileType.SYMLINK: stat.S_IFLNK,
}
