"""`modeldesk events`: receivers are named, tried and removed; what waits and failed is shown."""

import argparse
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import events
from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core import settings
from modeldesk.core.errors import InvalidInput, NotFound
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.sender import send_now
from modeldesk.paths import Paths
from tests.support.event_receiver import Reply, Site, receiving
from tests.unit.core.release_events.bench import event


class Drawer(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch) -> Drawer:
    made = Drawer()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    return made


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(Parts(Paths.under(tmp_path)))
    yield made
    made.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with receiving() as site:
        yield site


def run(session: Session, *arguments: str) -> Answer:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    events.add_arguments(parser)
    return events.execute(parser.parse_args(arguments), session)


def send(session: Session) -> None:
    """As a command does that ends."""
    send_now(session.release_events(), 20, CancelToken())


def found(answer: Answer) -> Any:
    return json.loads(json.dumps(answer.json))


def test_a_receiver_is_added_listed_and_removed(session: Session, drawer: Drawer) -> None:
    assert "events add" in run(session, "list").lines[0]
    added = run(
        session, "add", "https://hooks.lan/a?b=1", "--name", "team", "--events",
        "release,canary.aborted", "--events", "finding", "--make-secret", "--binary",
    )  # fmt: skip
    secret = found(added)["new_secret"]
    assert secret.startswith("whsec_")
    assert secret in added.lines[1]
    [listed] = found(run(session, "list"))
    # What one wants to know first needs no word.
    assert found(run(session)) == [listed]
    assert listed == {
        "id": listed["id"],
        "name": "team",
        "kind": "webhook",
        "address": "https://hooks.lan/a",
        "events": ["release", "canary.aborted", "finding"],
        "binary": True,
        "secret": "keyring",
        "waiting": 0,
        "failed": 0,
    }
    assert settings.load(session.parts.paths.settings).settings.event_receivers
    run(session, "remove", "team")
    assert found(run(session, "list")) == []
    assert drawer.kept == {}


def test_no_secret_is_in_any_file_or_answer(
    session: Session, drawer: Drawer, monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret-of-hooks\n"))
    run(session, "add", site.address, "--secret-stdin")
    monkeypatch.setenv("HOOK_SECRET", "s3cret-of-hooks")
    run(session, "add", site.address, "--secret", "env:HOOK_SECRET")
    session.release_events().tell(event(1))
    send(session)
    listed = run(session, "list")
    assert [one.is_signed_with("s3cret-of-hooks") for one in site.got] == [True, True]
    assert "s3cret-of-hooks" in "".join(drawer.kept.values())
    assert "s3cret-of-hooks" not in json.dumps(listed.json) + "".join(listed.lines)
    folder = session.parts.paths.settings.parent
    for file in folder.rglob("*"):
        if file.is_file():
            assert b"s3cret-of-hooks" not in file.read_bytes(), file


def test_a_sidecar_is_added(session: Session) -> None:
    made = found(run(session, "add", "--dapr", "orders/releases"))
    assert (made["address"], made["pubsub"], made["topic"]) == (
        "http://127.0.0.1:3500",
        "orders",
        "releases",
    )
    with pytest.raises(InvalidInput):
        run(session, "add", "--dapr", "orders")
    with pytest.raises(InvalidInput, match="token"):
        run(session, "add", "--dapr", "orders/releases", "--make-secret")


@pytest.mark.parametrize(
    "arguments",
    [(), ("ftp://h/",), ("http://h/", "--events", "shoes"), ("http://h/", "--secret", "s3cret")],
)
def test_what_can_be_none_is_refused(session: Session, arguments: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        run(session, "add", *arguments)
    assert exit_code_of(caught.value) is ExitCode.USAGE
    assert session.parts.settings.event_receivers == ()


def test_which_one_is_meant_must_be_clear(session: Session) -> None:
    for _ in range(2):
        run(session, "add", "http://h/", "--name", "twin")
    with pytest.raises(InvalidInput, match="Several"):
        run(session, "remove", "twin")
    with pytest.raises(NotFound) as caught:
        run(session, "test", "nobody")
    assert exit_code_of(caught.value) is ExitCode.NOT_FOUND


def test_a_receiver_is_tried_out(session: Session, site: Site) -> None:
    run(session, "add", site.address, "--name", "team")
    site.replies = [Reply(), Reply(302)]
    assert run(session, "test", "team").exit_code is ExitCode.DONE
    assert site.got[0].event["type"] == "io.modeldesk.test"
    refused = run(session, "test", "team")
    assert refused.exit_code is ExitCode.FAILED
    assert "redirect" in refused.lines[0]


def test_what_waits_and_what_failed_is_shown_and_sent_again(session: Session, site: Site) -> None:
    run(session, "add", site.address, "--name", "team")
    tell = session.release_events().tell
    tell(event(1))
    assert [one["event"] for one in found(run(session, "waiting", "team"))] == ["e1"]
    site.replies = [Reply(400, body=b"what is that"), Reply(503)]
    tell(event(2))
    send(session)
    failed = run(session, "failed")
    assert [one["event"] for one in found(failed)] == ["e1"]
    assert "what is that" in "".join(failed.lines)
    waiting = run(session, "waiting")
    assert found(waiting)[0]["tries"] == 1
    assert "release.succeeded" in waiting.lines[1]
    again = run(session, "retry", "team")
    assert "1 that had failed" in again.lines[0]
    assert site.ids == ["e1", "e2", "e1", "e2"]
    assert run(session, "failed").lines == ("There is none.",)
