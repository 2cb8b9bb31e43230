"""What comes next: the next name in each scheme, and a free one beside a name that is taken."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from modeldesk.core.errors import InvalidVersion
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import (
    LONGEST,
    Scheme,
    Semantic,
    check_version,
    semantic,
    timestamp,
)
from modeldesk.core.words import tr

_SUFFIX = re.compile(r"[A-Za-z][A-Za-z0-9._-]*", re.ASCII)
_LONGEST_SUFFIX = LONGEST - len("v20250405-143020-")
_NUMBERED = re.compile(r"(?P<text>.*?)(?P<number>\d*)", re.DOTALL | re.ASCII)


class Step(Enum):
    """Which part of a semantic version goes up; before 1.0.0 a major step is a minor one."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


@dataclass(frozen=True, slots=True)
class ProposedVersion:
    """The next name in a scheme. `tag` is empty when the scheme has none to give; `reason` is a
    phrase for people that says where the name comes from, or why there is none."""

    tag: str
    reason: str
    because: str = ""
    """What follows the tag in a sentence, where it was looked what changed: “because the weights
    changed since v1.4.2”."""


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
            return next_semantic(taken, step)
        case Scheme.COMMIT:
            return _next_commit(taken, git)
        case Scheme.TIMESTAMP:
            return _next_timestamp(taken, now, suffix)


def next_semantic(taken: Collection[str], step: Step = Step.MINOR) -> ProposedVersion:
    """The semantic version after the highest among `taken`. A pre-release is followed by the
    next of its kind, whatever the step."""
    last = _highest(taken)
    if last is None:
        return ProposedVersion("v1.0.0", tr("first version"))
    return ProposedVersion(_after(last, step), tr("next after {tag}", tag=last.text))


def free_name(tag: str, taken: Collection[str], now: datetime) -> str:
    """A name like `tag` that is not among `taken`: the next patch or pre-release, the time of
    day, else a count at its end. Empty where that is longer than a tag may be."""
    version = semantic(tag)
    while version is not None and version.text in taken:
        version = semantic(_after(version, Step.PATCH))
    if version is not None:
        return version.text
    stamp = timestamp(tag)
    if stamp is not None and stamp.day == int(f"{now:%Y%m%d}"):
        return _next_timestamp(frozenset(taken), now, "").tag
    # A count alone would end a time's name as no suffix does.
    stem, count = f"{tag}-r" if stamp else f"{tag}-", 2
    while f"{stem}{count}" in taken:
        count += 1
    return f"{stem}{count}" if len(f"{stem}{count}") <= LONGEST else ""


def latest_semantic(tags: Iterable[str]) -> str:
    """The highest semantic version among `tags`; empty when there is none."""
    found = _highest(tags)
    return found.text if found else ""


def latest_suffix(tags: Iterable[str]) -> str:
    """What the newest of the timestamps ends with, ``prod`` of ``v20250405-prod``; empty where
    that is nothing, or so long that no time would fit before it."""
    stamps = list(filter(None, map(timestamp, tags)))
    newest = max(stamps, key=lambda one: (one.day, one.time, one.suffix), default=None)
    suffix = newest.suffix if newest else ""
    return suffix if len(suffix) <= _LONGEST_SUFFIX else ""


def _highest(tags: Iterable[str]) -> Semantic | None:
    versions = filter(None, map(semantic, tags))
    return max(versions, key=lambda version: (version.key, version.text), default=None)


def _after(last: Semantic, step: Step) -> str:
    if last.pre:
        stem = last.prefix + ".".join(map(str, last.numbers))
        following = f"{stem}-{_counted_up(last.pre)}"
        return following if len(following) <= LONGEST else stem
    major, minor, patch = last.numbers
    if not major and step is Step.MAJOR:
        # Before 1.0.0 nothing is promised; that it is time for it is for a person to say.
        step = Step.MINOR
    return (
        last.prefix
        + {
            Step.MAJOR: f"{major + 1}.0.0",
            Step.MINOR: f"{major}.{minor + 1}.0",
            Step.PATCH: f"{major}.{minor}.{patch + 1}",
        }[step]
    )


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
    stamps = {(stamp.day, stamp.time) for stamp in map(timestamp, taken) if stamp}
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


def _counted_up(pre: str) -> str:
    """``rc1`` → ``rc2``, ``beta.3`` → ``beta.4``, ``rc`` → ``rc2``."""
    match = _NUMBERED.fullmatch(pre)
    if match is None or not match["number"]:
        return f"{pre}2"
    return f"{match['text']}{int(match['number']) + 1}"
