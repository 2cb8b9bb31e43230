"""The channels that environments follow, as they are typed (no Qt)."""

from collections.abc import Mapping

from modeldesk.core.channels.names import check_moving_channel
from modeldesk.core.errors import InvalidInput
from modeldesk.core.releases.names import check_environment
from modeldesk.core.words import tr

EXAMPLE = "production: stable, test: candidate"


def followed_text(followed: Mapping[str, str]) -> str:
    """As it is written into the field, the same for the same channels."""
    return ", ".join(f"{name}: {channel}" for name, channel in sorted(followed.items()))


def read_followed(text: str) -> dict[str, str]:
    """Channels by environments; none of an empty text. Raises `InvalidInput`."""
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, colon, channel = (one.strip() for one in part.partition(":"))
        if not colon or not channel:
            raise InvalidInput(
                tr("“{text}” does not say which channel an environment follows.", text=part),
                tr("Write {example}.", example=EXAMPLE),
            )
        check_environment(name)
        check_moving_channel(channel)
        if name in found:
            raise InvalidInput(
                tr("“{name}” stands there twice.", name=name),
                tr("An environment follows one channel."),
            )
        found[name] = channel
    return found


def followed_problem(text: str) -> str:
    """What is wrong with it, as a sentence; empty when nothing is."""
    try:
        read_followed(text)
    except InvalidInput as error:
        return str(error)
    return ""
