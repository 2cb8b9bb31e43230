"""`modeldesk serve`: tokens and the audit log; and what is refused before anything is served."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import serve
from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.access.audit import Act
from modeldesk.core.access.model import Caller
from modeldesk.core.access.service import Asker
from modeldesk.core.errors import InvalidInput, MissingExtra, NotSignedIn
from modeldesk.paths import Paths


@pytest.fixture
def session(tmp_path: Path) -> Any:
    made = Session(Parts(Paths.under(tmp_path)))
    yield made
    made.close()


def run(session: Session, *arguments: str) -> Answer:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    serve.add_arguments(parser)
    return serve.execute(parser.parse_args(arguments), session)


def add(session: Session, *more: str) -> dict[str, Any]:
    found = run(session, "token", "add", "ci", "--role", "publish", *more).json
    assert isinstance(found, dict)
    return found


def test_a_token_is_shown_once(session: Session) -> None:
    answer = run(session, "token", "add", "ci", "--role", "publish", "--role", "promote",
                 "--model", "team/*", "--model", "fraud", "--expires", "4w")  # fmt: skip
    made: Any = answer.json
    assert answer.lines[0] == made["token"]
    assert made["grants"] == [
        {"role": role, "model": model}
        for role in ("publish", "promote")
        for model in ("team/*", "fraud")
    ]
    days = datetime.fromisoformat(made["expires"]) - datetime.now(UTC)
    assert 27 <= days.days <= 28
    listed = run(session, "token", "list")
    assert made["token"] not in json.dumps(listed.json) + "".join(listed.lines)
    assert "publish team/*" in "".join(listed.lines)


def test_a_token_is_for_every_model_unless_it_is_said(session: Session) -> None:
    assert add(session)["grants"] == [{"role": "publish", "model": "*"}]


def test_what_is_revoked_opens_nothing(session: Session) -> None:
    text = add(session)["token"]
    session.parts.access.who(text, "192.0.2.7")
    run(session, "token", "revoke", "ci")
    with pytest.raises(NotSignedIn):
        session.parts.access.who(text, "192.0.2.7")
    assert "revoked" in "".join(run(session, "token", "list").lines)
    with pytest.raises(InvalidInput):
        run(session, "token", "revoke", "ci")


def test_the_log_tells_who_did_what(session: Session) -> None:
    assert run(session, "audit").json == []
    asker = Asker(Caller("ci", (), "0123456789ab"), "192.0.2.7")
    with session.parts.access.noting(asker, Act.PUBLISH, "team/rec", "v1\x1b[0m") as noted:
        noted.digest = "sha256:" + "ab" * 32
    answer = run(session, "audit")
    lines: Any = answer.json
    assert [line["outcome"] for line in lines] == ["done"]
    shown = "\n".join(answer.lines)
    assert "abababababab" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--registry"),
        (("--registry", "a b"), "a b"),
        (("--registry", "r.lan", "--host", "0.0.0.0", "--open"), "serve token add"),
        (("--registry", "r.lan", "--host", "0.0.0.0"), "--cert"),
        (("--registry", "r.lan", "--port", "70000"), "70000"),
    ],
)
def test_what_cant_be_served_is_refused(
    session: Session, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        run(session, *arguments)
    assert said in str(caught.value)
    assert exit_code_of(caught.value) is ExitCode.USAGE


def test_a_missing_extra_says_what_to_install(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in sys.modules if one.startswith("modeldesk.adapters.rest")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(MissingExtra, match="uvicorn") as caught:
        run(session, "--registry", "r.lan", "--port", "0")
    assert "pip install 'modeldesk[serve]'" in caught.value.hint
