"""Since when an engine runs, which it says only in a roundabout way."""

from contextlib import suppress

from docker.errors import NotFound as LibraryNotFound

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import happened, mapping
from modeldesk.core.engine.model import EngineStart

_MADE_ANEW = "bridge"
"""The network that Docker makes anew at each start, unless its containers lived on meanwhile."""


def engine_start(connection: Connection) -> EngineStart | None:
    """See `ImageEngine.started`."""
    with connection.client() as client:
        made = None
        with suppress(LibraryNotFound):
            made = happened(mapping(client.inspect_network(_MADE_ANEW)).get("Created"))
        now = happened(mapping(client.info()).get("SystemTime")) if made is not None else None
    if made is None or now is None:
        return None
    return EngineStart(made, max(0.0, (now - made).total_seconds()))
