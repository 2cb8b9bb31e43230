import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modeldesk.core.errors import InvalidReference
from modeldesk.core.references import Reference, check_registry, check_tag

DIGEST = "sha256:" + "5b" * 32


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("python", "docker.io", "python", "", ""),
        ("python:3.11-slim", "docker.io", "python", "3.11-slim", ""),
        ("docker.io/library/python:3", "docker.io", "python", "3", ""),
        ("index.docker.io/team/a:1", "docker.io", "team/a", "1", ""),
        ("localhost/rec:v1", "localhost", "rec", "v1", ""),
        ("localhost:5000/team/rec:v1.0.0", "localhost:5000", "team/rec", "v1.0.0", ""),
        ("[::1]:5000/rec:v1", "[::1]:5000", "rec", "v1", ""),
        ("registry.lan/a__b/c-d.e:x_1", "registry.lan", "a__b/c-d.e", "x_1", ""),
        (f"rec@{DIGEST}", "docker.io", "rec", "", DIGEST),
        (f"rec:v1@{DIGEST}", "docker.io", "rec", "v1", DIGEST),
    ],
)
def test_reads_every_part(text: str, registry: str, repository: str, tag: str, digest: str) -> None:
    assert Reference.parse(text) == Reference(registry, repository, tag, digest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":v1",
        "Rec:v1",
        "rec:",
        "rec:v 1",
        "rec:-1",
        "rec@sha256:12",
        "a//b",
        "a/../b",
        "/a",
        "rec:" + "x" * 129,
        "a/" * 130 + "b",
        "票据:v1",
        "-registry.lan:5000/a",
    ],
)
def test_refuses_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        Reference.parse(text)
    assert caught.value.message.endswith(".")
    assert caught.value.hint


def test_says_docker_io_only_when_docker_would() -> None:
    assert str(Reference.parse("docker.io/library/python:3")) == "python:3"
    assert str(Reference.parse("localhost:5000/a:1")) == "localhost:5000/a:1"


def test_other_tag_drops_the_digest() -> None:
    moved = Reference.parse(f"rec:v1@{DIGEST}").with_tag("stable")
    assert str(moved) == "rec:stable"
    with pytest.raises(InvalidReference):
        moved.with_tag("not a tag")


_component = st.from_regex(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*", fullmatch=True).filter(
    lambda c: len(c) < 40
)
_tag = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", fullmatch=True)
_host = st.sampled_from(["", "localhost:5000/", "registry.lan/", "ghcr.io/"])


@given(_host, st.lists(_component, min_size=1, max_size=4), _tag)
def test_written_and_read_again_is_the_same(host: str, path: list[str], tag: str) -> None:
    # A first part with a dot is a registry's name by docker's rules.
    assume(host or "." not in path[0])
    first = Reference.parse(f"{host}{'/'.join(path)}:{tag}")
    assert Reference.parse(str(first)) == first


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reference = Reference.parse(text)
    except InvalidReference:
        return
    assert Reference.parse(str(reference)) == reference
    if reference.tag:
        check_tag(reference.tag)


@pytest.mark.parametrize(
    "host", ["registry.lan:5000", "localhost", "ghcr.io", "[::1]:5000", "127.0.0.1:80"]
)
def test_a_registry_is_named_by_its_host(host: str) -> None:
    assert check_registry(f" {host} ") == host
    assert Reference.parse(f"{check_registry(host)}/a:1").registry == host


def test_the_hub_has_two_names() -> None:
    assert check_registry("index.docker.io") == check_registry("docker.io") == "docker.io"


@pytest.mark.parametrize(
    "text", ["", "team", "https://r.lan", "r.lan/team", "r.lan:port", "a b.lan", "mia:pw@r.lan"]
)
def test_what_no_registry_is_called(text: str) -> None:
    with pytest.raises(InvalidReference):
        check_registry(text)
