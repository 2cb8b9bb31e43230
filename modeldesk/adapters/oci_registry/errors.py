"""httpx's errors and a registry's refusals, as errors of the program's own."""

import ssl
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
    RegistryUntrusted,
)
from modeldesk.core.words import tr

BROKEN = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
"""A connection that was there, and went."""

_SHOWN = 300
_ITS_OWN_FAULT = 500


@contextmanager
def translated(registry: str) -> Iterator[None]:
    """Around calls of the library."""
    try:
        yield
    except BROKEN as error:
        raise broken(registry, str(error)) from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        problem = certificate_problem(error)
        if problem is not None:
            raise untrusted(registry, problem.verify_message) from error
        raise unavailable(registry, str(error)) from error


def unavailable(registry: str, detail: str) -> RegistryUnavailable:
    """Nobody answers, or nothing more comes."""
    return RegistryUnavailable(
        tr("The registry {registry} does not answer.", registry=registry),
        tr("Check its address, the network, and proxy settings, then try again."),
        detail,
    )


def certificate_problem(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Why a certificate was not trusted, where that is behind `error`."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return found
        found = found.__cause__ or found.__context__
    return None


def untrusted(registry: str, reason: str) -> RegistryUntrusted:
    """Its certificate is not one that is trusted for it."""
    return RegistryUntrusted(
        tr("The certificate of {registry} is not trusted.", registry=registry),
        tr("Check the registry under Settings, or with “modeldesk registry check {registry}”, "
           "which says why and what to do.", registry=registry),
        reason,
    )  # fmt: skip


def untrusted_file(registry: str, path: str, reason: str) -> RegistryUntrusted:
    """The certificates that a person named for it are not to be had."""
    return RegistryUntrusted(
        tr("The certificates for {registry} can’t be read from {path}.", registry=registry,
           path=path),
        tr("Name a file in the PEM format, which begins with -----BEGIN CERTIFICATE-----."),
        reason,
    )  # fmt: skip


def broken(registry: str, detail: str) -> RegistryUnavailable:
    """It was there, and went in the middle of an answer or before one."""
    return RegistryUnavailable(
        tr("The registry {registry} broke the connection.", registry=registry),
        tr("Try again; if it stays so, check proxy settings, or ask who runs the registry."),
        detail,
    )


def endless(registry: str) -> RegistryError:
    """Every address leads to another."""
    return RegistryError(
        tr("{registry} sends one from address to address without end.", registry=registry),
        tr("Ask who runs the registry, or check a proxy between."),
    )


def refusal(registry: str, what: str, status: int, body: str, user: str = "") -> RegistryError:
    """What an answer of 400 or more to a question about `what` means, that `user` asked; empty for
    nobody."""
    detail = f"{status} {body[:_SHOWN]}"
    match status:
        case 401 if user:
            return RegistryDenied(
                tr("The registry {registry} does not let {user} at {what}.", registry=registry,
                   user=user, what=what),
                tr("Check the name, which some registries say so of when it is not there; ask for "
                   "access, or sign in as somebody else under Settings."),
                detail,
            )  # fmt: skip
        case 401:
            return RegistryDenied(
                tr("The registry {registry} wants a sign-in for {what}.", registry=registry,
                   what=what),
                tr("Sign in under Settings, or with “modeldesk registry sign-in {registry}”.",
                   registry=registry),
                detail,
            )  # fmt: skip
        case 403:
            return RegistryDenied(
                tr("The registry {registry} does not allow you to read {what}.",
                   registry=registry, what=what),
                tr("Ask for access, or sign in as somebody else under Settings."),
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


def no_catalog(registry: str, detail: str) -> NotInRegistry:
    """It keeps to itself what it has."""
    return NotInRegistry(
        tr("The registry {registry} does not tell which repositories it has.", registry=registry),
        tr("Name those that you want to see."),
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
