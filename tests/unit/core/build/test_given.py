"""Arguments and secrets as they are written, and what a Dockerfile asks for."""

from pathlib import Path

import pytest

from modeldesk.core.build.declared import declared_arguments, wanted_secrets
from modeldesk.core.build.given import (
    argument_warning,
    check_secrets,
    read_argument,
    read_secret,
    secrets_amiss,
)
from modeldesk.core.build.secret import (
    LARGEST_SECRET,
    SecretKind,
    SecretSource,
    secret_from,
)
from modeldesk.core.errors import FolderError, InvalidInput

DOCKERFILE = """\
ARG PYTHON=3.11
FROM python:${PYTHON}-slim AS build
ARG PYTHON
ARG INDEX="https://pypi.org/simple" FLAG
RUN --mount=type=cache,target=/root/.cache \\
    --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,dst=/run/secrets/hub make
RUN --mount=type=secret,id=pip,required=true echo ARG NOT=1
"""


def test_what_a_dockerfile_asks_for() -> None:
    assert declared_arguments(DOCKERFILE) == {
        "PYTHON": "3.11",
        "INDEX": "https://pypi.org/simple",
        "FLAG": "",
    }
    assert wanted_secrets(DOCKERFILE) == ("pip", "hub")
    assert (declared_arguments(""), wanted_secrets("RUN --mount=")) == ({}, ())


def test_an_argument_with_its_value_or_that_of_the_environment() -> None:
    assert read_argument("A=1=2") == ("A", "1=2")
    assert read_argument("A=") == ("A", "")
    assert read_argument("A", {"A": "x"}) == ("A", "x")
    with pytest.raises(InvalidInput, match="not set"):
        read_argument("A", {})


@pytest.mark.parametrize("text", ["", "=1", "1A=2", "--label=x", "A B=1"])
def test_a_name_that_no_argument_has(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_argument(text, {})


def test_a_secret_from_a_file_with_a_comma(tmp_path: Path) -> None:
    path = tmp_path / "a,b.txt"
    path.write_bytes(b"hush-hush\n")
    name, secret = read_secret(f"id=hub,src={path}")
    assert (name, secret.source) == ("hub", SecretSource(SecretKind.FILE, str(path)))
    # It is read when it is wanted, and once.
    path.write_bytes(b"another")
    assert secret.known is None
    assert secret.reveal() == b"another"
    assert "another" not in repr(secret)


def test_a_secret_of_the_environment() -> None:
    variables = {"HUB": "hush-hush", "hub": "by its id"}
    name, secret = read_secret("id=hub,env=HUB", variables)
    assert (name, secret.reveal()) == ("hub", b"hush-hush")
    assert secret.source == SecretSource(SecretKind.ENVIRONMENT, "HUB")
    assert read_secret("type=env,id=hub", variables)[1].reveal() == b"by its id"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hush-hush",
        "id=",
        "src=/etc/hosts",
        "id=a b,env=HOME",
        "id=x,env=NOT_SET_ANYWHERE",
        "id=x,src=/no/such/file",
        "id=x,src=/etc/hosts,env=HOME",
        "id=x,hush-hush",
    ],
)
def test_a_secret_that_can_not_be_understood_is_not_repeated(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_secret(text)
    assert "hush" not in str(caught.value)


def test_a_file_that_is_too_large_or_gone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(bytes(LARGEST_SECRET + 1))
    secret = secret_from(SecretSource(SecretKind.FILE, str(path)))
    with pytest.raises(FolderError, match="too large"):
        secret.reveal()
    path.unlink()
    with pytest.raises(FolderError, match="can't be read"):
        secret.reveal()


def test_what_is_typed_in_must_be_something() -> None:
    assert secret_from(SecretSource(), "hush").reveal() == b"hush"
    with pytest.raises(InvalidInput):
        secret_from(SecretSource(), "")


def test_warnings() -> None:
    assert "HUB_TOKEN" in argument_warning("HUB_TOKEN", "x")
    assert "s3cret" not in argument_warning("INDEX", "https://me:s3cret@lan")
    assert argument_warning("INDEX", "https://lan") == ""
    assert argument_warning("HUB_TOKEN", "") == ""


def test_secrets_that_lack_or_that_nothing_reads_are_named() -> None:
    lacking, unused = secrets_amiss(DOCKERFILE, ("pip", "other"))
    assert "“hub”, which is not given" in lacking
    assert "No step of the Dockerfile mounts the secret “other”" in unused
    assert [*secrets_amiss(DOCKERFILE, ("pip", "hub"))] == []


def test_the_classic_builder_has_no_secrets() -> None:
    check_secrets((), with_buildkit=False)
    check_secrets(("pip",), with_buildkit=True)
    with pytest.raises(InvalidInput) as caught:
        check_secrets(("pip",), with_buildkit=False)
    assert "BuildKit" in caught.value.hint
