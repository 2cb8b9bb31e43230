"""The part of a context that a builder asks for, by the paths its instructions name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from modeldesk.core.build_context.ignore_pattern import BadPattern, compile_pattern
from modeldesk.core.build_context.scan import ContextEntry
from modeldesk.core.build_context.tar import EntryKind, name_bytes

_WILD = frozenset("*?[\\")
_MOST_LINKS = 255


def in_order(entries: Iterable[ContextEntry]) -> list[ContextEntry]:
    """As one walks a folder whose names are sorted by their bytes: each folder before what is
    in it, and all of that before the next name."""
    return sorted(
        entries,
        key=lambda entry: name_bytes(entry.path).replace(b"/", b"\0"),
    )


def selected(entries: Sequence[ContextEntry], paths: Sequence[str]) -> list[ContextEntry]:
    """The entries that `paths` name (wildcards match names, links are followed as a builder
    follows them), with all that is in them and the folders they lie in. No paths: everything."""
    if not paths:
        return list(entries)
    tree = _Tree(entries)
    for path in paths:
        tree.choose(path)
    return [entry for entry in entries if tree.has(entry.path)]


class _Tree:
    def __init__(self, entries: Iterable[ContextEntry]) -> None:
        self._entries = {entry.path: entry for entry in entries}
        self._inside: dict[str, list[str]] = defaultdict(list)
        for path in self._entries:
            folder, _, name = path.rpartition("/")
            self._inside[folder].append(name)
        self._chosen: set[str] = set()
        self._above: set[str] = set()

    def choose(self, path: str) -> None:
        self._walk("", path.split("/"), _MOST_LINKS)

    def has(self, path: str) -> bool:
        return path in self._above or any(above in self._chosen for above in _and_above(path))

    def _walk(self, at: str, names: list[str], links_left: int) -> None:
        """Follow `names` from the folder `at`; empty is the top."""
        for number, name in enumerate(names):
            if name in ("", "."):
                continue
            if name == "..":
                at = at.rpartition("/")[0]
                continue
            rest = names[number + 1 :]
            for found in self._matching(at, name):
                self._enter(f"{at}/{found}" if at else found, rest, links_left)
            return
        self._take(at)

    def _enter(self, path: str, rest: list[str], links_left: int) -> None:
        entry = self._entries[path]
        if entry.kind is not EntryKind.LINK:
            self._walk(path, rest, links_left)
            return
        self._take(path)
        if links_left:
            folder = "" if entry.target.startswith("/") else path.rpartition("/")[0]
            self._walk(folder, [*entry.target.split("/"), *rest], links_left - 1)

    def _matching(self, folder: str, name: str) -> list[str]:
        if not _WILD.intersection(name):
            return [name] if (f"{folder}/{name}" if folder else name) in self._entries else []
        try:
            matches = compile_pattern(name)
        except BadPattern:
            # The builder says what is wrong with it; more than it wants does no harm.
            return list(self._inside[folder])
        return [one for one in self._inside[folder] if matches(one)]

    def _take(self, path: str) -> None:
        self._chosen.add(path)
        self._above.update(_and_above(path))


def _and_above(path: str) -> Iterable[str]:
    """The path, each folder it lies in, and the top."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""
