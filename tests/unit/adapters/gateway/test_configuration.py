"""What nginx is told, whatever people call their versions, headers and rollouts."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.gateway.configuration import configuration
from modeldesk.core.canary.model import RolloutPlan
from modeldesk.core.canary.plan import check_plan
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.model import WHOLE, Backend, GatewaySpec, Routing, Split, SplitKey
from modeldesk.core.gateway.revision import revision_of
from modeldesk.core.ids import DeploymentName

SPEC = GatewaySpec(DeploymentName("search"), "sha256:1", (PortBinding(8080),))
STABLE, CANARY = Backend("r1", "172.18.0.3", "v1.0.0"), Backend("r2", "172.18.0.4", "v2.0.0")
BOTH = (STABLE, CANARY)
_TOKEN = re.compile(
    r"""\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{};]|#[^\n]*|(?:\$\{\w+\}|\\.|[^\s{};])+"""
)
"""The words that nginx reads, as its manual tells."""


def test_a_canary_comes_first_with_two_decimals_at_most() -> None:
    text = _text(_canary(3333))
    assert "33.33% r2;\n" in text
    assert re.search(r"split_clients [^{]*\{\s*33\.33% r2;\s*\* \"r1\";\s*\}", text)


@pytest.mark.parametrize(("share", "everyone"), [(0, "r1"), (WHOLE, "r2")])
def test_nobody_and_everybody_are_no_split(share: int, everyone: str) -> None:
    text = _text(_canary(share))
    assert "split_clients" not in text
    assert f'map "" $modeldesk_share {{ default "{everyone}"; }}' in text


def test_the_canary_s_missing_answer_is_stable_s_and_stable_s_is_its_own() -> None:
    assert '"0 r2" @stable;' in _text(_canary(5000))
    assert "@stable;" not in _text(Routing("r1", BOTH)).replace("location @stable", "")


def test_a_version_with_several_addresses_is_one_group_of_them() -> None:
    tasks = Backend("r1", "10.0.1.3", "v1", ("10.0.1.4",))
    text = _text(Routing("r1", (tasks,)))
    assert "{ server 10.0.1.3:8080; server 10.0.1.4:8080; keepalive_requests 1; }" in text
    assert "proxy_next_upstream error timeout;" in text
    assert "proxy_next_upstream off;" in _text(Routing("r1", BOTH))
    with pytest.raises(InvalidInput):
        _text(Routing("r1", (Backend("r1", "10.0.1.3", "v1", ("here; }",)),)))


@pytest.mark.parametrize("field", ["x", "x" * 64, "X-User"])
@pytest.mark.parametrize("key", [SplitKey.HEADER, SplitKey.COOKIE])
def test_what_a_plan_takes_a_gateway_takes_too(key: SplitKey, field: str) -> None:
    if key is SplitKey.COOKIE:
        field = field.replace("-", "_")
    check_plan(RolloutPlan(key=key, field=field))
    assert "split_clients" in _text(_canary(5000, key, field))


def test_another_salt_is_another_key() -> None:
    keys = {
        re.findall(r'split_clients "(\w+)\$', _text(_canary(5000, salt=salt)))[0]
        for salt in ("one", "two")
    }
    assert len(keys) == 2


def test_callers_are_told_apart_by_cookies_with_dashes_and_dots() -> None:
    text = _text(_canary(5000, SplitKey.COOKIE, "session-id.1"))
    (pattern,) = re.findall(r'"~(.*)" \$modeldesk_cookie;', text)
    expression = re.compile(pattern.replace("(?<", "(?P<"))
    found = expression.search("a=1; session-id.1=me; b=2")
    assert found is not None
    assert found["modeldesk_cookie"] == "me"
    assert expression.search("xsession-id.1=me; session-idx1=me") is None


