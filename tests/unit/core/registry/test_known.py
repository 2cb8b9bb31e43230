"""The registries a person has named."""

from dataclasses import asdict
from pathlib import Path

import pytest

from modeldesk.core import settings
from modeldesk.core.errors import InvalidInput, InvalidReference
from modeldesk.core.registry.known import (
    KnownRegistry,
    known_as,
    named,
    read_host,
    read_repository,
    with_registry,
    without_registry,
)
from modeldesk.core.settings import Settings


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("registry.lan:5000", "registry.lan:5000"),
        (" https://Registry.LAN:5000/ ", "registry.lan:5000"),
        ("http://registry.lan/v2/", "registry.lan"),
        ("docker.io", "docker.io"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("localhost", "localhost"),
        ("[::1]:5000", "[::1]:5000"),
    ],
)
def test_a_host_as_it_is_typed_or_pasted(typed: str, host: str) -> None:
    assert read_host(typed) == host


@pytest.mark.parametrize(
    "typed",
    ["", "registry", "a b.lan", "ftp://x.lan", "https://mia:secret@x.lan", "x.lan/team", "http://[",
     "x.lan:port", "名.lan"],
)  # fmt: skip
def test_what_can_not_be_a_host(typed: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        read_host(typed)
    assert caught.value.hint


def test_a_repository_with_its_registry_before_it_or_not() -> None:
    assert read_repository("r.lan", "team/model") == "team/model"
    assert read_repository("r.lan", " r.lan/team/model ") == "team/model"
    assert read_repository("docker.io", "me/model") == "me/model"
    for wrong in ("team/model:v1", "Team/Model", "", "a b", f"x@sha256:{'0' * 64}"):
        with pytest.raises(InvalidReference):
            read_repository("r.lan", wrong)


def test_what_a_person_says_of_one(tmp_path: Path) -> None:
    one = named(
        "R.lan", " 队 ", True, str(tmp_path / "ca.pem"), ["team/b", "team/a", "team/b", " "]
    )
    assert one == KnownRegistry("r.lan", "队", True, str(tmp_path / "ca.pem"), ("team/b", "team/a"))
    assert one.title == "队"
    assert KnownRegistry("r.lan").title == "r.lan"
    for name, ca_file in (("x" * 81, ""), ("a\nb", ""), ("", "ca.pem")):
        with pytest.raises(InvalidInput):
            named("r.lan", name, ca_file=ca_file)


def test_one_takes_the_place_of_what_was_known_of_its_host() -> None:
    first, second = KnownRegistry("a.lan"), KnownRegistry("b.lan")
    both = with_registry(with_registry((), first), second)
    changed = KnownRegistry("a.lan", plain_http=True)
    assert with_registry(both, changed) == (changed, second)
    assert known_as(both, "a.lan") == known_as(both, "A.LAN") == first
    assert known_as(both, "c.lan") == KnownRegistry("c.lan")
    assert without_registry(both, "a.lan") == (second,)


def test_they_are_kept_in_the_settings_and_what_can_not_be_one_is_passed_over(
    tmp_path: Path,
) -> None:
    path = tmp_path / "settings.json"
    one = KnownRegistry("r.lan", "队", True, "/ca.pem", ("team/a",), "mia", "keyring")
    settings.write_content(path, asdict(Settings(registries=(one, KnownRegistry("docker.io")))))
    assert settings.load(path).settings.registries == (one, KnownRegistry("docker.io"))
    wrong = (
        '[{"host": "a.lan", "plain_http": "yes", "repositories": 5, "name": 7, "user": null}, '
        '{"host": ""}, {"host": 5}, {}, 7, {"host": "A.lan"}, {"host": "b.lan", "name": "a\\nb"}]'
    )
    path.write_text(f'{{"registries": {wrong}}}')
    assert settings.load(path).settings.registries == (KnownRegistry("a.lan"),)
    mixed = '["../x", 5, "team/b:v1", "r.lan/team/c", "team/b"]'
    path.write_text(
        f'{{"registries": [{{"host": "r.lan", "ca_file": "/c", "repositories": {mixed}}}]}}'
    )
    kept = KnownRegistry("r.lan", ca_file="/c", repositories=("team/c", "team/b"))
    assert settings.load(path).settings.registries == (kept,)
    path.write_text('{"registries": {"host": "a.lan"}}')
    assert settings.load(path).settings.registries == ()
