"""Names of versions: three schemes, what comes next in each, and names that may move.

A version's name is an image tag that never moves once given. A channel is a tag that does.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from modeldesk.core.errors import InvalidReference, InvalidVersion
from modeldesk.core.references import check_tag
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.words import tr

CHANNELS = ("stable", "candidate", "deprecated")
"""Fit for production; to be verified; kept for history."""
_LATEST = "latest"


class Scheme(Enum):
    """How versions are named. The values are those of the settings."""

    SEMANTIC = "semantic"
    """``v1.4.0``: for what others build on."""
    COMMIT = "commit"
    """``a1b2c3d4``: for development and tests."""
    TIMESTAMP = "timestamp"
    """``v20250405-prod``: for scheduled training."""


class Step(Enum):
    """Which part of a semantic version goes up."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


@dataclass(frozen=True, slots=True)
class ProposedVersion:
    """The next name in a scheme. `tag` is empty when the scheme has none to give; `reason` is a
    phrase for people that says where the name comes from, or why there is none."""

    tag: str
    reason: str


_SEMANTIC = re.compile(
    r"(?P<v>v?)(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:[+_](?P<build>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?",
    re.ASCII,
)
_MAJOR_ONLY = re.compile(r"(?P<v>v)(?P<major>\d{1,4})", re.ASCII)
_TIMESTAMP = re.compile(
    r"v?(?P<day>\d{8})(?:-(?P<time>\d{4}|\d{6}))?(?:-(?P<suffix>[A-Za-z][A-Za-z0-9._-]*))?",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{7,40}(?:-dirty)?(?:-\d+)?", re.ASCII)
_SUFFIX = re.compile(r"[A-Za-z][A-Za-z0-9._-]*", re.ASCII)
_NUMBERED = re.compile(r"(?P<text>.*?)(?P<number>\d*)", re.DOTALL | re.ASCII)

_Piece = tuple[int, str, int]
SortKey = tuple[int, tuple[int, ...], int, tuple[_Piece, ...], str]
"""What `sort_key` gives: to be compared, not looked into."""


@dataclass(frozen=True, slots=True)
class _Semantic:
    prefix: str
    numbers: tuple[int, int, int]
    pre: str
    text: str

    @property
    def key(self) -> tuple[tuple[int, ...], int, tuple[_Piece, ...]]:
        return self.numbers, not self.pre, _pieces(self.pre)


@dataclass(frozen=True, slots=True)
class _Timestamp:
    day: int
    time: int
    """HHMMSS, −1 when the name has none."""


def propose(
    scheme: Scheme,
    existing: Iterable[str],
    git: GitFacts | None,
    now: datetime,
    *,
    step: Step = Step.MINOR,
    suffix: str = "",
) -> ProposedVersion:
    """The next free name of `scheme` beside the `existing` tags, which may be of any kind.

    `now` is in the zone the name shall be read in. `step` matters to SEMANTIC alone, `suffix`
    (as in ``v20250405-prod``) to TIMESTAMP alone. Raises `InvalidVersion` for a suffix that a
    tag can't hold.
    """
    taken = frozenset(existing)
    match scheme:
        case Scheme.SEMANTIC:
            return _next_semantic(taken, step)
        case Scheme.COMMIT:
            return _next_commit(taken, git)
        case Scheme.TIMESTAMP:
            return _next_timestamp(taken, now, suffix)


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


def tag_of(version: str) -> str:
    """A semantic version as a tag: ``v1.2.0+gpu`` becomes ``v1.2.0_gpu``."""
    return version.replace("+", "_")


def is_channel(tag: str) -> bool:
    """Whether `tag` is one of the `CHANNELS`."""
    return tag in CHANNELS


def is_mutable(tag: str) -> bool:
    """Whether `tag` is expected to move: a channel, or ``latest``."""
    return tag in CHANNELS or tag == _LATEST


def is_semantic(tag: str) -> bool:
    """``v1.4.0``, ``1.4.0-rc1``, ``v1.0-rc1``, ``v2``; not a timestamp."""
    return _semantic(tag) is not None


def is_timestamp(tag: str) -> bool:
    """``v20250405``, ``20250405-1430``, ``v20250405-prod``, where the date is one."""
    return _timestamp(tag) is not None


def is_commit(tag: str) -> bool:
    """7 to 40 hexadecimal digits, perhaps with ``-dirty`` and a count; not a timestamp."""
    return bool(_COMMIT.fullmatch(tag)) and not is_timestamp(tag)


def sort_key(tag: str) -> SortKey:
    """Orders tags, oldest first, within each scheme: semantic versions by precedence (with
    ``rc10`` after ``rc9``), timestamps by time, all else by text with numbers as numbers.
    Between schemes: other tags, commits, timestamps, semantic versions."""
    if stamp := _timestamp(tag):
        return 2, (stamp.day, stamp.time), 1, (), tag
    if version := _semantic(tag):
        return 3, *version.key, tag
    return int(is_commit(tag)), (), 1, () if is_commit(tag) else _pieces(tag), tag


def _next_semantic(taken: frozenset[str], step: Step) -> ProposedVersion:
    found = sorted(filter(None, map(_semantic, taken)), key=lambda version: version.key)
    if not found:
        return ProposedVersion("v1.0.0", tr("first version"))
    last = found[-1]
    reason = tr("next after {tag}", tag=last.text)
    stem = last.prefix + ".".join(map(str, last.numbers))
    if last.pre:
        following = f"{stem}-{_counted_up(last.pre)}"
        tag = following if _fits(following) else stem
        return ProposedVersion(tag, reason)
    major, minor, patch = last.numbers
    following = {
        Step.MAJOR: f"{last.prefix}{major + 1}.0.0",
        Step.MINOR: f"{last.prefix}{major}.{minor + 1}.0",
        Step.PATCH: f"{last.prefix}{major}.{minor}.{patch + 1}",
    }[step]
    return ProposedVersion(following, reason)


def _next_commit(taken: frozenset[str], git: GitFacts | None) -> ProposedVersion:
    if git is None:
        return ProposedVersion("", tr("the folder is not in a git repository"))
    if not git.commit:
        return ProposedVersion("", tr("the git repository has no commit yet"))
    name = git.short_commit
    where = tr("commit on {branch}", branch=git.branch) if git.branch else tr("checked-out commit")
    if git.dirty:
        where = tr("{where}, with changes that are not committed", where=where)
    if name not in taken:
        return ProposedVersion(name, where)
    count = 2
    while f"{name}-{count}" in taken:
        count += 1
    return ProposedVersion(f"{name}-{count}", tr("{where}, built before", where=where))


def _next_timestamp(taken: frozenset[str], now: datetime, suffix: str) -> ProposedVersion:
    if suffix and not _SUFFIX.fullmatch(suffix):
        raise InvalidVersion(
            tr("“{suffix}” can't end a version's name.", suffix=suffix),
            tr("Begin with a letter; then letters, digits, dots, dashes and underscores."),
        )
    ending = f"-{suffix}" if suffix else ""
    stamps = {(stamp.day, stamp.time) for stamp in map(_timestamp, taken) if stamp}
    today = int(f"{now:%Y%m%d}")
    if all(day != today for day, _ in stamps):
        tag, reason = f"v{now:%Y%m%d}{ending}", tr("today’s date")
    else:
        reason = tr("date and time, because there is a version of today")
        if (today, int(f"{now:%H%M}00")) not in stamps:
            tag = f"v{now:%Y%m%d-%H%M}{ending}"
        else:
            while (int(f"{now:%Y%m%d}"), int(f"{now:%H%M%S}")) in stamps:
                now += timedelta(seconds=1)
            tag = f"v{now:%Y%m%d-%H%M%S}{ending}"
    check_version(tag)
    return ProposedVersion(tag, reason)


def _semantic(tag: str) -> _Semantic | None:
    if _timestamp(tag):
        return None
    match = _SEMANTIC.fullmatch(tag) or _MAJOR_ONLY.fullmatch(tag)
    if match is None or len(tag) > 128:
        return None
    parts = match.groupdict()
    major, minor, patch = (int(parts.get(name) or 0) for name in ("major", "minor", "patch"))
    return _Semantic(parts["v"], (major, minor, patch), parts.get("pre") or "", tag)


def _timestamp(tag: str) -> _Timestamp | None:
    match = _TIMESTAMP.fullmatch(tag)
    if match is None:
        return None
    day, time = match["day"], match["time"] or ""
    try:
        datetime.strptime(day + (time or "0000").ljust(6, "0") + "Z", "%Y%m%d%H%M%S%z")
    except ValueError:
        return None
    return _Timestamp(int(day), int(time.ljust(6, "0")) if time else -1)


def _pieces(text: str) -> tuple[_Piece, ...]:
    """The dotted identifiers of a pre-release as SemVer orders them, save that a number at the
    end of a word counts as a number."""
    if not text:
        return ()
    return tuple(
        (0, "", int(word)) if word.isascii() and word.isdigit() else (1, *_split_number(word))
        for word in text.split(".")
    )


def _split_number(word: str) -> tuple[str, int]:
    match = _NUMBERED.fullmatch(word)
    if match is None or not match["number"]:
        return word, -1
    return match["text"], int(match["number"])


def _counted_up(pre: str) -> str:
    """``rc1`` → ``rc2``, ``beta.3`` → ``beta.4``, ``rc`` → ``rc2``."""
    text, number = _split_number(pre)
    return f"{text}{number + 1 if number >= 0 else 2}"


def _fits(tag: str) -> bool:
    return len(tag) <= 128
