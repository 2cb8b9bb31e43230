"""Every refusal becomes a sentence of the right kind."""

import pytest
import requests
import urllib3
from docker.errors import APIError, DockerException, InvalidConfigFile

from modeldesk.adapters.docker_engine.errors import refusal, translate, translated
from modeldesk.core.errors import (
    DiskFull,
    EngineError,
    EngineNotPermitted,
    EngineUnavailable,
    InUse,
    InvalidInput,
    ModelDeskError,
    NotFound,
    PortTaken,
)

CONTAINER = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("status", "words", "kind", "part"),
    [
        (500, "write /var/lib/docker/x: no space left on device", DiskFull, "no room"),
        (404, "No such image: sha256:00", NotFound, "The image is not"),
        (404, "No such container: abc", NotFound, "The container is not"),
        (404, "page not found", NotFound, "page not found"),
        (
            500,
            "listen tcp4 203.0.113.9:80: bind: cannot assign requested address",
            EngineError,
            "none of the engine's machine",
        ),
        (
            409,
            f'Conflict. The container name "/x" is already in use by container "{CONTAINER}".',
            InvalidInput,
            "name is taken",
        ),
        (
            409,
            "conflict: unable to delete a1 (cannot be forced) - image has dependent child images",
            InUse,
            "built on this one",
        ),
        (
            409,
            (
                "conflict: unable to delete a1 (must be forced) - image is referenced in multiple "
                "repositories"
            ),
            InUse,
            "several names",
        ),
        (
            409,
            (
                'conflict: unable to remove repository reference "x:1" (must force) - container '
                "0123456789ab is using its referenced image a1"
            ),
            InUse,
            "0123456789ab",
        ),
        (
            409,
            (
                "conflict: unable to delete a1 (cannot be forced) - image is being used by running "
                "container 0123456789ab"
            ),
            InUse,
            "0123456789ab",
        ),
        (409, "Container x is paused", InUse, "is paused"),
        (400, "invalid mount config: bind source path does not exist", InvalidInput, "mount"),
        (500, "", EngineError, "no reason"),
        (500, "first line\nsecond line", EngineError, "first line."),
        (503, "This node is not a swarm manager.", EngineError, "manager."),
    ],
)
def test_refusals(status: int, words: str, kind: type[ModelDeskError], part: str) -> None:
    error = refusal(status, words)
    assert type(error) is kind
    assert part in error.message
    assert ".." not in error.message
    assert error.detail == words


@pytest.mark.parametrize(
    ("words", "port"),
    [
        (
            (
                "driver failed programming external connectivity on endpoint web (0a1b): "
                "Bind for 127.0.0.1:5000 failed: port is already allocated"
            ),
            5000,
        ),
        (
            (
                "Error starting userland proxy: listen tcp4 127.0.0.1:5001: bind: address already "
                "in use"
            ),
            5001,
        ),
        (
            (
                "failed to set up container networking: driver failed programming external "
                "connectivity on endpoint web: failed to bind host port for "
                "127.0.0.1:5002:172.17.0.2:80/tcp: address already in use"
            ),
            5002,
        ),
        ("failed to bind host port 127.0.0.1:5003/tcp: address already in use", 5003),
        ("listen tcp6 [::1]:5004: bind: address already in use", 5004),
        ("rootlessport listen tcp 0.0.0.0:5005: bind: address already in use", 5005),
        ("Failed to bind port 5006 (Address already in use)", 5006),
        ("address already in use", 0),
    ],
)
def test_the_port_that_is_taken(words: str, port: int) -> None:
    error = refusal(500, words)
    assert isinstance(error, PortTaken)
    assert error.port == port
    assert error.hint
    assert (str(port) in error.message) == bool(port)


def nested(cause: BaseException) -> requests.ConnectionError:
    """As the library wraps what the system said."""
    inner = urllib3.exceptions.ProtocolError("Connection aborted.", cause)
    return requests.ConnectionError(inner)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (nested(PermissionError(13, "Permission denied")), EngineNotPermitted),
        (nested(FileNotFoundError(2, "No such file or directory")), EngineUnavailable),
        (nested(ConnectionRefusedError(111, "Connection refused")), EngineUnavailable),
        (requests.ReadTimeout("read timed out"), EngineUnavailable),
        (requests.ConnectTimeout("timed out"), EngineUnavailable),
        (requests.exceptions.ChunkedEncodingError("broken"), EngineUnavailable),
        (urllib3.exceptions.ProtocolError("broken"), EngineUnavailable),
        (TimeoutError("timed out"), EngineUnavailable),
        (BrokenPipeError(32, "Broken pipe"), EngineUnavailable),
        (InvalidConfigFile("Invalid config file"), EngineError),
        (DockerException("no"), EngineError),
    ],
)
def test_errors_of_the_connection(error: Exception, kind: type[ModelDeskError]) -> None:
    found = translate(error)
    assert type(found) is kind
    assert found.message


def test_what_is_raised_inside_comes_out_translated() -> None:
    cause = APIError("500 Server Error", None, "it broke")
    with pytest.raises(EngineError) as caught, translated():
        raise cause
    assert caught.value.__cause__ is cause
    assert caught.value.detail == "it broke"


def test_a_refusal_that_the_library_cannot_read() -> None:
    with pytest.raises(EngineError), translated():
        raise KeyError("message")


def test_our_own_errors_pass() -> None:
    mine = EngineUnavailable("Gone.")
    with pytest.raises(EngineUnavailable) as caught, translated():
        raise mine
    assert caught.value is mine
