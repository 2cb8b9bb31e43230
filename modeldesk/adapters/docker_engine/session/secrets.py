"""Secrets, given to the engine as its steps ask for them."""

from collections.abc import Mapping

from modeldesk.adapters.docker_engine.protobuf import counted, fields
from modeldesk.adapters.docker_engine.session.server import NOT_FOUND, Handler, Refused, unary
from modeldesk.core.build.secret import Secret

METHOD = "/moby.buildkit.secrets.v1.Secrets/GetSecret"
_ID, _DATA = 1, 1


def secret_handler(secrets: Mapping[str, Secret]) -> Handler:
    """Answers with the secret of the id that is asked for."""

    def answer(request: bytes) -> bytes:
        wanted = dict(fields(request)).get(_ID, b"")
        name = wanted.decode("utf-8", "replace") if isinstance(wanted, bytes) else ""
        if name not in secrets:
            raise Refused(NOT_FOUND, f"secret {name}: not found")
        return counted(_DATA, secrets[name].reveal())

    return unary(answer)
