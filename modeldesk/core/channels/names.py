"""What a channel can be called, and which tags say it of a version (pure)."""

import re

from modeldesk.core.errors import InvalidInput, InvalidReference
from modeldesk.core.library.model import Version
from modeldesk.core.references import DEFAULT_REGISTRY, Reference, check_tag
from modeldesk.core.versioning.channels import (
    CHANNELS,
    channel_of,
    channel_tag,
    known_channels,
    moving_channels,
)
from modeldesk.core.versioning.names import LATEST, is_mutable, scheme_of
from modeldesk.core.words import tr

_SPEAKS_OF_ANOTHER = re.compile(r"sha(?:256|512)-.*")


def check_own_channel(name: str) -> None:
    """Raise `InvalidInput` unless a person's own channel can be called `name`."""
    try:
        check_tag(name)
    except InvalidReference as error:
        raise InvalidInput(
            tr("“{name}” can't be a channel, because it can't be a tag.", name=name), error.hint
        ) from None
    hint = tr("Choose a word that no version is called by, such as production.")
    if name in CHANNELS:
        raise InvalidInput(tr("“{name}” is a channel already.", name=name), hint)
    if name == LATEST:
        raise InvalidInput(
            tr("“latest” can't be a channel: everybody means something else by it."), hint
        )
    if scheme_of(name) is not None:
        raise InvalidInput(
            tr("“{name}” can't be a channel, because versions are called like that.", name=name),
            hint,
        )
    if name not in known_channels() and (channel_of(name) or _SPEAKS_OF_ANOTHER.fullmatch(name)):
        raise InvalidInput(tr("“{name}” means something else as a tag.", name=name), hint)


def check_channel(name: str) -> None:
    """Raise `InvalidInput` unless there is a channel `name`."""
    if name not in known_channels():
        raise InvalidInput(
            tr("There is no channel “{name}”.", name=name),
            tr(
                "There are {names}; add one of your own in Settings, under Channels.",
                names=", ".join(known_channels()),
            ),
        )


def check_moving_channel(name: str) -> None:
    """Raise `InvalidInput` unless there is a channel `name` that names one version at a time."""
    check_channel(name)
    if name not in moving_channels():
        raise InvalidInput(
            tr("A version is not built to be {channel}.", channel=name),
            tr("Choose one of {names}.", names=", ".join(moving_channels())),
        )


def channel_references(version: Version, channel: str) -> tuple[Reference, ...]:
    """The tags that say `channel` of `version`: one in each repository where it has a version's
    name, else where it has any; none for an image without a name."""
    fixed = [one for one in version.references if one.tag and not is_mutable(one.tag)]
    named = fixed or [*version.references, *version.digests][:1]
    tags: dict[str, Reference] = {}
    for one in named:
        tags.setdefault(one.name, one.with_tag(channel_tag(channel, one.tag)))
    return tuple(tags.values())


def held_references(version: Version, channel: str) -> tuple[Reference, ...]:
    """The tags on `version` that say `channel`."""
    return tuple(one for one in version.references if channel_of(one.tag) == channel)


def is_only_known_as(version: Version, channel: str) -> bool:
    """Whether `version` has no tag but those of `channel`, in however many repositories."""
    return all(channel_of(reference.tag) == channel for reference in version.references)


def lies_in_registry(reference: Reference, version: Version) -> bool:
    """Whether a channel of `version` moves in that repository's registry too: it is somebody's
    own, or the public one and known to have the version. Every name without a registry seems to
    be in the public one."""
    return reference.registry != DEFAULT_REGISTRY or any(
        one.name == reference.name and one.digest != version.key.image for one in version.digests
    )
