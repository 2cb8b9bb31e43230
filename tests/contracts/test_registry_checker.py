"""What every `RegistryChecker` promises, held against the fake and real servers."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import pytest

from modeldesk.adapters.oci_registry.check import HttpRegistryChecker
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.check import CheckReport, CheckStep, Outcome, RegistryChecker, Step
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry
from tests.fakes.registry_checker import FakeRegistryChecker, FakeSite
from tests.support.ports import free_port
from tests.support.registry_site import HERE, Site, serve

MIA = Credentials("mia", "s3cret")
WRONG = Credentials("mia", "guess")
USERS = {"mia": "s3cret"}


class World(Protocol):
    """A checker, and registries; each gives its host."""

    checker: RegistryChecker

    def site(
        self,
        scheme: str,
        *,
        lists: bool = True,
        repositories: tuple[str, ...] = (),
    ) -> AbstractContextManager[str]: ...
    def nothing(self) -> str: ...
    def web_page(self) -> AbstractContextManager[str]: ...
    def silence(self) -> AbstractContextManager[str]: ...


class RealWorld:
    def __init__(self) -> None:
        self.checker: RegistryChecker = HttpRegistryChecker()

    def site(
        self, scheme: str, *, lists: bool = True, repositories: tuple[str, ...] = ()
    ) -> AbstractContextManager[str]:
        return serve(Site(scheme, USERS, lists, repositories))

    def nothing(self) -> str:
        return f"{HERE}:{free_port()}"

    def web_page(self) -> AbstractContextManager[str]:
        return serve(Site(html=True))

    @contextmanager
    def silence(self) -> Iterator[str]:
        with socket.create_server((HERE, 0)) as server:
            yield f"{HERE}:{server.getsockname()[1]}"


class FakeWorld:
    def __init__(self) -> None:
        self._fake = FakeRegistryChecker()
        self.checker: RegistryChecker = self._fake

    @contextmanager
    def site(
        self, scheme: str, *, lists: bool = True, repositories: tuple[str, ...] = ()
    ) -> Iterator[str]:
        self._fake.sites["r.lan"] = FakeSite(scheme, USERS, lists, repositories)
        yield "r.lan"

    def nothing(self) -> str:
        self._fake.sites["away.lan"] = FakeSite(fails=Step.PORT, text="Nothing answers.")
        return "away.lan"

    @contextmanager
    def web_page(self) -> Iterator[str]:
        self._fake.sites["page.lan"] = FakeSite(fails=Step.REGISTRY, text="A web page.")
        yield "page.lan"

    @contextmanager
    def silence(self) -> Iterator[str]:
        self._fake.held.clear()
        yield "silent.lan"


@pytest.fixture(params=[FakeWorld, RealWorld])
def world(request: pytest.FixtureRequest) -> World:
    made: Callable[[], World] = request.param
    return made()


def check(
    world: World,
    host: str,
    credentials: Credentials | None = None,
    repositories: tuple[str, ...] = (),
) -> CheckReport:
    told: list[CheckStep] = []
    known = KnownRegistry(host, repositories=repositories)
    report = world.checker.check(known, credentials, told.append, CancelToken())
    assert report.registry == host
    assert [one.step for one in report.steps] == list(Step)
    run = [one for one in report.steps if one.outcome is not Outcome.NOT_RUN]
    assert told == run
    assert all(one.outcome is Outcome.NOT_RUN for one in report.steps[len(run) :])
    assert all(one.text for one in run)
    if report.failed is not None:
        assert report.failed is run[-1]
        assert report.failed.hint
        assert not report.accepted
    else:
        assert len(run) == len(Step)
    return report


def outcomes(report: CheckReport) -> dict[Step, Outcome]:
    return {one.step: one.outcome for one in report.steps}


@pytest.mark.parametrize("scheme", ["basic", "token"])
def test_who_is_known_is_accepted(world: World, scheme: str) -> None:
    with world.site(scheme) as host:
        report = check(world, host, MIA)
    assert report.accepted
    assert set(outcomes(report).values()) == {Outcome.GOOD}
    assert MIA.password not in str(report)


@pytest.mark.parametrize("scheme", ["basic", "token"])
def test_who_is_not_known_is_refused(world: World, scheme: str) -> None:
    with world.site(scheme) as host:
        report = check(world, host, WRONG)
    assert report.refused
    assert WRONG.password not in str(report)


def test_nobody_where_a_name_is_wanted(world: World) -> None:
    with world.site("basic") as host:
        assert check(world, host).refused


def test_nobody_where_tokens_are_given_to_everyone(world: World) -> None:
    with world.site("token") as host:
        report = check(world, host)
    assert report.failed is None
    assert not report.accepted
    assert outcomes(report)[Step.SIGN_IN] is Outcome.NOTE


def test_a_registry_that_serves_everyone(world: World) -> None:
    with world.site("") as host:
        report = check(world, host)
        assert set(outcomes(report).values()) == {Outcome.GOOD}
        assert not report.accepted
        report = check(world, host, MIA)
    assert not report.accepted
    assert outcomes(report)[Step.SIGN_IN] is Outcome.NOTE


@pytest.mark.parametrize("scheme", ["", "basic", "token"])
def test_a_registry_that_lists_nothing(world: World, scheme: str) -> None:
    with world.site(scheme, lists=False, repositories=("team/a",)) as host:
        assert outcomes(check(world, host, MIA))[Step.LIST] is Outcome.NOTE
        assert outcomes(check(world, host, MIA, ("team/a",)))[Step.LIST] is Outcome.GOOD
        some = check(world, host, MIA, ("team/a", "team/b"))
    assert outcomes(some)[Step.LIST] is Outcome.NOTE
    assert some.steps[-1].detail == "team/b"
    assert some.failed is None


def test_nothing_there(world: World) -> None:
    failed = check(world, world.nothing(), MIA).failed
    assert failed is not None
    assert failed.step is Step.PORT


def test_something_else_there(world: World) -> None:
    with world.web_page() as host:
        failed = check(world, host, MIA).failed
    assert failed is not None
    assert failed.step is Step.REGISTRY


def test_a_cancel_does_not_wait_for_an_answer(world: World) -> None:
    token = CancelToken()
    with world.silence() as host:
        timer = threading.Timer(0.2, token.cancel)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(Cancelled):
            world.checker.check(KnownRegistry(host), MIA, lambda _: None, token)
        took = time.monotonic() - begun
        timer.join()
    assert took < 1.0
