"""What there is of a registry of one's own, by the labels that its parts bear."""

from collections.abc import Iterable

from modeldesk.core.containers.model import ContainerStatus, ContainerSummary, Health
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import (
    OWN_REGISTRY_HOST_LABEL,
    OWN_REGISTRY_LABEL,
    OWN_REGISTRY_PART_LABEL,
)
from modeldesk.core.own_registry.files import REGISTRY, volume_of
from modeldesk.core.own_registry.model import USER, OwnRegistry, OwnState
from modeldesk.core.ports import ImageEngine
from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.registry.known import KnownRegistry


def find(
    engine: ImageEngine,
    owner: str,
    accounts: Accounts,
    known: Iterable[KnownRegistry],
    token: CancelToken,
) -> OwnRegistry | None:
    """The registry of `owner` on the engine; None for none. Raises `EngineError`, `Cancelled`."""
    mine = [one for one in engine.list_containers() if one.labels.get(OWN_REGISTRY_LABEL) == owner]
    registry = next((one for one in mine if _part(one) == REGISTRY), None)
    collector = next((one for one in mine if _part(one) != REGISTRY), None)
    volume = volume_of(owner)
    if registry is None:
        kept = any(one.name == volume.name for one in engine.list_volumes())
        if not kept and collector is None:
            return None
        state = OwnState.DATA_ONLY if collector is None else OwnState.UNFINISHED
        return OwnRegistry(state, volume.name, collector=collector.id if collector else None)
    host = registry.labels.get(OWN_REGISTRY_HOST_LABEL, "")
    is_known = any(one.host == host for one in known)
    signed_in = is_known and accounts.who(host, token).user == USER
    return OwnRegistry(
        _state(registry, collector, signed_in=signed_in),
        volume.name,
        host,
        registry.id,
        collector.id if collector else None,
    )


def _part(one: ContainerSummary) -> str:
    return one.labels.get(OWN_REGISTRY_PART_LABEL, "")


def _state(
    registry: ContainerSummary, collector: ContainerSummary | None, *, signed_in: bool
) -> OwnState:
    if collector is not None:
        return OwnState.COLLECTING if collector.running else OwnState.UNFINISHED
    if registry.status is ContainerStatus.CREATED or not signed_in:
        return OwnState.UNFINISHED
    if not registry.running:
        return OwnState.STOPPED
    ill = registry.health is Health.UNHEALTHY or registry.status is ContainerStatus.RESTARTING
    return OwnState.UNHEALTHY if ill else OwnState.RUNNING
