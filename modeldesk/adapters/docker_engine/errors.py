"""The engine's refusals and the library's errors, as errors of the program's own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import requests
import urllib3
from docker.errors import APIError, DockerException

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
from modeldesk.core.words import tr

_PORT = re.compile(
    r"(?:bind for|listen (?:tcp|udp)[46]?|bind host port(?: for)?:?)\s+(?:\[[^\]]*\]|[^:\s]*):(\d+)"
    r"|port (\d+)",
    re.IGNORECASE,
)
_CONTAINER = re.compile(r"container \"?([0-9a-f]{12,64})")


@contextmanager
def translated() -> Iterator[None]:
    """Around calls of the library: its errors, and those of the connection under it, come out
    as errors of `modeldesk.core.errors`."""
    try:
        yield
    except (DockerException, requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise translate(error) from error
    except OSError as error:
        raise translate(error) from error
    except KeyError as error:
        # The library reads ["message"] of refusals that another engine words otherwise.
        raise EngineError(tr("The engine refused without saying why."), "", repr(error)) from error


def translate(error: Exception) -> ModelDeskError:
    """What `error`, of the library or of the connection, means to the program."""
    if isinstance(error, APIError):
        return refusal(error.status_code or 500, error.explanation or str(error))
    cause = system_error(error)
    if isinstance(cause, PermissionError):
        return EngineNotPermitted(
            tr("You are not permitted to talk to the container engine."),
            tr("Ask for access to its socket, usually by joining the group “docker”."),
            str(cause),
        )
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return too_slow(str(error))
    if isinstance(error, DockerException) and cause is None:
        return EngineError(tr("The container engine can't be used: {why}", why=error), "", "")
    return unavailable(str(cause or error))


def too_slow(detail: str = "") -> EngineUnavailable:
    """No answer within the time it was given."""
    return EngineUnavailable(
        tr("The container engine does not answer in time."),
        tr("Check that it is not overloaded, then try again."),
        detail,
    )


def not_an_engine(detail: str = "") -> EngineError:
    """Something answered, in no way an engine would."""
    return EngineError(
        tr("What answers at this address is not a container engine."),
        tr("Check the address."),
        detail,
    )


def unavailable(detail: str = "") -> EngineUnavailable:
    """The engine stopped, or the link to it broke."""
    return EngineUnavailable(
        tr("The connection to the container engine broke."),
        tr("Check that the engine runs; it is connected again as soon as it does."),
        detail,
    )


def refusal(status: int, words: str) -> ModelDeskError:
    """The error for an answer of the engine with HTTP `status`, or for an error it reports in
    the middle of a stream (status 500). `words` are its own."""
    words = words.strip()
    said = words.lower()
    if "no space left on device" in said:
        return DiskFull(
            tr("The engine has no room left on its disk."),
            tr("Remove images or build cache that are not needed, then try again."),
            words,
        )
    # Of a container's address; a port's is written in small letters.
    if (
        words.endswith("Address already in use")
        or "it does not belong to any of this network" in said
    ):
        return EngineError(
            tr("The container can't have its address on the network."),
            tr("Remove what has that address, or choose another."),
            words,
        )
    if "port is already allocated" in said or "address already in use" in said:
        return _port_taken(words)
    if "cannot assign requested address" in said:
        return EngineError(
            tr("The address to publish a port on is none of the engine's machine."),
            tr("Leave it out to publish on 127.0.0.1, for this machine alone."),
            words,
        )
    if status == 404:
        return _not_found(words)
    if status == 409:
        return _conflict(words)
    if status == 400:
        return InvalidInput(tr("The engine can't do that: {why}", why=_sentence(words)), "", words)
    return EngineError(tr("The engine failed: {why}", why=_sentence(words)), "", words)


def system_error(error: BaseException) -> OSError | None:
    """The operating system's error somewhere inside `error`, if that is what caused it."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, OSError) and isinstance(one.errno, int):
            return one
        inside = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting.extend(item for item in inside if isinstance(item, BaseException))
    return None


def _port_taken(words: str) -> PortTaken:
    match = _PORT.search(words)
    port = int(match[1] or match[2]) if match else 0
    message = (
        tr("Port {port} is already in use on this machine.", port=port)
        if port
        else tr("A port that was asked for is already in use on this machine.")
    )
    return PortTaken(port, message, tr("Choose another port, or stop what uses it."), words)


def _not_found(words: str) -> NotFound:
    said = words.lower()
    if "no such image" in said or "image not known" in said:
        return NotFound(
            tr("The image is not on the engine, or no longer."),
            tr("Look again at the list, or build or pull it first."),
            words,
        )
    if "no such container" in said:
        return NotFound(tr("The container is not there, or no longer."), "", words)
    return NotFound(tr("The engine does not find it: {why}", why=_sentence(words)), "", words)


def _conflict(words: str) -> ModelDeskError:
    said = words.lower()
    user = _CONTAINER.search(said)
    if "is not running" in said:
        return EngineError(tr("The container does not run."), tr("Start it first."), words)
    if "container name" in said or "name is already in use" in said:
        return InvalidInput(
            tr("The name is taken by another container."), tr("Choose another name."), words
        )
    if "dependent child images" in said:
        return InUse(
            tr("Other images are built on this one."), tr("Remove those images first."), words
        )
    if "multiple repositories" in said:
        return InUse(
            tr("The image has several names."), tr("Remove every one of its names."), words
        )
    if user:
        return InUse(
            tr("It is used by container {container}.", container=user[1][:12]),
            tr("Stop and remove that container first."),
            words,
        )
    return InUse(tr("The engine refuses for now: {why}", why=_sentence(words)), "", words)


def _sentence(words: str) -> str:
    line = next((line for line in words.splitlines() if line.strip()), "").strip()
    if not line:
        return tr("it gave no reason.")
    return line if line.endswith((".", "!", "?")) else f"{line}."
