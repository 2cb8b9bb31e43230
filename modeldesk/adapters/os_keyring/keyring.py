"""One entry for each registry, which holds the name beside the password."""

import json
import logging
from typing import TYPE_CHECKING, TypeVar

from modeldesk.adapters.within import within
from modeldesk.core.errors import CredentialsError, NoKeyring
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

T = TypeVar("T")
logger = logging.getLogger(__name__)

_SECONDS = 60.0
"""A locked keyring asks the person first."""
_ACCOUNT = "registry sign-in"


class OsKeyring:
    """Any thread may ask. Nothing is imported or opened before."""

    def __init__(self, backend: "KeyringBackend | None" = None, seconds: float = _SECONDS) -> None:
        """`backend` is chosen by the library, or by the person's settings for it, where none is
        given; each question may take so many seconds."""
        self._backend = backend
        self._seconds = seconds

    def find(self, registry: str, token: CancelToken) -> Credentials | None:
        """What is kept for `registry`. A keyring that is not there, stays locked or fails knows
        nobody. Raises `Cancelled`."""
        try:
            return self._read(registry, token)
        except CredentialsError as error:
            logger.info("the keyring knows nobody at %s: %s", registry, error.message)
            return None

    def keep(self, registry: str, credentials: Credentials, token: CancelToken) -> None:
        """Keep them in the place of what was kept. Raises `NoKeyring`, `CredentialsError`,
        `Cancelled`."""
        secret = json.dumps(
            {
                "user": credentials.user,
                "password": credentials.password,
                "identity_token": credentials.identity_token,
            }
        )
        self._ask(lambda keyring: keyring.set_password(_service(registry), _ACCOUNT, secret), token)
        if self._read(registry, token) != credentials:
            # There are keyrings that take everything and keep nothing.
            raise _no_keyring()

    def forget(self, registry: str, token: CancelToken) -> None:
        """Erase what is kept; nothing kept is no error. Raises `CredentialsError`, `Cancelled`."""

        def erase(keyring: "KeyringBackend") -> None:
            if keyring.get_password(_service(registry), _ACCOUNT) is not None:
                keyring.delete_password(_service(registry), _ACCOUNT)

        self._ask(erase, token)

    def _read(self, registry: str, token: CancelToken) -> Credentials | None:
        kept = self._ask(lambda keyring: keyring.get_password(_service(registry), _ACCOUNT), token)
        return _credentials(kept) if kept else None

    def _ask(self, question: "Callable[[KeyringBackend], T]", token: CancelToken) -> T:
        from keyring.errors import NoKeyringError

        try:
            return within(self._seconds, lambda: question(self._opened()), token, "keyring")
        except NoKeyringError:
            raise _no_keyring() from None
        except TimeoutError:
            raise CredentialsError(
                tr("The keyring does not answer."),
                tr("It may be waiting for its password in a window of its own; unlock it and try "
                   "again."),
            ) from None  # fmt: skip
        except CredentialsError:
            raise
        except Exception as error:  # noqa: BLE001 - a backend raises its own library's errors
            token.raise_if_cancelled()
            # The error's own text may hold what was to be kept.
            raise CredentialsError(
                tr("The keyring refused."),
                tr("Unlock it, and try again."),
                type(error).__name__,
            ) from None

    def _opened(self) -> "KeyringBackend":
        if self._backend is None:
            import keyring

            self._backend = keyring.get_keyring()
        return self._backend


def _service(registry: str) -> str:
    return f"ModelDesk {registry}"


def _credentials(kept: str) -> Credentials | None:
    try:
        read = json.loads(kept)
        fields = [read[key] for key in ("user", "password", "identity_token")]
    except (ValueError, LookupError, TypeError):
        return None
    return Credentials(*fields) if all(isinstance(one, str) for one in fields) else None


def _no_keyring() -> NoKeyring:
    return NoKeyring(
        tr("This machine has no keyring that could keep the password."),
        tr("Set one up (such as GNOME Keyring or KWallet), or a credential helper for docker, and "
           "try again. ModelDesk writes no password into a file; it uses what “docker login” "
           "kept."),
    )  # fmt: skip
