"""What the records say of deployments, seen from one engine: those that live on it, and that
others live elsewhere."""

from dataclasses import dataclass

from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.errors import NoSuchDeployment
from modeldesk.core.ids import NO_ENGINE, DeploymentName, EngineId
from modeldesk.core.releases.model import Deployment, DeploymentKey
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.words import tr, trn


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A deployment on another engine, and where that was reached last (empty: not known)."""

    name: DeploymentName
    address: str


class DeploymentBook:
    """Deployments by engine. One that the records tie to no engine (they are from before engines
    were told apart) counts as everybody's, until it is taken up by the first that uses it."""

    def __init__(self, records: ReleaseRecords) -> None:
        self._records = records

    def on(self, engine: EngineId) -> tuple[Deployment, ...]:
        """Those that live on the engine, by name."""
        every = self._records.deployments()
        own = {one.name for one in every if one.engine == engine}
        return tuple(
            one
            for one in every
            if one.engine == engine or (one.engine == NO_ENGINE and one.name not in own)
        )

    def elsewhere(self, engine: EngineId) -> tuple[Elsewhere, ...]:
        """Those that live on other engines, by name."""
        addresses = self._records.engine_addresses()
        return tuple(
            Elsewhere(one.name, addresses.get(one.engine, ""))
            for one in self._records.deployments()
            if one.engine not in (engine, NO_ENGINE)
        )

    def get(self, engine: EngineId, name: DeploymentName) -> Deployment:
        """Raises `NoSuchDeployment`, which says so when another engine has one of that name."""
        for place in (engine, NO_ENGINE):
            found = self._records.deployment(DeploymentKey(place, name))
            if found is not None:
                return found
        others = [one for one in self.elsewhere(engine) if one.name == name]
        if others:
            raise _lives_elsewhere(name, others[0].address)
        raise NoSuchDeployment(
            tr("There is no deployment named “{name}”.", name=name),
            tr("See the names on the Releases page or with: modeldesk deployments"),
        )

    def check_here(self, home: EngineIdentity, key: DeploymentKey) -> None:
        """Raise `NoSuchDeployment` when the deployment that is meant lives on another engine."""
        if key.engine not in (home.id, NO_ENGINE):
            address = self._records.engine_addresses().get(key.engine, "")
            raise _lives_elsewhere(key.name, address)

    def take_up(self, home: EngineIdentity, name: DeploymentName) -> Deployment | None:
        """The deployment of that name, which belongs to the engine from now on; None when there
        is none."""
        self.seen(home)
        key, unbound = DeploymentKey(home.id, name), DeploymentKey(NO_ENGINE, name)
        if self._records.deployment(unbound) or self._records.releases(unbound):
            self._records.move(unbound, home.id)
        return self._records.deployment(key)

    def seen(self, home: EngineIdentity) -> None:
        """Remember where the engine is reached."""
        if self._records.engine_addresses().get(home.id) != home.address:
            self._records.keep_engine(home)


def none_text() -> str:
    """Where no deployment was made yet, what makes one."""
    return tr("Nothing was deployed on this engine. “modeldesk deploy MODEL” does it.")


def elsewhere_text(others: tuple[Elsewhere, ...]) -> str:
    """One line for all of them; empty for none."""
    if not others:
        return ""
    places = ", ".join(sorted({one.address or tr("address not known") for one in others}))
    return trn(
        "{count} deployment lives on another engine ({places}).",
        "{count} deployments live on other engines ({places}).",
        len(others),
        places=places,
    )


def _lives_elsewhere(name: DeploymentName, address: str) -> NoSuchDeployment:
    return NoSuchDeployment(
        tr(
            "“{name}” does not live on this engine but on another one ({address}).",
            name=name,
            address=address or tr("address not known"),
        ),
        tr("Choose that engine in Settings (or by DOCKER_HOST), then try again."),
    )
