"""The parts of a hub, put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.artifacts.catalogue import Catalogue
from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.channels.registry_records import RegistryChannelRecords
from modeldesk.core.hub.finding import Finder
from modeldesk.core.hub.listing import Listing
from modeldesk.core.hub.names import Shelf
from modeldesk.core.hub.promoting import Promoter
from modeldesk.core.ports import DeploymentLocks
from modeldesk.core.registry.ports import Registries, Registry


@dataclass(frozen=True, slots=True)
class Hub:
    """The models of one registry. Any thread may ask."""

    shelf: Shelf
    registries: Registries
    listing: Listing
    finder: Finder
    promoter: Promoter
    now: Callable[[], datetime]

    @property
    def registry(self) -> Registry:
        """Where everything is."""
        return self.registries.at(self.shelf.registry)


def make_hub(
    shelf: Shelf,
    registries: Registries,
    locks: DeploymentLocks,
    rules: Callable[[], Mapping[str, ChannelRule]],
    now: Callable[[], datetime],
    clock: Callable[[], float],
) -> Hub:
    """A hub over `shelf`. `clock` gives seconds that only go forward, `now` the time with its
    zone."""

    def registry() -> Registry:
        return registries.at(shelf.registry)

    listing = Listing(shelf, registry, Catalogue(registries), clock)
    records = RegistryChannelRecords(registry)
    promoter = Promoter(shelf, registries, records, locks, now, rules)
    return Hub(shelf, registries, listing, Finder(listing, now), promoter, now)
