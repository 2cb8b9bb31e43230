"""What managers of a swarm refuse, and why."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from modeldesk.core.errors import (
    EngineError,
    InUse,
    InvalidInput,
    ModelDeskError,
    NoSwarm,
    NotFound,
    PortTaken,
    ServiceChanged,
)
from modeldesk.core.words import tr

_RPC = re.compile(r"^rpc error: code = \w+ desc = ")
_PORT = re.compile(r"port '(\d+)' is already in use by service '?([^' ]+)")
_TAKEN = re.compile(r"secret \S+ already exists")
_GONE = re.compile(r"network \S+ not found")
_USERS = re.compile(r"is in use by the following services?: (.+)")


@contextmanager
def swarm_words() -> Iterator[None]:
    """Around calls to a manager: its words come out as what they mean to a swarm."""
    try:
        yield
    except (EngineError, InvalidInput) as error:
        raise _meant(error) from error


def _meant(error: ModelDeskError) -> ModelDeskError:
    words = _RPC.sub("", error.detail)
    said = words.lower()
    if "swarm manager" in said or "not part of a swarm" in said:
        return no_swarm(words)
    if "swarm is encrypted" in said or "needs to be unlocked" in said:
        return NoSwarm(tr("The swarm is locked."), tr("Unlock it with: docker swarm unlock"), words)
    if "does not have a leader" in said or "lost leader" in said:
        return NoSwarm(
            tr("The swarm has no leader: too few of its managers are up."),
            tr("Bring managers up again until more than half of them are."),
            words,
        )
    return _about_a_service(error, words, said)


def _about_a_service(error: ModelDeskError, words: str, said: str) -> ModelDeskError:
    if "update out of sequence" in said:
        return ServiceChanged(
            tr("The service was changed by somebody else in the meantime."),
            tr("Look again at what it is now, then try again."),
            words,
        )
    if "does not have a previous spec" in said:
        return NotFound(tr("The engine keeps nothing that the service was before."), "", words)
    if match := _PORT.search(said):
        port, user = int(match[1]), match[2]
        return PortTaken(
            port,
            tr("Port {port} of the swarm belongs to the service “{user}”.", port=port, user=user),
            tr("Choose another port, or remove that service."),
            words,
        )
    if "name conflicts" in said or _TAKEN.fullmatch(said.rstrip(".")):
        return InvalidInput(
            tr("The swarm has something of that name already."), tr("Choose another name."), words
        )
    if _GONE.search(said):
        # Said with status 500 of what the engine is still taking away.
        return network_gone(words)
    if match := _USERS.search(said):
        return InUse(tr("It is used by {users}.", users=match[1]), "", words)
    if "is in use by" in said or "has active endpoints" in said:
        return InUse(tr("Services or containers use it."), tr("Remove them first."), words)
    return error


def network_gone(words: str) -> NotFound:
    """Nobody has it any more."""
    return NotFound(tr("The network is not there, or no longer."), "", words)


def no_swarm(words: str = "") -> NoSwarm:
    """The engine manages none."""
    return NoSwarm(
        tr("The engine manages no swarm."),
        tr(
            "Choose the engine of one of its managers, or make this one the first: docker swarm "
            "init opens ports 2377 and 7946 to other machines, so it is left to you."
        ),
        words,
    )
