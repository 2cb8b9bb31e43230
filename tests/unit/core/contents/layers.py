"""Layers for tests, written as short lists; and stacking done the plain way, to compare with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from modeldesk.core.contents.entries import OPAQUE, Entry, FileType, hidden_by
from modeldesk.core.contents.index_packing import LayerIndexWriter, unpack
from modeldesk.core.contents.layer_index import LayerIndex


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a layer's archive."""

    path: str
    size: int = 0
    type: FileType = FileType.FILE
    link: str = ""
    owner: int = 0
    modified: int = 0


def file(path: str, size: int, *, owner: int = 0, modified: int = 0) -> Item:
    return Item(path, size, owner=owner, modified=modified)


def folder(path: str, *, owner: int = 0) -> Item:
    return Item(path, type=FileType.FOLDER, owner=owner)


def symlink(path: str, target: str) -> Item:
    return Item(path, len(target), FileType.SYMLINK, target)


def hard_link(path: str, target: str) -> Item:
    return Item(path, 0, FileType.HARD_LINK, target)


def removed(path: str) -> Item:
    above, slash, name = path.rpartition("/")
    return Item(f"{above}{slash}.wh.{name}", type=FileType.WHITEOUT)


def opaque(path: str) -> Item:
    return Item(f"{path}/{OPAQUE.decode()}".lstrip("/"), type=FileType.OPAQUE)


def layer(*items: Item, kept: dict[str, bytes] | None = None) -> LayerIndex:
    """The index of an archive with these entries in this order."""
    writer = LayerIndexWriter()
    for number, item in enumerate(items):
        path = item.path.encode()
        if item.link:
            writer.columns.links[len(writer.columns.paths)] = item.link.encode()
        name = path + b"/" if item.type == FileType.FOLDER else path
        owner = writer.owner((0o644, item.owner, item.owner))
        offset = 512 + number * 1024
        writer.add([(name, item.type, item.size, owner, item.modified, offset)])
    writer.kept = {path.encode(): content for path, content in (kept or {}).items()}
    return unpack(writer.finish())


@dataclass(frozen=True, slots=True)
class Node:
    """Something in the file system of `plain_stack`."""

    layer: int
    entry: Entry
    linked: tuple[int, bytes] | None = None
    """The layer and path of the file whose bytes it has; None where it has none."""


PlainFiles = dict[bytes, Node]


def plain_stack(layers: Sequence[LayerIndex]) -> list[PlainFiles]:
    """The file system after each layer: every entry put on one after the other, in dicts."""
    files: PlainFiles = {}
    after: list[PlainFiles] = []
    for number, index in enumerate(layers):
        entries = sorted(index, key=lambda entry: entry.offset)
        for entry in entries:
            if entry.type == FileType.WHITEOUT:
                hidden = hidden_by(entry.path)
                if not hidden.endswith(b"/") and hidden:
                    files = {p: n for p, n in files.items() if not _at_or_in(p, hidden)}
            elif entry.type == FileType.OPAQUE:
                files = {p: n for p, n in files.items() if not _in(p, hidden_by(entry.path))}
        for entry in entries:
            _make_folders(files, number, entry)
            if entry.type in (FileType.WHITEOUT, FileType.OPAQUE):
                continue
            before = files.get(entry.path)
            if entry.type == FileType.FOLDER:
                files[entry.path] = Node(number, entry)
                continue
            if before and before.entry.type == FileType.FOLDER:
                files = {p: n for p, n in files.items() if not _in(p, entry.path)}
            files[entry.path] = Node(number, entry, _content_of(index, number, entry))
        after.append(dict(files))
    return after


def plain_sizes(files: PlainFiles) -> dict[bytes, int]:
    """Bytes of each path; what several hard links share counts once."""
    sizes: dict[bytes, int] = {}
    counted: set[tuple[int, bytes]] = set()
    own_first = sorted(
        files, key=lambda path: (files[path].linked != (files[path].layer, path), path)
    )
    for path in own_first:
        node = files[path]
        size = node.entry.size_bytes
        if node.entry.type == FileType.HARD_LINK:
            size = 0 if node.linked in counted or node.linked is None else _NOT_KNOWN
        if node.linked:
            counted.add(node.linked)
        sizes[path] = size
    return sizes


_NOT_KNOWN = -1


def with_links(layers: Sequence[LayerIndex], files: PlainFiles) -> dict[bytes, int]:
    """`plain_sizes`, with the size of a file that only a hard link keeps."""
    sizes = plain_sizes(files)
    for path, size in sizes.items():
        if size == _NOT_KNOWN:
            linked = files[path].linked
            assert linked is not None
            row = layers[linked[0]].row(linked[1])
            assert row is not None
            sizes[path] = layers[linked[0]].sizes[row]
    return sizes


def _make_folders(files: PlainFiles, number: int, entry: Entry) -> None:
    parts = entry.path.split(b"/")
    for end in range(1, len(parts)):
        above = b"/".join(parts[:end])
        node = files.get(above)
        if node is None or node.entry.type != FileType.FOLDER:
            blank = replace(entry, path=above, type=FileType.FOLDER, size_bytes=0, offset=-1)
            files[above] = Node(number, blank)


def _content_of(index: LayerIndex, number: int, entry: Entry) -> tuple[int, bytes] | None:
    seen = {entry.path}
    while entry.type == FileType.HARD_LINK:
        row = index.row(entry.link)
        if row is None or entry.link in seen:
            return None
        seen.add(entry.link)
        entry = index.entry(row)
    return (number, entry.path) if entry.type == FileType.FILE else None


def _in(path: bytes, above: bytes) -> bool:
    return path.startswith(above + b"/") if above else True


def _at_or_in(path: bytes, above: bytes) -> bool:
    return path == above or _in(path, above)


_NAMES = st.sampled_from(["a", "b", "a.b", "a-b", "B"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_ITEMS = st.one_of(
    st.builds(Item, _PATHS, st.integers(0, 9), owner=st.integers(0, 1), modified=st.integers(0, 1)),
    st.builds(Item, _PATHS, st.integers(0, 9), owner=st.integers(0, 1), modified=st.integers(0, 1)),
    st.builds(folder, _PATHS, owner=st.integers(0, 1)),
    st.builds(symlink, _PATHS, st.sampled_from(["x", "yy"])),
    st.builds(hard_link, _PATHS, _PATHS),
    st.builds(removed, _PATHS),
    st.builds(removed, _PATHS),
    st.builds(opaque, st.one_of(st.just(""), _PATHS)),
)


def _no_file_over_own_folder(items: list[Item]) -> list[Item]:
    """Archives name a path once as one thing; what is odd about them has tests of its own."""
    kept: list[Item] = []
    files: set[str] = set()
    folders: set[str] = set()
    for item in items:
        parts = item.path.split("/")
        above = {"/".join(parts[:end]) for end in range(1, len(parts))}
        is_folder = item.type == FileType.FOLDER
        if files & above or item.path in files or (item.path in folders and not is_folder):
            continue
        folders |= above | ({item.path} if is_folder else set())
        if not is_folder:
            files.add(item.path)
        kept.append(item)
    return kept


LAYERS = st.lists(
    st.lists(_ITEMS, max_size=8).map(_no_file_over_own_folder).map(lambda items: layer(*items)),
    max_size=5,
)
"""Up to five layers over few names, so that they meet often."""
