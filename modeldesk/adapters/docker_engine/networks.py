"""Networks on which containers have fixed addresses."""

from collections.abc import Mapping

from docker import APIClient
from docker.errors import APIError
from docker.errors import NotFound as LibraryNotFound
from docker.types import IPAMConfig, IPAMPool

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.containers import addresses
from modeldesk.adapters.docker_engine.fields import Object, items, labels, mapping, text
from modeldesk.core.containers.model import Network
from modeldesk.core.errors import EngineError, InUse
from modeldesk.core.words import tr

_TRIES = 5
_OVERLAPS = "overlaps"
_THERE = "already exists"


def create_network(connection: Connection, name: str, wanted: Mapping[str, str]) -> Network:
    """One of that name stays as it is.

    Engines give fixed addresses only where the subnet was asked for. So they choose one first,
    for a network that is made anew with that subnet; between the two another may get it.
    """
    with connection.client() as client:
        for _ in range(_TRIES):
            found = _by_name(client, name)
            if found is not None:
                return found
            subnet = _free_subnet(client, name)
            pool = IPAMConfig(pool_configs=[IPAMPool(subnet=subnet)])
            try:
                client.create_network(
                    name, "bridge", ipam=pool, check_duplicate=True, labels=dict(wanted)
                )
            except APIError as error:
                said = (error.explanation or "").lower()
                if _OVERLAPS not in said and _THERE not in said:
                    raise
    raise EngineError(
        tr("The engine found no subnet for another network."),
        tr("Remove networks that are not needed, then try again."),
    )


def used_addresses(connection: Connection, network: str) -> frozenset[str]:
    """The network itself tells of containers that run alone."""
    with connection.client() as client:
        found = mapping(client.inspect_network(network))
        name = text(found.get("Name"))
        entries = items(client.containers(all=True, filters={"network": name}))
    now = (mapping(end) for end in mapping(found.get("Containers")).values())
    running = {text(end.get("IPv4Address")).partition("/")[0] for end in now}
    listed = {addresses(mapping(entry)).get(name, "") for entry in entries}
    return frozenset(address for address in running | listed if address)


def remove_network(connection: Connection, name: str) -> None:
    with connection.client() as client:
        try:
            client.remove_network(name)
        except LibraryNotFound:
            return
        except APIError as error:
            if "active endpoints" not in (error.explanation or "").lower():
                raise
            raise InUse(
                tr("A container that runs is on the network {name}.", name=name),
                tr("Stop and remove that container first."),
                error.explanation or "",
            ) from error


def _free_subnet(client: APIClient, name: str) -> str:
    made = mapping(client.create_network(f"{name}-subnet", "bridge"))
    identity = text(made.get("Id"))
    try:
        return _read(mapping(client.inspect_network(identity))).subnet
    finally:
        client.remove_network(identity)


def _by_name(client: APIClient, name: str) -> Network | None:
    """The engine's filter takes parts of names."""
    entries = map(mapping, items(client.networks(names=[name])))
    return next((_read(entry) for entry in entries if text(entry.get("Name")) == name), None)


def _read(entry: Object) -> Network:
    pools = map(mapping, items(mapping(entry.get("IPAM")).get("Config")))
    # One for IPv6 has colons.
    subnets = (text(pool.get("Subnet")) for pool in pools)
    subnet = next((subnet for subnet in subnets if ":" not in subnet), "")
    return Network(text(entry.get("Name")), subnet, labels(entry.get("Labels")))
