"""Making a registry of one's own, and starting it again."""

import secrets
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace

from modeldesk.core.changes import Changes
from modeldesk.core.containers.readiness import wait_until_ready
from modeldesk.core.errors import Cancelled, ModelDeskError, PortTaken, RegistryError
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.own_registry.files import DATA, files, host_at, registry_spec, volume_of
from modeldesk.core.own_registry.model import USER, OwnRegistry
from modeldesk.core.ports import AnswerProbe, ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry, known_as
from modeldesk.core.transfers.having import have
from modeldesk.core.words import tr

HashPassword = Callable[[str, str], bytes]
"""A name and its password, as a line of a file that registries read."""
PORTS = range(5000, 5100)
"""The first that is free becomes the registry's own."""
_READY_S = 60.0
_PASSWORD_BYTES = 32


@dataclass(frozen=True, slots=True)
class Started:
    """A registry that answers and lets in who is signed in here."""

    host: str
    known: KnownRegistry
    """As it is to be remembered from now on."""
    made: bool
    """It was not there before."""
    changes: Changes


@dataclass(frozen=True, slots=True)
class Starter:
    """What starting needs. `owner` is whose registry it is."""

    owner: str
    accounts: Accounts
    probe: AnswerProbe
    hash_password: HashPassword

    def make(
        self, engine: ImageEngine, image: Reference, known: Iterable[KnownRegistry], job: Job
    ) -> Started:
        """Make it, at the first free port. Whatever is raised, nothing of it stays; a volume that
        was there before does, as it was but for who may come in."""
        registries = tuple(known)
        image_id = _image(engine, image, job)
        volume = volume_of(self.owner)
        with ExitStack() as undo:
            if all(one.name != volume.name for one in engine.list_volumes()):
                undo.callback(_quietly, lambda: engine.remove_volume(volume.name))
                engine.create_volume(volume)
            password = secrets.token_urlsafe(_PASSWORD_BYTES)
            job.report(Progress(tr("Making the registry")))
            container, host = self._begin(engine, image_id, registries, password, undo, job)
            started = self._sign_in(
                engine, container, known_as(registries, host), password, undo, job
            )
            undo.pop_all()
        return started

    def resume(
        self, engine: ImageEngine, own: OwnRegistry, known: Iterable[KnownRegistry], job: Job
    ) -> Started:
        """Start one that was stopped, or look whether one that runs does its work. A password
        that it does not take any more is replaced. Cancelled, it is left as it was found."""
        assert own.container is not None
        one = known_as(known, own.host)
        container = own.container
        with ExitStack() as undo:
            if not own.running:
                undo.callback(_quietly, lambda: engine.stop_container(container))
                job.report(Progress(tr("Starting {reference}", reference=own.host)))
                engine.start_container(container)
            self._wait(engine, container, own.host, job)
            report = self.accounts.check(one, lambda step: job.log(step.text), job.token)
            if report.refused:
                password = secrets.token_urlsafe(_PASSWORD_BYTES)
                # A registry that runs may keep to the file that it has read.
                engine.stop_container(container)
                self._give(engine, container, password)
                engine.start_container(container)
                started = self._sign_in(engine, container, one, password, undo, job)
                started = replace(started, made=False)
            elif report.failed is not None:
                raise RegistryError(report.failed.text, report.failed.hint, report.failed.detail)
            else:
                account = self.accounts.who(own.host, job.token)
                started = _started(container, account.at(one), made=False)
            undo.pop_all()
        return started

    def _begin(
        self,
        engine: ImageEngine,
        image: ImageId,
        known: tuple[KnownRegistry, ...],
        password: str,
        undo: ExitStack,
        job: Job,
    ) -> tuple[ContainerId, str]:
        """A started container with its host."""
        last: PortTaken | None = None
        for port in PORTS:
            job.token.raise_if_cancelled()
            if self._is_another(host_at(port), known, job.token):
                continue
            container = engine.create_container(registry_spec(self.owner, image, port))
            with ExitStack() as alone:
                alone.callback(_quietly, _removal(engine, container))
                self._give(engine, container, password)
                try:
                    engine.start_container(container)
                except PortTaken as error:
                    last = error
                    continue
                undo.push(alone.pop_all())
            return container, host_at(port)
        raise last or PortTaken(
            PORTS[0], tr("No port from {first} to {last} is free for a registry.",
                          first=PORTS[0], last=PORTS[-1]),
            tr("Stop what uses one of them."),
        )  # fmt: skip

    def _is_another(self, host: str, known: tuple[KnownRegistry, ...], token: CancelToken) -> bool:
        """Whether that name is another registry's for this person, though nobody may answer."""
        account = self.accounts.who(host, token)
        named = any(one.host == host and one.user != USER for one in known)
        return account.user != USER if account.known else named

    def _give(self, engine: ImageEngine, container: ContainerId, password: str) -> None:
        given = files(self.hash_password(USER, password), secrets.token_hex(_PASSWORD_BYTES))
        engine.put_files(container, DATA, given)

    def _wait(self, engine: ImageEngine, container: ContainerId, host: str, job: Job) -> None:
        wait_until_ready(engine, self.probe, container, _READY_S, job, host)

    def _sign_in(
        self,
        engine: ImageEngine,
        container: ContainerId,
        known: KnownRegistry,
        password: str,
        undo: ExitStack,
        job: Job,
    ) -> Started:
        """Wait until it answers, and sign in; what was kept of that goes with the rest."""
        self._wait(engine, container, known.host, job)
        job.report(Progress(tr("Signing in")))
        typed = Credentials(USER, password)
        # Once it is told to keep the password, nobody knows whether it was until it answers.
        undo.callback(_quietly, lambda: self._forget(known))
        done = self.accounts.sign_in(known, typed, lambda step: job.log(step.text), job.token)
        if not done.kept:
            failed = done.report.failed
            raise RegistryError(
                failed.text if failed else tr("{host} lets in everybody.", host=known.host),
                failed.hint if failed else tr("Choose another image for it in the settings."),
                failed.detail if failed else "",
            )
        return _started(container, done.known, made=True)

    def _forget(self, known: KnownRegistry) -> None:
        account = self.accounts.who(known.host, CancelToken())
        if account.user == USER:
            self.accounts.sign_out(account.at(known), CancelToken())


def _started(container: ContainerId, known: KnownRegistry, *, made: bool) -> Started:
    return Started(known.host, known, made, Changes(containers=frozenset({container})))


def _removal(engine: ImageEngine, container: ContainerId) -> Callable[[], None]:
    return lambda: engine.remove_container(container)


def _image(engine: ImageEngine, wanted: Reference, job: Job) -> ImageId:
    try:
        return have(engine, wanted, job)
    except Cancelled:
        raise
    except ModelDeskError as error:
        raise RegistryError(
            tr("The registry's image {image} can't be had: {why}", image=wanted, why=error.message),
            tr(
                "Name an image of a registry that the engine has or can pull: in Settings, or with "
                "“modeldesk registry start --image REF”."
            ),
            error.detail,
        ) from error


def _quietly(act: Callable[[], object]) -> None:
    """What went wrong first is what is said."""
    with suppress(ModelDeskError):
        act()
