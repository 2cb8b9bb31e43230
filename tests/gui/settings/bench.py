"""The registries of the settings with everything around them that they need, on fakes."""

from dataclasses import replace

from modeldesk.core.event_receiver import EventReceiver
from modeldesk.core.own_registry.service import OwnRegistries
from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.release_events.service import ReleaseEvents
from modeldesk.ui.context import Context
from tests.fakes.credentials import FakeCredentialStore
from tests.fakes.own_registry import OwnRegistrySite
from tests.fakes.registry_checker import FakeSite
from tests.unit.core.release_events.bench import Bench as EventsBench


class Bench:
    """``r.lan`` knows mia; what signs in is kept in a keyring."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.store = FakeCredentialStore()
        self.own = OwnRegistrySite(self.store)
        self.events = EventsBench()
        self.checker = self.own.checker
        self.checker.sites["r.lan"] = FakeSite(users={"mia": "s3cret"})

    def service(self) -> Accounts:
        """What sections are given."""
        return self.own.accounts

    def own_service(self) -> OwnRegistries:
        """What sections are given."""
        return self.own.service

    def events_service(self) -> ReleaseEvents:
        """What sections are given."""
        return self.events.events

    def tell(self, *receivers: EventReceiver) -> None:
        """The settings have just these."""
        settings = self.context.settings
        self.events.told[:] = receivers
        settings.change(replace(settings.current, event_receivers=receivers))

    def know(self, *registries: KnownRegistry) -> None:
        """The settings have just these."""
        settings = self.context.settings
        settings.change(replace(settings.current, registries=registries))

    @property
    def known(self) -> tuple[KnownRegistry, ...]:
        """What the settings have."""
        return self.context.settings.current.registries
