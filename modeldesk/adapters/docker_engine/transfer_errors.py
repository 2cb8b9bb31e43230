"""What an engine says when a registry does not take or give an image, as the program's errors.

The words are those of the registry, of a proxy before it, or of the engine's own client, with
hardly a status among them.
"""

from collections.abc import Callable

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
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

_Meaning = Callable[[Reference, bool, str], ModelDeskError]


def understood(words: str, reference: Reference, *, pushing: bool) -> ModelDeskError:
    """The error for the engine's `words` about a push or pull of `reference`."""
    said = words.lower()
    for signs, meaning in _MEANINGS:
        if any(sign in said for sign in signs):
            return meaning(reference, pushing, words)
    message = (
        tr("The engine could not push {name}: {why}", name=reference, why=_line(words))
        if pushing
        else tr("The engine could not pull {name}: {why}", name=reference, why=_line(words))
    )
    return RegistryError(message, "", words)


def _not_here(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return NotFound(
        tr("There is no image {name} on the engine.", name=reference),
        tr("Look again at the list, or build or pull it first."),
        words,
    )


def _speaks_http(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return RegistryError(
        tr("The registry {registry} speaks http, which the engine does not allow.",
           registry=reference.registry),
        tr("Add “insecure-registries”: [“{registry}”] to /etc/docker/daemon.json on the "
           "engine's machine, and restart the engine.", registry=reference.registry),
        words,
    )  # fmt: skip


def _not_trusted(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return RegistryError(
        tr("The engine does not trust the certificate of the registry {registry}.",
           registry=reference.registry),
        tr("Put the certificate of its authority into /etc/docker/certs.d/{registry}/ca.crt on "
           "the engine's machine.", registry=reference.registry),
        words,
    )  # fmt: skip


def _too_large(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return RegistryError(
        tr("A proxy before {registry} refuses layers as large as these.",
           registry=reference.registry),
        tr("In nginx, set client_max_body_size to 0 for the registry, and reload it."),
        words,
    )  # fmt: skip


def _taken(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return TagTaken(
        tr("The registry keeps {name} as it is: its tags do not move.", name=reference),
        tr("Push it under a new version."),
        words,
    )


def _busy(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return RegistryBusy(
        tr("The registry {registry} has had too many requests.", registry=reference.registry),
        tr("Wait some minutes, or sign in: registries allow more to those they know."),
        words,
    )


def _wants_sign_in(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return RegistryDenied(
        tr("The registry {registry} wants a sign-in for {what}.", registry=reference.registry,
           what=reference.repository),
        tr("Sign in with “modeldesk registry sign-in {registry}”, or in Settings.",
           registry=reference.registry),
        words,
    )  # fmt: skip


def _denied(reference: Reference, pushing: bool, words: str) -> ModelDeskError:
    message = (
        tr("The registry {registry} does not allow you to push to {repository}.",
           registry=reference.registry, repository=reference.repository)
        if pushing
        else tr("The registry {registry} has no {repository} that you may read.",
                registry=reference.registry, repository=reference.repository)
    )  # fmt: skip
    hint = tr("Check the name; ask for access, or sign in as somebody else.")
    return RegistryDenied(message, hint, words)


def _absent(reference: Reference, pushing: bool, words: str) -> ModelDeskError:
    if pushing:
        return NotInRegistry(
            tr("The registry {registry} has no repository {repository}, and makes none for a "
               "push.", registry=reference.registry, repository=reference.repository),
            tr("Make it there first, or check the name."),
            words,
        )  # fmt: skip
    return NotInRegistry(
        tr("{what} is not in the registry {registry}.", what=reference,
           registry=reference.registry),
        tr("Check the name and the tag."),
        words,
    )  # fmt: skip


def _full(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return RegistryError(
        tr("The registry {registry} has no room left.", registry=reference.registry),
        tr("Remove what is not needed there and let it collect its garbage, or ask who runs it."),
        words,
    )


def _fails(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return RegistryBusy(
        tr("The registry {registry} fails at its own end.", registry=reference.registry),
        tr("Try again; if it stays so, ask who runs the registry."),
        words,
    )


def _away(reference: Reference, _pushing: bool, words: str) -> ModelDeskError:
    return RegistryUnavailable(
        tr("The engine does not reach the registry {registry}.", registry=reference.registry),
        tr("Check the address, and the network and proxy settings of the engine's machine."),
        words,
    )


_MEANINGS: tuple[tuple[tuple[str, ...], _Meaning], ...] = (
    (("does not exist locally", "tag does not exist", "no such image"), _not_here),
    (("http response to https client", "does not look like a tls handshake"), _speaks_http),
    (("x509:", "certificate"), _not_trusted),
    (("413 ", "entity too large", "status code 413"), _too_large),
    (("immutable", "cannot be overwritten"), _taken),
    (("toomanyrequests", "too many requests", "rate limit"), _busy),
    (
        (
            "no basic auth credentials",
            "unauthorized",
            "authentication required",
            "incorrect username",
            "invalid username/password",
        ),
        _wants_sign_in,
    ),
    (("denied", "forbidden", "insufficient_scope"), _denied),
    (("manifest unknown", "name unknown", "not found", "does not exist"), _absent),
    (("no space left",), _full),
    (
        (
            "internal server error",
            "bad gateway",
            "service unavailable",
            "gateway timeout",
            "http status: 5",
            "unavailable",
        ),
        _fails,
    ),
    (
        (
            "connection refused",
            "no such host",
            "timeout",
            "deadline exceeded",
            "connection reset",
            "unreachable",
            "dial tcp",
            "eof",
            "broken pipe",
            "proxyconnect",
        ),
        _away,
    ),
)
"""The first that fits counts."""


def _line(words: str) -> str:
    line = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return line if line.endswith((".", "!", "?")) else f"{line}."
