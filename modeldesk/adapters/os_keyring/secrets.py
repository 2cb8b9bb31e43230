"""Secrets of receivers of events, beside the passwords of registries."""

from modeldesk.adapters.os_keyring.keyring import OsKeyring
from modeldesk.core.errors import NoKeyring
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.words import tr


class KeyringSecrets:
    """Implements `modeldesk.core.release_events.ports.SecretKeeper`."""

    def __init__(self, keyring: OsKeyring | None = None) -> None:
        self._keyring = keyring or OsKeyring()

    def find(self, name: str, token: CancelToken) -> str | None:
        """See `SecretKeeper`."""
        found = self._keyring.find(_entry(name), token)
        return found.password if found is not None else None

    def keep(self, name: str, secret: str, token: CancelToken) -> None:
        """See `SecretKeeper`."""
        try:
            self._keyring.keep(_entry(name), Credentials(name, secret), token)
        except NoKeyring:
            raise NoKeyring(
                tr("This machine has no keyring that could keep the secret."),
                tr("Set one up (such as GNOME Keyring or KWallet), or name a variable or a file "
                   "that has the secret. ModelDesk writes none into a file."),
            ) from None  # fmt: skip

    def forget(self, name: str, token: CancelToken) -> None:
        """See `SecretKeeper`."""
        self._keyring.forget(_entry(name), token)


def _entry(name: str) -> str:
    # No host of a registry has a space.
    return f"events {name}"
