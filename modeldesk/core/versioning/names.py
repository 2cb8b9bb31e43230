"""Names of versions: three schemes, their order, and names that may move.

A version's name is an image tag that never moves once given. A channel is a tag that does.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from modeldesk.core.errors import InvalidReference, InvalidVersion
from modeldesk.core.references import check_tag
from modeldesk.core.versioning.channels import channel_of
from modeldesk.core.words import tr

LATEST = "latest"
"""What a name without a tag means. It is never given unasked."""
LONGEST = 128
"""Characters of a tag."""


class Scheme(Enum):
    """How versions are named. The values are those of the settings."""

    SEMANTIC = "semantic"
    """``v1.4.0``: for what others build on."""
    COMMIT = "commit"
    """``a1b2c3d4``: for development and tests."""
    TIMESTAMP = "timestamp"
    """``v20250405-prod``: for scheduled training."""


_NUMBER = r"(?:0|[1-9]\d*)"
_PRE = rf"(?:{_NUMBER}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_BUILD = r"(?:[+_][0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_SEMANTIC = re.compile(
    rf"(?P<v>v?)(?P<major>{_NUMBER})\.(?P<minor>{_NUMBER})(?:\.(?P<patch>{_NUMBER}))?"
    rf"(?:-(?P<pre>{_PRE}(?:\.{_PRE})*))?{_BUILD}",
    re.ASCII,
)
_MAJOR_ONLY = re.compile(r"(?P<v>v)(?P<major>0|[1-9]\d{0,3})", re.ASCII)
_PADDED = re.compile(
    rf"v\d{{1,4}}|v?\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?{_BUILD}", re.ASCII
)
"""A semantic version, but that its numbers may have leading zeros."""
_ZEROS = re.compile(r"(^v?|[.-])0+(?=\d+(?:[.+_-]|$))", re.ASCII)
_TIMESTAMP = re.compile(
    r"v?(?P<day>\d{8})(?:-(?P<time>\d{4}|\d{6}))?(?:-(?P<suffix>[A-Za-z][A-Za-z0-9._-]*))?",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{7,40}(?:-dirty)?(?:-\d+)?", re.ASCII)
_RUN = re.compile(r"[0-9]+|[^0-9]", re.DOTALL)

_Piece = tuple[int, tuple[tuple[int, int], ...]]
SortKey = tuple[int, tuple[int, ...], int, tuple[_Piece, ...], str]
"""What `sort_key` gives: to be compared, not looked into."""


@dataclass(frozen=True, slots=True)
class Semantic:
    """A semantic version, read. Build metadata is in its `text` alone: it has no rank."""

    prefix: str
    """``v`` or empty."""
    numbers: tuple[int, int, int]
    pre: str
    """What follows the first dash; empty for a release."""
    text: str

    @property
    def key(self) -> tuple[tuple[int, ...], int, tuple[_Piece, ...]]:
        """Orders versions by precedence."""
        return self.numbers, not self.pre, _pieces(self.pre)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A version named by its time, read."""

    day: int
    """YYYYMMDD."""
    time: int
    """HHMMSS, −1 when the name has none."""
    suffix: str = ""
    """``prod`` of ``v20250405-prod``."""


def check_version(tag: str) -> None:
    """Raise `InvalidVersion` unless `tag` can name a version: a valid tag that never moves."""
    if is_mutable(tag):
        raise InvalidVersion(
            tr("“{tag}” can't name a version, because that tag moves.", tag=tag),
            tr("Give the version a name of its own, such as v1.0.0; it can be marked later."),
        )
    try:
        check_tag(tag)
    except InvalidReference as error:
        hint = error.hint
        if "+" in tag and is_semantic(tag):
            hint = tr("A tag can't hold “+”. Write {tag}.", tag=tag_of(tag))
        raise InvalidVersion(
            tr("“{tag}” can't name a version.", tag=tag) if tag else tr("The version has no name."),
            hint,
        ) from error
    if semantic(tag) is None and timestamp(tag) is None and _PADDED.fullmatch(tag):
        raise InvalidVersion(
            tr("“{tag}” is no semantic version: its numbers have leading zeros.", tag=tag),
            tr("Write {tag}.", tag=_ZEROS.sub(r"\1", tag)),
        )


