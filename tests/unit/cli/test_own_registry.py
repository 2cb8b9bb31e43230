"""`modeldesk registry start|stop|own|collect|remove-own`, on fakes."""

from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.parser import read_arguments
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import CredentialsError, InvalidReference, NoKeyring, NotFound
from modeldesk.core.own_registry.model import USER
from modeldesk.core.registry.credentials import KEYRING
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import load
from modeldesk.paths import Paths
from tests.fakes.engine import FakeFinder
from tests.fakes.own_registry import IMAGE, OwnRegistrySite

HOST = "127.0.0.1:5000"


class Bench(OwnRegistrySite):
    """The command line on that engine."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.parts = Parts(Paths.under(folder))
        vars(self.parts)["own_registries"] = self.service
        vars(self.parts)["finder"] = FakeFinder(self.engine)

    def run(self, *arguments: str) -> Answer:
        invocation = read_arguments(["registry", *arguments])
        return invocation.execute(invocation.arguments, Session(self.parts))

    def saved(self) -> tuple[KnownRegistry, ...]:
        return load(self.parts.paths.settings).settings.registries


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def started(bench: Bench) -> Bench:
    bench.run("start", "--image", str(IMAGE))
    return bench


def test_it_is_made_and_known(bench: Bench) -> None:
    assert bench.run("own").json == {"state": "none", "host": "", "volume": ""}
    answer = bench.run("start", "--image", str(IMAGE))
    assert isinstance(answer.json, dict)
    assert (answer.json["host"], answer.json["made"]) == (HOST, True)
    assert (answer.json["user"], answer.json["kept_in"]) == (USER, KEYRING)
    assert HOST in answer.lines[0]
    assert bench.saved() == (KnownRegistry(HOST, user=USER, keeper=KEYRING),)
    again = bench.run("start", "--image", str(IMAGE))
    assert isinstance(again.json, dict)
    assert again.json["made"] is False


def test_it_is_stopped(started: Bench) -> None:
    answer = started.run("stop")
    assert answer.json == {"state": "stopped", "host": HOST, "volume": "modeldesk-registry-me"}
    assert answer.lines == (f"Your own registry, {HOST}, is stopped.",)
    assert started.run("own").json == answer.json


def test_its_garbage_is_collected(started: Bench) -> None:
    started.registries.add(HOST).add_image("team/a", "v1", [b"layer"])
    started.fill(0, 3_000_000)
    answer = started.run("collect")
    assert isinstance(answer.json, dict)
    assert answer.json["freed_bytes"] == 3_000_000
    assert answer.json["untagged"] is True
    assert "3.00 MB came free" in answer.lines[0]


def test_nothing_goes_before_it_was_said_what(started: Bench) -> None:
    started.registries.add(HOST).add_image("team/a", "v1", [b"layer"])
    dry = started.run("remove-own", "--data")
    assert isinstance(dry.json, dict)
    assert dry.json["dry_run"] is True
    assert dry.json["repositories"] == ["team/a"]
    assert f"{HOST}/team/a" in dry.lines
    assert len(started.engine.list_containers()) == 1
    done = started.run("remove-own", "--yes")
    assert done.lines[-1] == "Removed."
    assert started.saved() == ()
    assert started.run("own").json == {
        "state": "data only",
        "host": "",
        "volume": "modeldesk-registry-me",
    }
    started.run("remove-own", "--data", "--yes")
    assert started.engine.list_volumes() == ()
    with pytest.raises(NotFound):
        started.run("remove-own", "--yes")


def test_a_password_that_can_not_be_erased_is_the_problem(started: Bench) -> None:
    started.registries.add(HOST)
    started.store.failing = "The keyring refused."
    answer = started.run("remove-own", "--yes")
    assert isinstance(answer.problem, CredentialsError)
    assert started.saved() == ()


def test_what_can_not_be_made_is_said(bench: Bench) -> None:
    with pytest.raises(InvalidReference):
        bench.run("start", "--image", "No Image")
    bench.store.has_keyring = False
    with pytest.raises(NoKeyring):
        bench.run("start", "--image", str(IMAGE))
    assert bench.saved() == ()
