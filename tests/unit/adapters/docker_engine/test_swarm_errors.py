"""What managers of a swarm say, and what it means."""

import pytest

from modeldesk.adapters.docker_engine.errors import refusal
from modeldesk.adapters.docker_engine.swarm_errors import swarm_words
from modeldesk.core.errors import (
    InUse,
    InvalidInput,
    ModelDeskError,
    NoSwarm,
    NotFound,
    PortTaken,
    ServiceChanged,
)

_MANAGER = 'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join".'
_WORKER = "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster."
_LOCKED = "Swarm is encrypted and needs to be unlocked before it can be used."
_RPC = "rpc error: code = {} desc = {}"


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (503, _MANAGER, NoSwarm),
        (503, _WORKER, NoSwarm),
        (503, _LOCKED, NoSwarm),
        (500, _RPC.format("Unknown", "The swarm does not have a leader."), NoSwarm),
        (500, _RPC.format("Unknown", "update out of sequence"), ServiceChanged),
        (
            400,
            _RPC.format("FailedPrecondition", "service abc does not have a previous spec"),
            NotFound,
        ),
        (
            409,
            _RPC.format("AlreadyExists", "name conflicts with an existing object: shop"),
            InvalidInput,
        ),
        (
            400,
            _RPC.format(
                "InvalidArgument", "secret 'a' is in use by the following service: modeldesk-shop"
            ),
            InUse,
        ),
        (409, _RPC.format("AlreadyExists", "secret a already exists"), InvalidInput),
        (500, "network abc not found", NotFound),
    ],
)
def test_what_is_meant(status: int, words: str, kind: type[ModelDeskError]) -> None:
    with pytest.raises(kind) as caught, swarm_words():
        raise refusal(status, words)
    assert caught.value.message.endswith(".")
    assert "rpc error" not in caught.value.message
    if kind is NoSwarm:
        assert caught.value.hint


def test_a_port_of_another_service_is_told() -> None:
    words = "port '8080' is already in use by service 'web' (x4jq) as an ingress port"
    with pytest.raises(PortTaken) as caught, swarm_words():
        raise refusal(400, _RPC.format("InvalidArgument", words))
    assert caught.value.port == 8080
    assert "web" in caught.value.message


def test_other_refusals_stay_what_they_are() -> None:
    with pytest.raises(InvalidInput, match="too long"), swarm_words():
        raise refusal(400, "name too long")
