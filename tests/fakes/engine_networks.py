"""The networks of the fake engine. The first is of 172.18.0.0/16, the next of 172.19.0.0/16 …"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network

from modeldesk.core.containers.model import Network
from modeldesk.core.errors import EngineError, InUse, NotFound
from tests.fakes.engine_containers import FakeContainer


class FakeNetworks:
    """By name."""

    def __init__(self) -> None:
        self.by_name: dict[str, Network] = {}

    def create(self, name: str, labels: Mapping[str, str]) -> Network:
        if name not in self.by_name:
            taken = {network.subnet for network in self.by_name.values()}
            subnets = (f"172.{number}.0.0/16" for number in range(18, 256))
            free = next(subnet for subnet in subnets if subnet not in taken)
            self.by_name[name] = Network(name, free, dict(labels))
        return self.by_name[name]

    def remove(self, name: str, containers: Iterable[FakeContainer]) -> None:
        for container in containers:
            if container.running and container.spec.network == name:
                raise InUse("The network has containers that run.", "Stop them first.")
        self.by_name.pop(name, None)

    def used(self, name: str, containers: Iterable[FakeContainer]) -> frozenset[str]:
        self._network(name)
        found = (one.spec for one in containers if one.spec.network == name)
        return frozenset(spec.address for spec in found if spec.address)

    def check(self, container: FakeContainer, containers: Iterable[FakeContainer]) -> None:
        """What an engine refuses when one is started."""
        spec = container.spec
        if not spec.network:
            return
        subnet = ip_network(self._network(spec.network).subnet)
        if spec.address and ip_address(spec.address) not in subnet:
            raise EngineError("The address is not of the network.", "Choose another.")
        for other in containers:
            place = (other.spec.network, other.spec.address)
            if other.running and spec.address and place == (spec.network, spec.address):
                raise EngineError("Another container has its address.", "Choose another.")

    def _network(self, name: str) -> Network:
        found = self.by_name.get(name)
        if found is None:
            raise NotFound("The network is not there, or no longer.", "", name)
        return found