@pytest.mark.parametrize("key", [SplitKey.HEADER, SplitKey.COOKIE])
@pytest.mark.parametrize(
    "field", ["", "a b", "x;", "$request_uri", "a{", 'a"', "é", "a\n", "a" * 65]
)
def test_fields_that_are_none_are_refused(key: SplitKey, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _text(_canary(5000, key, field))
    assert caught.value.hint


@pytest.mark.parametrize(
    "routing",
    [
        Routing("r9", BOTH),
        Routing("r1", BOTH, mirror="r9"),
        Routing("r1", (STABLE,), Split("r2", 10)),
        Routing("r1", (STABLE, STABLE)),
        Routing("R 1", (Backend("R 1", "172.18.0.3", "v1"),)),
        Routing("r1", (Backend("r1", "172.18.0.3; }", "v1"),)),
        Routing("r1", (Backend("r1", "search", "v1"),)),
    ],
)
def test_routings_that_do_not_fit_are_refused(routing: Routing) -> None:
    with pytest.raises(InvalidInput):
        _text(routing)


@pytest.mark.parametrize("ports", [(), (PortBinding(53, protocol="udp"),)])
def test_a_gateway_has_tcp_ports(ports: tuple[PortBinding, ...]) -> None:
    with pytest.raises(InvalidInput):
        configuration(
            GatewaySpec(SPEC.deployment, "", ports), Routing("r1", BOTH), keeps_alive=True
        )


def test_an_older_nginx_keeps_no_connection() -> None:
    routing = Routing("r1", BOTH)
    assert "keepalive_timeout 0;" in configuration(SPEC, routing, keeps_alive=False)
    newer = configuration(SPEC, routing, keeps_alive=True)
    assert "keepalive_min_timeout 5s;" in newer
    assert "keepalive_timeout 0;" not in newer


def test_words_that_mean_something_to_nginx_are_versions_like_others() -> None:
    words = ("default", "hostnames", "include", "volatile")
    backends = tuple(Backend(f"r{number}", "172.18.0.3", word) for number, word in enumerate(words))
    text = _text(Routing("r0", backends))
    for number, word in enumerate(words):
        assert f"\\\\{word} r{number};" in text


def test_versions_that_differ_in_case_alone_are_one_to_nginx() -> None:
    backends = Backend("r1", "172.18.0.3", "V1"), Backend("r2", "172.18.0.4", "v1")
    text = _text(Routing("r1", backends))
    assert text.lower().count("\\\\v1 ") == 1


@given(version=st.text(), salt=st.text(), field=st.text(), key=st.sampled_from(SplitKey))
def test_no_text_becomes_a_setting(version: str, salt: str, field: str, key: SplitKey) -> None:
    plain = _canary(5000, SplitKey.ADDRESS)
    backends = STABLE, Backend("r2", "172.18.0.4", version)
    routing = Routing("r1", backends, Split("r2", 5000, key, field, salt))
    try:
        text = _text(routing)
    except InvalidInput:
        assert key is not SplitKey.ADDRESS
        return
    names = set(_settings(_text(plain)))
    assert set(_settings(text)) - names <= {"~", "default", f"\\\\{version.lower()}"}
    assert sum(word == "{" for word in _words(text)) == sum(word == "}" for word in _words(text))


@given(
    version=st.text(st.characters(codec="utf-8"), min_size=1),
    other=st.text(st.characters(codec="utf-8"), min_size=1),
)
def test_the_revision_tells_routings_apart(version: str, other: str) -> None:
    one, two = (Routing("r1", (Backend("r1", "172.18.0.3", name),)) for name in (version, other))
    assert (revision_of(SPEC, one) == revision_of(SPEC, two)) == (version == other)
    assert revision_of(SPEC, one) in _text(one)


def _canary(
    share: int, key: SplitKey = SplitKey.ADDRESS, field: str = "", salt: str = "salt"
) -> Routing:
    return Routing("r1", BOTH, Split("r2", share, key, field, salt))


def _text(routing: Routing) -> str:
    return configuration(SPEC, routing, keeps_alive=True)


def _words(text: str) -> Iterator[str]:
    end = 0
    for match in _TOKEN.finditer(text):
        assert match.start() == end, text[end : end + 40]
        end = match.end()
        if not match[0].isspace() and not match[0].startswith("#"):
            yield match[0]
    assert end == len(text)


def _settings(text: str) -> Iterator[str]:
    """The first word of each setting."""
    first = True
    for word in _words(text):
        if first and word not in "{};":
            yield "~" if word.startswith('"~') else word
        first = word in "{};"
