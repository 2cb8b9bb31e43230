"""The build context: which of a folder's files go to the engine, and how many bytes that is."""

import os
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path, PurePosixPath

from modeldesk.core.build_context.ignore import IgnoreRules, Verdict
from modeldesk.core.build_context.tar import END_BYTES, EntryKind, entry_bytes
from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_SECOND = 1_000_000_000
"""In nanoseconds."""
_DIGITS = 15
"""Of a digest, far more than a second can hold: each fraction is as likely as another."""


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """A file, folder or link as it will be sent. `path` is relative, with forward slashes; bytes
    of names that are no UTF-8 are surrogate escapes."""

    path: str
    kind: EntryKind
    mode: int
    modified: int
    """Whole seconds since the epoch."""
    size_bytes: int = 0
    target: str = ""
    """Where a link points."""
    fraction: int = 0
    """Nanoseconds within the second: the file's own to the millisecond, then digits that change
    whenever the file is written, even by one who sets its time back. An engine that keeps what
    it was sent knows by them that weights of the same size are others."""


class Special(Enum):
    """Entries of a folder that can't be sent."""

    SOCKET = "socket"
    PIPE = "named pipe"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class ContextPlan:
    """What will be sent. The folder may change afterwards; sending notices."""

    folder: Path
    entries: tuple[ContextEntry, ...]
    """A folder before what is in it."""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """Files that are sent in place of, or beside, the folder's: path → content."""
    skipped: tuple[tuple[str, Special], ...] = ()
    total_bytes: int = END_BYTES
    """Size of the whole stream."""
    builder_only: frozenset[str] = frozenset()
    """Paths that are kept out, and yet sent, because the builder itself needs them."""
    names_are_text: bool = True
    """Whether every name is UTF-8. Newer engines take others in a tar only."""
    kept_as: str = ""
    """What an engine that keeps what it was sent is to know it by; empty: by its folder."""

    @property
    def newest(self) -> int:
        """When the last of its files was written, in seconds since the epoch."""
        return max((one.modified for one in self.entries if one.kind is EntryKind.FILE), default=0)

    def at(self, modified: int) -> "ContextPlan":
        """The same with that time, in seconds since the epoch, for everything in it. By the
        fraction of a second, which layers do not have, an engine still knows one file from
        another."""
        entries = tuple(replace(entry, modified=modified) for entry in self.entries)
        return replace(self, entries=entries)

    def by_content(self, digests: Mapping[str, str]) -> "ContextPlan":
        """The same with fractions of a second that tell by its content alone whether a file is
        another: files that are written anew each time are still the same to an engine that
        keeps them. `digests` are hexadecimal, by path; files without one stay as they are."""
        entries = tuple(
            replace(entry, fraction=int(digests[entry.path][:_DIGITS], 16) % _SECOND)
            if entry.path in digests
            else entry
            for entry in self.entries
        )
        return replace(self, entries=entries)


@dataclass(slots=True)
class _Folder:
    """A folder under way: `sent` once it is among the entries."""

    path: str
    verdict: Verdict | None
    parent: "_Folder | None" = None
    entry: ContextEntry | None = None
    sent: bool = True


def scan(
    folder: Path,
    rules: IgnoreRules,
    token: CancelToken,
    texts: Mapping[str, bytes] | None = None,
    always: frozenset[str] = frozenset(),
) -> ContextPlan:
    """Look at every file once; 100,000 take a second or two. Links are kept as links. `texts`
    replace or join the folder's files, and `always` are sent whatever the rules say.

    Raises `FolderError` that names what can't be read, `Cancelled`.
    """
    return _Scan(folder, rules, token, texts or {}, always).run()


