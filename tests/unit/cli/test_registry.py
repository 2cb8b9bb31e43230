"""`modeldesk registry`, on fakes."""

import io
import json
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.parser import read_arguments
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core import settings as settings_file
from modeldesk.core.errors import (
    Cancelled,
    InvalidInput,
    InvalidReference,
    NotFound,
    RegistryDenied,
)
from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.registry.check import Step
from modeldesk.core.registry.credentials import KEYRING, Credentials
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.paths import Paths
from tests.fakes.credentials import FakeCredentialStore
from tests.fakes.registry_checker import FakeRegistryChecker, FakeSite


class Bench:
    """A session whose registry ``r.lan`` knows mia."""

    def __init__(self, folder: Path) -> None:
        self.parts = Parts(Paths.under(folder))
        self.store = FakeCredentialStore()
        self.checker = FakeRegistryChecker()
        self.checker.sites["r.lan"] = FakeSite(users={"mia": "s3cret"}, lists=False)
        vars(self.parts)["accounts"] = Accounts(self.store, self.checker)

    def run(self, *arguments: str) -> Answer:
        invocation = read_arguments(["registry", *arguments])
        return invocation.execute(invocation.arguments, Session(self.parts))

    def saved(self) -> tuple[KnownRegistry, ...]:
        return settings_file.load(self.parts.paths.settings).settings.registries


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def give(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def sign_in(bench: Bench, monkeypatch: pytest.MonkeyPatch, password: str = "s3cret\n") -> Answer:
    give(monkeypatch, password)
    return bench.run("sign-in", "https://r.lan/", "--user", "mia", "--password-stdin")


def test_none_are_known_at_first(bench: Bench) -> None:
    answer = bench.run("list", "--json")
    assert answer.json == []
    assert "registry add" in answer.lines[0]


def test_one_is_named_changed_and_forgotten(bench: Bench, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("x")
    bench.run("add", "R.lan", "--name", "Team", "--ca", str(ca), "--repository", "team/a")
    one = KnownRegistry("r.lan", "Team", False, str(ca), ("team/a",))
    assert bench.saved() == (one,)
    bench.run("add", "r.lan", "--http", "--ca", "", "--repository", "b", "--repository", "c")
    assert bench.saved() == (KnownRegistry("r.lan", "Team", True, "", ("b", "c")),)
    bench.run("add", "r.lan", "--no-http")
    assert not bench.saved()[0].plain_http
    assert "Team" in "\n".join(bench.run("list").lines)
    bench.run("remove", "r.lan")
    assert bench.saved() == ()
    with pytest.raises(NotFound):
        bench.run("remove", "r.lan")


def test_how_each_is_spoken_to_is_told_as_it_is(bench: Bench) -> None:
    for host in ("r.lan", "plain.lan", "127.0.0.1:5000", "localhost:5000"):
        bench.run("add", host, *(["--http"] if host == "plain.lan" else []))
    told = {line.split()[0]: " ".join(line.split()[1:]) for line in bench.run("list").lines[1:]}
    assert told == {
        "r.lan": "https",
        "plain.lan": "https or http",
        "127.0.0.1:5000": "https or http",
        "localhost:5000": "https or http",
    }


@pytest.mark.parametrize("given", ["ca.pem", "~nobody-is-called-so/ca.pem", "x" * 10_000])
def test_a_certificate_file_that_can_not_be(bench: Bench, given: str) -> None:
    with pytest.raises(InvalidInput, match="is not there"):
        bench.run("add", "r.lan", "--ca", given)
    assert bench.saved() == ()


def test_what_can_not_be_one(bench: Bench) -> None:
    with pytest.raises(InvalidReference):
        bench.run("add", "not a host")
    with pytest.raises(InvalidInput, match="is not there"):
        bench.run("add", "r.lan", "--ca", "/nowhere/ca.pem")
    assert bench.saved() == ()


def test_signing_in_and_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = sign_in(bench, monkeypatch)
    assert isinstance(answer.json, dict)
    assert (answer.json["ok"], answer.json["user"], answer.json["kept_in"]) == (
        True, "mia", KEYRING,
    )  # fmt: skip
    assert "Signed in as mia" in answer.lines[-1]
    assert bench.saved() == (KnownRegistry("r.lan", user="mia", keeper=KEYRING),)
    assert bench.store.kept[KEYRING, "r.lan"] == Credentials("mia", "s3cret")
    assert "Sign-in: ok" in capsys.readouterr().err
    assert "mia" in "\n".join(bench.run("list").lines)
    assert bench.run("check", "r.lan").exit_code is ExitCode.DONE
    out = bench.run("sign-out", "r.lan")
    assert isinstance(out.json, dict)
    assert out.json["erased_from"] == KEYRING
    assert bench.store.kept == {}
    assert bench.saved() == (KnownRegistry("r.lan"),)
    assert "s3cret" not in json.dumps([answer.json, out.json]) + "".join(answer.lines)


def test_a_refused_sign_in_is_a_failure_that_names_its_step(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = sign_in(bench, monkeypatch, "guess")
    assert answer.exit_code is ExitCode.FAILED
    assert isinstance(answer.problem, RegistryDenied)
    assert answer.problem.hint
    assert isinstance(answer.json, dict)
    assert (answer.json["failed"], answer.json["signed_in"]) == ("sign-in", False)
    assert bench.saved() == ()


def test_a_check_says_which_step_failed(bench: Bench) -> None:
    site = FakeSite(fails=Step.ENCRYPTION, text="Not trusted.", detail="SHA-256 AB")
    bench.checker.sites["s.lan"] = site
    answer = bench.run("check", "s.lan", "--json")
    assert answer.exit_code is ExitCode.FAILED
    assert answer.problem is not None
    assert answer.problem.detail == "SHA-256 AB"
    assert isinstance(answer.json, dict)
    assert answer.json["failed"] == "encryption"
    assert bench.saved() == ()


def test_forgetting_one_erases_its_password_or_says_that_it_could_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(bench, monkeypatch)
    bench.store.failing = "The keyring refused."
    answer = bench.run("remove", "r.lan")
    assert answer.problem is not None
    assert bench.saved() == ()
    bench.store.failing = ""
    sign_in(bench, monkeypatch)
    bench.run("remove", "r.lan")
    assert bench.store.kept == {}


def test_a_password_is_never_an_argument_and_never_guessed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit):
        bench.run("sign-in", "r.lan", "--user", "mia", "--password", "s3cret")
    give(monkeypatch, "s3cret")
    with pytest.raises(InvalidInput, match="no terminal"):
        bench.run("sign-in", "r.lan", "--user", "mia")
    with pytest.raises(InvalidInput, match="Whose password"):
        bench.run("sign-in", "r.lan", "--password-stdin")
    give(monkeypatch, "x" * 70000)
    with pytest.raises(InvalidInput, match="too long"):
        bench.run("sign-in", "r.lan", "--user", "mia", "--password-stdin")
    assert bench.checker.asked == []


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


def test_name_and_password_are_asked_for_on_the_terminal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("mia\n"))
    monkeypatch.setattr("getpass.getpass", lambda prompt: "s3cret")
    bench.run("sign-in", "r.lan")
    assert bench.store.kept[KEYRING, "r.lan"] == Credentials("mia", "s3cret")
    assert "User name at r.lan" in capsys.readouterr().err


def test_who_leaves_the_question_cancels(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(""))
    with pytest.raises(Cancelled):
        bench.run("sign-in", "r.lan")

    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("getpass.getpass", interrupted)
    with pytest.raises(Cancelled):
        bench.run("sign-in", "r.lan", "--user", "mia")
    assert bench.checker.asked == []


def test_other_settings_stay_as_they_are_by_then(bench: Bench) -> None:
    settings_file.write_content(bench.parts.paths.settings, {"theme": "dark"})
    bench.run("add", "r.lan")
    assert settings_file.load(bench.parts.paths.settings).settings.theme == "dark"


@pytest.mark.parametrize("place", ["before", "after"])
def test_json_may_be_asked_for_on_either_side(bench: Bench, place: str) -> None:
    arguments = ["registry", "list"]
    arguments.insert(1 if place == "before" else 2, "--json")
    assert read_arguments(arguments).arguments.json is True
    assert read_arguments(["registry", "list"]).arguments.json is False
