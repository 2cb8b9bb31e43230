"""What people tell, where others read it."""

import pytest

from modeldesk.core.access.secrets import make_secret
from modeldesk.core.containers.secrets import HIDDEN, without_secrets
from modeldesk.core.containers.told import check_told, check_value
from modeldesk.core.errors import InvalidInput


@pytest.mark.parametrize(
    "text",
    [
        "deployed with password=hunter2",
        "from https://mia:hunter2@git.lan/rec",
        "curl -H 'Authorization: Bearer abc.def.123'",
        "ghp_" + "a1B2" * 9,
        pytest.param(make_secret().text, id="a token of ours"),
    ],
)
def test_what_seems_to_hold_a_secret(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_told(text)
    # It is not said again.
    assert "hunter2" not in str(refused.value)
    assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "better than v1.4.2", "accuracy=0.94 on clicks-2025-11", "令牌更少", "max_tokens=512"],
)
def test_what_does_not(text: str) -> None:
    assert check_told(f" {text} ") == text


def test_values() -> None:
    check_value("tag.owner", "owner", "mia")
    with pytest.raises(InvalidInput, match="looks like a secret"):
        check_value("tag.api_key", "api_key", "x")


def test_tokens_of_our_own_server_are_hidden_everywhere() -> None:
    text = make_secret().text
    assert without_secrets(f"with {text}!") == f"with {HIDDEN}!"
