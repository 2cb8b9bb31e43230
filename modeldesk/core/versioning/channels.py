"""Which tags are channels: words for versions, said by a tag.

``stable``, ``candidate`` and a person's own channels name one version of a repository each, and
move. ``deprecated`` is said of any number of versions, each by a tag of its own,
``deprecated-v1.2.0``; a plain tag ``deprecated``, as other tools give it, says the same.
"""

from collections.abc import Iterable

STABLE = "stable"
CANDIDATE = "candidate"
DEPRECATED = "deprecated"
CHANNELS = (STABLE, CANDIDATE, DEPRECATED)
"""Fit for production; to be verified; kept for history. Every program knows them."""
_MARK = f"{DEPRECATED}-"


class _Own:
    """A person's own channels. A tag does not tell whether it is one, and whoever reads tags, from
    the library to a build, has to be told the same; so the process knows them, as it knows its
    language."""

    names: tuple[str, ...] = ()


def use_own_channels(names: Iterable[str]) -> None:
    """Take these tags for channels too, from now on."""
    _Own.names = tuple(sorted({*names}.difference(CHANNELS)))


def known_channels() -> tuple[str, ...]:
    """All of them: stable, candidate, a person's own by name, deprecated."""
    return (STABLE, CANDIDATE, *_Own.names, DEPRECATED)


def moving_channels() -> tuple[str, ...]:
    """Those that name one version each, in the same order."""
    return known_channels()[:-1]


def channel_of(tag: str) -> str | None:
    """The channel that `tag` says; None where it says none."""
    if tag in CHANNELS or tag in _Own.names:
        return tag
    return DEPRECATED if tag.startswith(_MARK) and len(tag) > len(_MARK) else None


def channel_tag(channel: str, version: str) -> str:
    """The tag that says `channel` of the version with the tag `version`."""
    return f"{_MARK}{version}" if channel == DEPRECATED and version else channel
