"""Who a person is at a registry, and what keeps that secret."""

from dataclasses import dataclass, field
from typing import Protocol

from modeldesk.core.jobs import CancelToken
from modeldesk.core.words import tr

KEYRING = "keyring"
DOCKER_FILE = "docker"
_HELPER = "helper:"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and its password, or a token that stands for both. Never shown or logged."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    identity_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """Credentials, and what keeps them: `KEYRING` (the system's), `DOCKER_FILE` (docker's own
    configuration, as it is written there), or a credential helper as `keeper_of` writes it."""

    credentials: Credentials
    keeper: str


class CredentialStore(Protocol):
    """What keeps credentials on this machine. Registries are named as references name them; any
    thread may ask. Every method raises `Cancelled` within 100 ms."""

    def find(self, registry: str, token: CancelToken) -> Found | None:
        """What is signed in with: as docker finds it, else from the keyring. None for nobody; a
        helper that fails and a keyring that is not there know nobody."""
        ...

    def keep(self, registry: str, credentials: Credentials, token: CancelToken) -> str:
        """Keep them, so that `find` finds them, and say what keeps them: the credential helper
        that docker names for the registry, else the keyring. No file is written. Raises
        `CredentialsError` (`NoKeyring` where this machine has none)."""
        ...

    def forget(self, registry: str, keeper: str, token: CancelToken) -> None:
        """Erase what that helper or the keyring has; docker's file stays as it is. Nothing to
        erase is no error. Raises `CredentialsError`."""
        ...


def keeper_of(helper: str) -> str:
    """How a credential helper is written as a keeper."""
    return f"{_HELPER}{helper}"


def helper_of(keeper: str) -> str:
    """The credential helper that a keeper is; empty for another."""
    return keeper.removeprefix(_HELPER) if keeper.startswith(_HELPER) else ""


def keeper_text(keeper: str) -> str:
    """What keeps a password, as a person reads it."""
    if keeper == KEYRING:
        return tr("the system’s keyring")
    if keeper == DOCKER_FILE:
        return tr("docker’s own file, unencrypted")
    return tr("docker’s credential helper “{name}”", name=helper_of(keeper))
