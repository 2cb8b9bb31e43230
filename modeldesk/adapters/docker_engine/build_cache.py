"""What the engine keeps of builds."""

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import items, mapping, number
from modeldesk.adapters.docker_engine.losses import despite_losses
from modeldesk.core.engine.model import BuildCache

_LONGEST_S = 900
"""Emptying a cache of hundreds of gigabytes takes minutes."""


def read_build_cache(connection: Connection) -> BuildCache:
    """The sizes of all records, apart by whether an image has them too."""
    with connection.client() as client:
        records = items(mapping(despite_losses(client.df)).get("BuildCache"))
    own = shared = 0
    for record in map(mapping, records):
        if record.get("Shared"):
            shared += number(record.get("Size"))
        else:
            own += number(record.get("Size"))
    return BuildCache(own, shared)


def empty_build_cache(connection: Connection) -> int:
    """As ``docker builder prune``: layers of images are left alone."""
    with connection.client(_LONGEST_S) as client:
        return number(mapping(client.prune_builds()).get("SpaceReclaimed"))
