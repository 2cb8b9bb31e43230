"""What engines say of pushes and pulls, whose words differ, as parts and errors."""

import base64
import json

import pytest

from modeldesk.adapters.docker_engine.transfer import _encoded, _Reader
from modeldesk.adapters.docker_engine.transfer_errors import understood
from modeldesk.core.engine.model import SignIn
from modeldesk.core.errors import (
    ModelDeskError,
    NotFound,
    NotInRegistry,
    RegistryBusy,
    RegistryDenied,
    RegistryError,
    RegistryUnavailable,
    TagTaken,
)
from modeldesk.core.jobs import Part, PartState
from modeldesk.core.references import Reference

NAME = Reference.parse("registry.lan/team/rec:v1")
DIGEST = "sha256:" + "ab" * 32


def read(*messages: dict[str, object]) -> tuple[list[Part], str]:
    parts: list[Part] = []
    reader = _Reader(parts.append)
    for message in messages:
        reader.read(message)
    return parts, reader.digest


def said(status: str, name: str = "3f2c", **detail: int) -> dict[str, object]:
    return {"status": status, "id": name, "progressDetail": detail}


def test_a_push() -> None:
    parts, digest = read(
        {"status": "The push refers to repository [registry.lan/team/rec]"},
        said("Preparing"),
        said("Waiting"),
        said("Pushing", current=512, total=3216),
        said("Pushing", current=138752, total=3216),
        said("Retrying in 3 seconds"),
        said("Pushed"),
        {"status": f"v1: digest: {DIGEST} size: 736"},
    )
    assert parts == [
        Part("3f2c", PartState.WAITING),
        Part("3f2c", PartState.MOVING, 512, 3216),
        Part("3f2c", PartState.MOVING, 3216, 3216),
        Part("3f2c", PartState.DONE, 3216, 3216),
    ]
    assert digest == DIGEST


def test_a_pull() -> None:
    parts, digest = read(
        {"status": "Pulling from team/rec", "id": "v1"},
        said("Pulling fs layer"),
        said("Downloading", current=10, total=100),
        said("Verifying Checksum"),
        said("Download complete"),
        said("Extracting", current=1),
        said("Pull complete"),
        said("Already exists", "77aa"),
        {"status": f"Digest: {DIGEST}"},
        {"status": "Status: Downloaded newer image for registry.lan/team/rec:v1"},
    )
    assert [part.state for part in parts] == [
        PartState.WAITING,
        PartState.MOVING,
        PartState.UNPACKING,
        PartState.DONE,
        PartState.THERE,
    ]
    assert parts[3] == Part("3f2c", PartState.DONE, 100, 100)
    assert digest == DIGEST


def test_what_is_there_or_mounted_and_the_digest_apart() -> None:
    parts, digest = read(
        said("Layer already exists", "a"),
        said("Mounted from team/base", "b"),
        {"progressDetail": {}, "aux": {"Tag": "v1", "Digest": DIGEST, "Size": 7}},
    )
    assert [part.state for part in parts] == [PartState.THERE, PartState.MOUNTED]
    assert digest == DIGEST


@pytest.mark.parametrize("found", [None, SignIn("mia", "pw"), SignIn("", "identity")])
def test_who_one_is_goes_in_the_engines_own_form(found: SignIn | None) -> None:
    told = json.loads(base64.urlsafe_b64decode(_encoded("registry.lan", found)))
    if found is None:
        assert told == {}
    elif found.user:
        assert told == {"username": "mia", "password": "pw", "serveraddress": "registry.lan"}
    else:
        assert told == {"identitytoken": "identity", "serveraddress": "registry.lan"}
    hub = json.loads(base64.urlsafe_b64decode(_encoded("docker.io", SignIn("mia", "pw"))))
    assert hub["serveraddress"] == "https://index.docker.io/v1/"


@pytest.mark.parametrize(
    ("words", "kind", "way_out"),
    [
        ("An image does not exist locally with the tag: registry.lan/team/rec", NotFound, "pull"),
        ("tag does not exist: registry.lan/team/rec:v1", NotFound, "pull"),
        (
            'Get "https://registry.lan/v2/": http: server gave HTTP response to HTTPS client',
            RegistryError,
            "insecure-registries",
        ),
        (
            (
                'Get "https://registry.lan/v2/": tls: failed to verify certificate: x509: '
                "certificate signed by unknown authority"
            ),
            RegistryError,
            "certs.d",
        ),
        (
            (
                "error parsing HTTP 413 response body: invalid character '<' looking for beginning "
                'of value: "<html>\\r\\n<head><title>413 Request Entity Too Large</title>"'
            ),
            RegistryError,
            "client_max_body_size",
        ),
        (
            'Get "https://registry.lan/v2/": tls: first record does not look like a TLS handshake',
            RegistryError,
            "insecure-registries",
        ),
        ("toomanyrequests: You have reached your pull rate limit.", RegistryBusy, "Wait"),
        ("unauthorized: authentication required", RegistryDenied, "registry sign-in"),
        (
            'Head "https://registry.lan/v2/": no basic auth credentials',
            RegistryDenied,
            "registry sign-in",
        ),
        (
            "denied: requested access to the resource is denied",
            RegistryDenied,
            "sign in as somebody else",
        ),
        (
            (
                "pull access denied for rec, repository does not exist or may require 'docker "
                "login': denied: requested access to the resource is denied"
            ),
            RegistryDenied,
            "Check the name",
        ),
        (
            (
                "tag invalid: The image tag 'v1' already exists in the 'rec' repository and cannot "
                "be overwritten because the repository is immutable."
            ),
            TagTaken,
            "new version",
        ),
        ("manifest unknown: manifest unknown", NotInRegistry, ""),
        ("name unknown: The repository with name 'rec' does not exist", NotInRegistry, ""),
        (
            "received unexpected HTTP status: 503 Service Unavailable",
            RegistryBusy,
            "Try again",
        ),
        (
            "unknown: write /var/lib/registry/x: no space left on device",
            RegistryError,
            "garbage",
        ),
        (
            'Get "https://registry.lan/v2/": dial tcp: lookup registry.lan: no such host',
            RegistryUnavailable,
            "network",
        ),
        (
            'Get "https://registry.lan/v2/": net/http: request canceled (Client.Timeout exceeded)',
            RegistryUnavailable,
            "network",
        ),
        ("something else went wrong", RegistryError, ""),
    ],
)
@pytest.mark.parametrize("pushing", [True, False])
def test_words_become_a_sentence_and_a_way_out(
    words: str, kind: type[ModelDeskError], way_out: str, pushing: bool
) -> None:
    error = understood(words, NAME, pushing=pushing)
    assert type(error) is kind
    assert "registry.lan" in error.message
    assert way_out in error.hint
    assert error.detail == words