class _Scan:
    def __init__(
        self,
        folder: Path,
        rules: IgnoreRules,
        token: CancelToken,
        texts: Mapping[str, bytes],
        always: frozenset[str],
    ) -> None:
        self._root = str(folder)
        self._folder = folder
        self._rules = rules
        self._token = token
        self._texts = texts
        self._always = always
        self._entries: list[ContextEntry] = []
        self._skipped: list[tuple[str, Special]] = []

    def run(self) -> ContextPlan:
        waiting = [_Folder("", None)]
        while waiting:
            waiting.extend(reversed(list(self._read(waiting.pop()))))
        given = [
            ContextEntry(path, EntryKind.FILE, 0o644, 0, len(text), fraction=_text_fraction(text))
            for path, text in self._texts.items()
        ]
        entries = (*self._folders_of_texts(), *given, *self._entries)
        return ContextPlan(
            folder=self._folder,
            entries=entries,
            texts=self._texts,
            skipped=tuple(self._skipped),
            total_bytes=sum(map(_bytes_of, entries)) + END_BYTES,
            builder_only=frozenset(filter(self._rules.excludes, self._always)),
            names_are_text=all(map(_is_text, entries)),
        )

    def _folders_of_texts(self) -> list[ContextEntry]:
        """The folders that texts lie in, and that are not sent for the sake of other files."""
        above = {
            str(parent)
            for path in self._texts
            for parent in PurePosixPath(path).parents
            if parent.name
        }
        missing = sorted(above - {entry.path for entry in self._entries})
        return [ContextEntry(path, EntryKind.FOLDER, 0o755, 0) for path in missing]

    def _read(self, folder: _Folder) -> Iterator[_Folder]:
        """Note the files of `folder` and give the folders in it that are to be entered."""
        for found in self._token.over(self._list(folder.path)):
            path = f"{folder.path}/{found.name}" if folder.path else found.name
            if path in self._texts:
                continue
            verdict = self._rules.check(path, folder.verdict)
            excluded = verdict.excluded and path not in self._always
            if found.is_dir(follow_symlinks=False):
                if excluded and not self._may_enter(path):
                    continue
                entry = self._entry(path, found)
                if entry is not None:
                    inside = _Folder(path, verdict, folder, entry, sent=False)
                    if not excluded:
                        self._send(inside)
                    yield inside
            elif not excluded:
                entry = self._entry(path, found)
                if entry is not None:
                    self._send(folder)
                    self._entries.append(entry)

    def _may_enter(self, path: str) -> bool:
        return self._rules.may_keep_inside(path) or any(
            name.startswith(f"{path}/") for name in self._always
        )

    def _send(self, folder: _Folder | None) -> None:
        """Put a folder, and before it those it lies in, among the entries."""
        unsent = []
        while folder is not None and not folder.sent:
            folder.sent = True
            unsent.append(folder.entry)
            folder = folder.parent
        self._entries.extend(entry for entry in reversed(unsent) if entry is not None)

    def _list(self, path: str) -> list["os.DirEntry[str]"]:
        try:
            with os.scandir(f"{self._root}/{path}") as found:
                return sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise unreadable(self._folder, path, error) from error

    def _entry(self, path: str, found: "os.DirEntry[str]") -> ContextEntry | None:
        """What is known of an entry; None for what can't be sent."""
        try:
            facts = found.stat(follow_symlinks=False)
            mode, modified = stat.S_IMODE(facts.st_mode), int(facts.st_mtime)
            if stat.S_ISREG(facts.st_mode):
                if not os.access(found.path, os.R_OK, effective_ids=_EFFECTIVE):
                    raise PermissionError(13, os.strerror(13))
                return ContextEntry(
                    path, EntryKind.FILE, mode, modified, facts.st_size, fraction=_fraction(facts)
                )
            if stat.S_ISDIR(facts.st_mode):
                return ContextEntry(path, EntryKind.FOLDER, mode, modified)
            if stat.S_ISLNK(facts.st_mode):
                target = os.readlink(found.path)  # noqa: PTH115 - keeps odd targets as they are
                return ContextEntry(path, EntryKind.LINK, mode, modified, target=target)
        except OSError as error:
            raise unreadable(self._folder, path, error) from error
        self._skipped.append((path, _special(facts.st_mode)))
        return None


_EFFECTIVE = os.access in os.supports_effective_ids


def _is_text(entry: ContextEntry) -> bool:
    return (entry.path.isascii() and entry.target.isascii()) or not any(
        "\ud800" <= char <= "\udfff" for char in f"{entry.path}{entry.target}"
    )


def _special(mode: int) -> Special:
    if stat.S_ISSOCK(mode):
        return Special.SOCKET
    return Special.PIPE if stat.S_ISFIFO(mode) else Special.DEVICE


def _fraction(facts: os.stat_result) -> int:
    written = zlib.crc32(struct.pack("<qq", facts.st_mtime_ns, facts.st_ctime_ns))
    return facts.st_mtime_ns // 1_000_000 % 1_000 * 1_000_000 + written % 1_000_000


def _text_fraction(text: bytes) -> int:
    """A text has no time; only this tells it from another of its length."""
    return zlib.crc32(text) % _SECOND


def _bytes_of(entry: ContextEntry) -> int:
    return entry_bytes(entry.path, entry.kind, entry.size_bytes, entry.target)


def unreadable(folder: Path, path: str, error: OSError, *, needed: bool = False) -> FolderError:
    """The error for a file or folder (empty `path`: the folder itself) that can't be read; the
    build can't do without it if it is `needed`."""
    reason = error.strerror or str(error)
    if not folder.is_dir():
        return FolderError(
            tr("The folder {folder} is not there, or no longer.", folder=printable(str(folder))),
            tr("Check that its disk is connected and that it was not moved or renamed."),
            reason,
        )
    name = printable(path) or printable(str(folder))
    if isinstance(error, FileNotFoundError):
        return FolderError(
            tr("“{path}” vanished while the folder was read.", path=name),
            tr("Wait until nothing writes into the folder, then build again."),
            reason,
        )
    return FolderError(
        tr("“{path}” can't be read: {reason}.", path=name, reason=reason),
        tr("Change its permissions, or put a file that can be read in its place.")
        if needed
        else tr("Change its permissions, or keep it out with a line in .dockerignore."),
        reason,
    )
