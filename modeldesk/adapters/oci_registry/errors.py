"""httpx's errors and a registry's refusals, as errors of the program's own."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from modeldesk.core.errors import (
    NotInRegistry,
    RegistryBusy,
    RegistryDenied,
    RegistryError,
    RegistryLied,
    RegistryUnavailable,
)
from modeldesk.core.words import tr

_SHOWN = 300
_ITS_OWN_FAULT = 500


@contextmanager
def translated(registry: str) -> Iterator[None]:
    """Around calls of the library."""
    try:
        yield
    except httpx.TooManyRedirects as error:
        raise RegistryError(
            tr("{registry} sends one from address to address without end.", registry=registry),
            tr("Ask who runs the registry, or check a proxy between."),
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise unavailable(registry, str(error)) from error


def unavailable(registry: str, detail: str) -> RegistryUnavailable:
    """Nobody answers, or no longer."""
    return RegistryUnavailable(
        tr("The registry {registry} does not answer.", registry=registry),
        tr("Check its address, the network, and proxy settings, then try again."),
        detail,
    )


def refusal(registry: str, what: str, status: int, body: str) -> RegistryError:
    """What an answer of 400 or more to a question about `what` means."""
    detail = f"{status} {body[:_SHOWN]}"
    match status:
        case 401:
            return RegistryDenied(
                tr("The registry {registry} wants a sign-in for {what}.", registry=registry,
                   what=what),
                tr("Sign in with “docker login {registry}”.", registry=registry),
                detail,
            )  # fmt: skip
        case 403:
            return RegistryDenied(
                tr("The registry {registry} does not allow you to read {what}.",
                   registry=registry, what=what),
                tr("Ask for access, or sign in as somebody else with “docker login”."),
                detail,
            )  # fmt: skip
        case 404:
            return NotInRegistry(
                tr("{what} is not in the registry {registry}.", registry=registry, what=what),
                tr("Check the name and the tag."),
                detail,
            )
        case 429:
            return RegistryBusy(
                tr("The registry {registry} has had too many requests.", registry=registry),
                tr("Wait some minutes, or sign in: registries allow more to those they know."),
                detail,
            )
    kind = RegistryBusy if status >= _ITS_OWN_FAULT else RegistryError
    return kind(
        tr("The registry {registry} refused to send {what}.", registry=registry, what=what),
        tr("Try again; if it stays so, ask who runs the registry."),
        detail,
    )


def not_a_registry(registry: str, detail: str) -> RegistryError:
    """Something answered, in no way a registry would."""
    return RegistryError(
        tr("What answers at {registry} is not an image registry.", registry=registry),
        tr("Check the address; a proxy or a sign-in page may stand before it."),
        detail[:_SHOWN],
    )


def lied(registry: str, digest: str) -> RegistryLied:
    """Content and digest do not agree."""
    return RegistryLied(
        tr("The registry {registry} sent something else than {digest}.", registry=registry,
           digest=digest),
        tr("Nothing of it was used. Try again; if it stays so, the registry is damaged."),
    )  # fmt: skip
