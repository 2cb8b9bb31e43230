"""Credentials kept in memory, as `CredentialStore` says."""

from modeldesk.core.errors import CredentialsError, NoKeyring
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import (
    DOCKER_FILE,
    KEYRING,
    Credentials,
    Found,
    helper_of,
    keeper_of,
)


class FakeCredentialStore:
    """`helper` is the one that docker names for every registry (empty for none); `docker_file`
    what docker wrote down; `has_keyring` whether the machine has one."""

    def __init__(self, helper: str = "", *, has_keyring: bool = True) -> None:
        self.helper = helper
        self.has_keyring = has_keyring
        self.docker_file: dict[str, Credentials] = {}
        self.kept: dict[tuple[str, str], Credentials] = {}
        """By keeper and registry."""
        self.failing = ""
        """What the helper and the keyring refuse with."""

    def find(self, registry: str, token: CancelToken) -> Found | None:
        token.raise_if_cancelled()
        places = [keeper_of(self.helper)] if self.helper else []
        for keeper in places:
            if kept := self.kept.get((keeper, registry)):
                return Found(kept, keeper)
        if written := self.docker_file.get(registry):
            return Found(written, DOCKER_FILE)
        kept_here = self.kept.get((KEYRING, registry)) if self.has_keyring else None
        return Found(kept_here, KEYRING) if kept_here else None

    def keep(self, registry: str, credentials: Credentials, token: CancelToken) -> str:
        token.raise_if_cancelled()
        if self.failing:
            raise CredentialsError(self.failing)
        written = None if self.helper else self.docker_file.get(registry)
        if written == credentials:
            return DOCKER_FILE
        if written is not None:
            raise CredentialsError("Docker’s own file signs in already.", "Run docker logout.")
        if not self.helper and not self.has_keyring:
            raise NoKeyring("No keyring.", "Set one up.")
        keeper = keeper_of(self.helper) if self.helper else KEYRING
        self.kept[keeper, registry] = credentials
        return keeper

    def forget(self, registry: str, keeper: str, token: CancelToken) -> None:
        token.raise_if_cancelled()
        if self.failing:
            raise CredentialsError(self.failing)
        if keeper == KEYRING or helper_of(keeper):
            self.kept.pop((keeper, registry), None)
