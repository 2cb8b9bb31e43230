"""The secrets of receivers: where they are, and how they get there."""

import os
from pathlib import Path

from modeldesk.core.errors import EventNotSent, InvalidInput
from modeldesk.core.event_receiver import FROM_FILE, FROM_VARIABLE, KEYRING, EventReceiver
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.ports import SecretKeeper
from modeldesk.core.words import tr

_LONGEST = 4096


def check_typed(secret: str) -> str:
    """A secret that a person typed. Raises `InvalidInput`."""
    found = secret.strip()
    if not found or len(found) > _LONGEST or not found.isascii() or not found.isprintable():
        raise InvalidInput(
            tr("That can't be a secret."),
            tr("A secret is one line of letters, digits and signs."),
        )
    return found


def secret_of(receiver: EventReceiver, keeper: SecretKeeper, token: CancelToken) -> str:
    """The secret itself; empty where the receiver has none. Raises `EventNotSent` where it can't
    be had: nothing is sent unsigned that should be signed. Raises `Cancelled`."""
    where = receiver.secret
    if not where:
        return ""
    if where == KEYRING:
        found = keeper.find(receiver.id, token) or ""
        missing = tr("The keyring has no secret for {name}.", name=receiver.title)
    elif where.startswith(FROM_VARIABLE):
        variable = where.removeprefix(FROM_VARIABLE)
        found = os.environ.get(variable, "")
        missing = tr("The variable {name}, which has the secret, is not set.", name=variable)
    else:
        path = where.removeprefix(FROM_FILE)
        found = _in_file(Path(path))
        missing = tr("The secret can't be read from {path}.", path=path)
    try:
        return check_typed(found)
    except InvalidInput:
        raise EventNotSent(
            missing, tr("Nothing is sent unsigned; give the secret again.")
        ) from None


def _in_file(path: Path) -> str:
    try:
        # What is no file might be a pipe that never ends.
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(_LONGEST + 2).decode()
    except (OSError, UnicodeDecodeError):
        return ""
