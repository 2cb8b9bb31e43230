"""Receivers of events: what can be one, and how the settings keep them."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from modeldesk.core import settings
from modeldesk.core.errors import InvalidInput
from modeldesk.core.event_receiver import (
    KEYRING,
    ReceiverKind,
    check_address,
    check_secret,
    read_receivers,
    receiver,
    with_receiver,
)
from modeldesk.core.settings import Settings
from modeldesk.core.settings_file import merged

HOOK = receiver(
    "https://hooks.lan/a?b=1",
    name="票据 team",
    events=("release", "canary.aborted"),
    binary=True,
    secret="env:HOOK_SECRET",
)
DAPR = receiver(
    "http://127.0.0.1:3500",
    kind=ReceiverKind.DAPR,
    secret="file:/run/token",
    pubsub="orders",
    topic="releases",
)


def test_what_was_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    chosen = Settings(event_receivers=(HOOK, DAPR))
    settings.write_content(path, asdict(chosen))
    assert settings.load(path).settings == chosen


def test_what_can_be_none_is_passed_over() -> None:
    good = json.loads(json.dumps(asdict(HOOK)))
    wrong = [
        None,
        {},
        good | {"id": "a/b"},
        good | {"address": "ftp://x"},
        good | {"kind": "pigeon"},
        good | {"secret": "s3cret"},
        good | {"events": ["unheard of"]},
        json.loads(json.dumps(asdict(DAPR))) | {"topic": ""},
    ]
    assert read_receivers([*wrong, good, good]) == (HOOK,)
    assert read_receivers("all") == ()
    some = read_receivers([good | {"events": ["unheard of", "release", 3]}])
    assert some == (replace(HOOK, events=("release",)),)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hooks.lan/a",
        "ftp://hooks.lan/",
        "http://",
        "http://[::1",
        "http://h:99999/",
        "http://h/a b",
        "http://h/票",
        "http://h/#part",
        "http://h/" + "a" * 2000,
        "http://h/\r\nX-Evil: 1",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="no address"):
        check_address(address)


@pytest.mark.parametrize(
    "address",
    ["https://ann:pw@hooks.lan/", "https://hooks.lan/?token=abc", "https://h/?a=1&api_key=x"],
)
def test_a_secret_in_an_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="settings file"):
        check_address(address)


def test_a_secret_itself_is_refused() -> None:
    assert check_secret(KEYRING) == KEYRING
    for text in ("s3cret", "env:", "env:A B", "file:relative", "file:"):
        with pytest.raises(InvalidInput) as caught:
            check_secret(text)
        assert "s3cret" not in str(caught.value)


def test_what_is_told_of_must_be_known() -> None:
    with pytest.raises(InvalidInput, match="shoes"):
        receiver("http://h/", events=("shoes",))
    with pytest.raises(InvalidInput, match="publish"):
        receiver("http://h/", kind=ReceiverKind.DAPR, pubsub="orders")
    with pytest.raises(InvalidInput, match="name"):
        receiver("http://h/", name="a\nb")


def test_what_is_shown_has_no_query() -> None:
    assert HOOK.shown_address == "https://hooks.lan/a"
    assert HOOK.title == "票据 team"
    assert replace(HOOK, name="").title == "https://hooks.lan/a"
    assert DAPR.target == "http://127.0.0.1:3500/v1.0/publish/orders/releases"


def test_two_programs_change_different_receivers() -> None:
    before = Settings(event_receivers=(HOOK,))
    mine = replace(before, event_receivers=with_receiver(before.event_receivers, DAPR))
    theirs = replace(before, event_receivers=(replace(HOOK, name="other"),))
    assert merged(before, mine, theirs).event_receivers == (replace(HOOK, name="other"), DAPR)
    assert merged(before, replace(before, event_receivers=()), theirs).event_receivers == ()
