"""A registry of one's own on an engine in memory."""

import bcrypt

from modeldesk.adapters.password_file import password_line
from modeldesk.core.containers.model import ContainerSummary, LogLine, Volume
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import OWN_REGISTRY_HOST_LABEL, OWN_REGISTRY_LABEL
from modeldesk.core.own_registry.files import volume_of
from modeldesk.core.own_registry.service import OwnRegistries
from modeldesk.core.references import Reference
from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.registry.check import CheckReport, OnStep, Step
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry
from tests.fakes.answer_probe import FakeAnswerProbe
from tests.fakes.credentials import FakeCredentialStore
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.fakes.registry import FakeRegistries
from tests.fakes.registry_checker import FakeRegistryChecker, FakeSite

OWNER = "me"
IMAGE = Reference.parse("registry:2")


class OwnRegistrySite:
    """An engine with the image of a registry; whoever is let in by the file in the volume is
    accepted at the container's host. Its garbage is `garbage_bytes`."""

    def __init__(self, store: FakeCredentialStore | None = None, latency_s: float = 0.0) -> None:
        self.engine = FakeEngine(latency_s=latency_s)
        self.store = store or FakeCredentialStore()
        self.checker = _Checker(self.engine)
        self.registries = FakeRegistries()
        self.locks = FakeDeploymentLocks()
        self.garbage_bytes = 0
        self.collector = Behaviour(
            exit_code=0,
            prints=(LogLine("blob eligible for deletion: sha256:1"),),
            on_start=self._collect,
        )
        self.behaves()
        self.accounts = Accounts(self.store, self.checker)
        self.service = OwnRegistries(
            OWNER,
            self.accounts,
            lambda: self.registries,
            FakeAnswerProbe(),
            self.locks,
            password_line,
        )

    def behaves(self, registry: Behaviour = Behaviour()) -> None:  # noqa: B008
        """How registries that are made from now on behave."""
        changed = Behaviour(
            registry.health,
            start_error=registry.start_error,
            exit_code=registry.exit_code,
            prints=registry.prints,
            commands={"garbage-collect": self.collector},
        )
        image = next((one.id for one in self.engine.list_images()), None)
        if image is None:
            self.engine.add_image(str(IMAGE), behaviour=changed)
        else:
            self.engine.behaves(image, changed)

    def fill(self, data: int, garbage: int) -> None:
        """So many bytes are in the volume."""
        self.engine.volumes.create(Volume(volume_of(OWNER).name))
        self.engine.volumes.by_name[volume_of(OWNER).name].more_bytes = data + garbage
        self.garbage_bytes = garbage

    def _collect(self) -> None:
        self.engine.volumes.by_name[volume_of(OWNER).name].more_bytes -= self.garbage_bytes
        self.garbage_bytes = 0


class _Checker(FakeRegistryChecker):
    def __init__(self, engine: FakeEngine) -> None:
        super().__init__()
        self._engine = engine

    def check(
        self,
        known: KnownRegistry,
        credentials: Credentials | None,
        on_step: OnStep,
        token: CancelToken,
    ) -> CheckReport:
        mine = [
            one
            for one in self._engine.list_containers()
            if one.labels.get(OWN_REGISTRY_HOST_LABEL) == known.host
        ]
        if mine:
            self.sites[known.host] = self._site(mine[0], credentials)
        return super().check(known, credentials, on_step, token)

    def _site(self, container: ContainerSummary, credentials: Credentials | None) -> FakeSite:
        if not container.running:
            return FakeSite(fails=Step.PORT, text="Nobody answers.")
        volume = volume_of(container.labels[OWN_REGISTRY_LABEL]).name
        line = self._engine.volumes.by_name[volume].files["modeldesk/htpasswd"]
        user, _, hashed = line.strip().partition(b":")
        if (
            credentials is not None
            and credentials.user.encode() == user
            and bcrypt.checkpw(credentials.password.encode(), hashed)
        ):
            return FakeSite(users={credentials.user: credentials.password})
        return FakeSite()