def tag_of(version: str) -> str:
    """A semantic version as a tag, which can't hold ``+``: ``v1.2.0+gpu`` becomes
    ``v1.2.0_gpu``. SemVer has no underscore, so nothing else becomes that."""
    return version.replace("+", "_") if is_semantic(version) else version


def is_channel(tag: str) -> bool:
    """Whether `tag` says a channel."""
    return channel_of(tag) is not None


def is_mutable(tag: str) -> bool:
    """Whether `tag` is expected to move or to go: a channel's, or ``latest``."""
    return is_channel(tag) or tag == LATEST


def scheme_of(tag: str) -> Scheme | None:
    """The scheme that `tag` follows; None for a name of no scheme."""
    if is_timestamp(tag):
        return Scheme.TIMESTAMP
    if is_semantic(tag):
        return Scheme.SEMANTIC
    return Scheme.COMMIT if is_commit(tag) else None


def is_semantic(tag: str) -> bool:
    """``v1.4.0``, ``1.4.0-rc1``, ``v1.0-rc1``, ``v2``; not a timestamp, and not ``v1.04.0``."""
    return semantic(tag) is not None


def is_timestamp(tag: str) -> bool:
    """``v20250405``, ``20250405-1430``, ``v20250405-prod``, where the date is one."""
    return timestamp(tag) is not None


def is_commit(tag: str) -> bool:
    """7 to 40 hexadecimal digits, perhaps with ``-dirty`` and a count; not a timestamp."""
    return bool(_COMMIT.fullmatch(tag)) and not is_timestamp(tag)


def sort_key(tag: str) -> SortKey:
    """Orders tags, oldest first, within each scheme: semantic versions by SemVer's precedence
    (but that digits inside a word count as a number, so that ``rc10`` is after ``rc9``, as in
    PEP 440), timestamps by time, all else by text with numbers as numbers.
    Between schemes: other tags, commits, timestamps, semantic versions."""
    if stamp := timestamp(tag):
        return 2, (stamp.day, stamp.time), 1, (), tag
    if version := semantic(tag):
        return 3, *version.key, tag
    return int(is_commit(tag)), (), 1, () if is_commit(tag) else _pieces(tag), tag


def semantic(tag: str) -> Semantic | None:
    """What `tag` says as a semantic version, with ``v`` or without; a patch that is left out is
    0. None where it is none."""
    if timestamp(tag):
        return None
    match = _SEMANTIC.fullmatch(tag) or _MAJOR_ONLY.fullmatch(tag)
    if match is None or len(tag) > LONGEST:
        return None
    parts = match.groupdict()
    major, minor, patch = (int(parts.get(name) or 0) for name in ("major", "minor", "patch"))
    return Semantic(parts["v"], (major, minor, patch), parts.get("pre") or "", tag)


def timestamp(tag: str) -> Timestamp | None:
    """What `tag` says as a time; None where it says none, or no day that there was."""
    match = _TIMESTAMP.fullmatch(tag)
    if match is None:
        return None
    day, time = match["day"], match["time"] or ""
    try:
        datetime.strptime(day + (time or "0000").ljust(6, "0") + "Z", "%Y%m%d%H%M%S%z")
    except ValueError:
        return None
    at = int(time.ljust(6, "0")) if time else -1
    return Timestamp(int(day), at, match["suffix"] or "")


def _pieces(text: str) -> tuple[_Piece, ...]:
    """The dotted identifiers of a pre-release as SemVer orders them: numbers before words, words
    by ASCII; save that digits in a word are a number."""
    return tuple((int(not _is_number(word)), _runs(word)) for word in text.split(".") if text)


def _runs(word: str) -> tuple[tuple[int, int], ...]:
    """Each character by its code, each run of digits as a number with the code of a digit."""
    return tuple(
        (ord("0"), int(run)) if _is_number(run) else (ord(run), 0) for run in _RUN.findall(word)
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
