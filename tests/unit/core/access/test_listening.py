"""Where a server may listen."""

import pytest

from modeldesk.core.access.listening import (
    Listening,
    check_listening,
    is_loopback,
    names_loopback,
)
from modeldesk.core.errors import InvalidInput


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST."])
def test_this_machine_alone_may_be_served_openly(host: str) -> None:
    assert is_loopback(host)
    check_listening(Listening(host, 0, open=True))


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "", "localhost.evil"]
)
def test_beyond_it_nobody_gets_in_without_a_token(host: str) -> None:
    with pytest.raises(InvalidInput, match="listens on this machine alone") as caught:
        check_listening(Listening(host, 80, open=True, encrypted=True))
    assert "modeldesk serve token add" in caught.value.hint


def test_beyond_it_tokens_do_not_travel_unencrypted() -> None:
    with pytest.raises(InvalidInput, match="unencrypted") as caught:
        check_listening(Listening("0.0.0.0", 80))
    assert "--cert" in caught.value.hint
    check_listening(Listening("0.0.0.0", 80, encrypted=True))
    check_listening(Listening("0.0.0.0", 80, plain_http=True))


@pytest.mark.parametrize("port", [-1, 65_536])
def test_there_are_ports_that_are_none(port: int) -> None:
    with pytest.raises(InvalidInput, match="no port"):
        check_listening(Listening("127.0.0.1", port))


@pytest.mark.parametrize(
    ("header", "ours"),
    [
        ("localhost", True),
        ("localhost:8420", True),
        ("127.0.0.1:8420", True),
        ("[::1]:8420", True),
        ("evil.example:8420", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_a_page_of_the_web_is_not_heard(header: str, ours: bool) -> None:
    assert names_loopback(header) is ours


def test_an_address_is_as_browsers_write_it() -> None:
    assert Listening("::1", 80, encrypted=True).address == "https://[::1]:80"
    assert Listening("localhost", 80).address == "http://localhost:80"
