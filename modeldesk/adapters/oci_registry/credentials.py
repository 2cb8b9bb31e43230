"""Who a person is at a registry: as docker keeps it (its file, or its credential helpers), else
as the keyring does."""

import base64
import binascii
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from modeldesk.adapters.oci_registry.credential_helper import CredentialHelper
from modeldesk.adapters.os_keyring import OsKeyring
from modeldesk.core.errors import CredentialsError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import DEFAULT_REGISTRY
from modeldesk.core.registry.credentials import (
    DOCKER_FILE,
    KEYRING,
    Credentials,
    Found,
    helper_of,
    keeper_of,
)
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

_HUB_KEY = "https://index.docker.io/v1/"


def find_credentials(registry: str, config_folder: Path | None = None) -> Credentials | None:
    """Who one is at `registry`; None for nobody. See `SystemCredentials.find`."""
    found = SystemCredentials(config_folder).find(registry, CancelToken())
    return found.credentials if found else None


def docker_folder() -> Path:
    """Where docker keeps its configuration."""
    chosen = os.environ.get("DOCKER_CONFIG")
    return Path(chosen) if chosen else Path.home() / ".docker"


class SystemCredentials:
    """Implements `CredentialStore`. Docker's configuration is read anew each time, and never
    written."""

    def __init__(self, config_folder: Path | None = None, keyring: OsKeyring | None = None) -> None:
        """`config_folder` is docker's own where none is given."""
        self._folder = config_folder
        self._keyring = keyring or OsKeyring()

    def find(self, registry: str, token: CancelToken) -> Found | None:
        """See `modeldesk.core.registry.credentials.CredentialStore`. A damaged file counts as
        knowing nobody, as a helper that fails does: the registry may serve everyone, and says so
        itself when it does not."""
        config = self._config()
        helper = _helper(config, registry)
        for key in _keys(registry):
            kept = _asked(helper, key, token) if helper is not None else None
            if helper is not None and kept is not None:
                return Found(kept, keeper_of(helper.name))
            written = _from_file(config.get("auths"), key)
            if written is not None:
                return Found(written, DOCKER_FILE)
        kept = self._keyring.find(registry, token)
        return Found(kept, KEYRING) if kept else None

    def keep(self, registry: str, credentials: Credentials, token: CancelToken) -> str:
        """See `modeldesk.core.registry.credentials.CredentialStore`."""
        config = self._config()
        helper = _helper(config, registry)
        if helper is not None:
            helper.store(_keys(registry)[0], credentials, token)
            return keeper_of(helper.name)
        for key in _keys(registry):
            written = _from_file(config.get("auths"), key)
            if written == credentials:
                return DOCKER_FILE
            if written is not None:
                raise _docker_knows_another(registry, written)
        self._keyring.keep(registry, credentials, token)
        return KEYRING

    def forget(self, registry: str, keeper: str, token: CancelToken) -> None:
        """See `modeldesk.core.registry.credentials.CredentialStore`."""
        if keeper == KEYRING:
            self._keyring.forget(registry, token)
        elif helper := helper_of(keeper):
            CredentialHelper(helper).erase(_keys(registry)[0], token)

    def _config(self) -> Mapping[str, object]:
        return _read_config(self._folder or docker_folder())


def _keys(registry: str) -> tuple[str, ...]:
    """What docker calls the registry; the first is what it writes now."""
    if registry == DEFAULT_REGISTRY:
        return (_HUB_KEY, "index.docker.io", "docker.io", "registry-1.docker.io")
    return (registry, f"https://{registry}", f"http://{registry}", f"https://{registry}/v2/")


def _read_config(folder: Path) -> Mapping[str, object]:
    try:
        content = json.loads((folder / "config.json").read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        logger.info("docker's configuration can't be read: %s", type(error).__name__)
        return {}
    return content if isinstance(content, dict) else {}


def _helper(config: Mapping[str, object], registry: str) -> CredentialHelper | None:
    """The one that docker asks about `registry`."""
    helpers = config.get("credHelpers")
    named = [helpers.get(key) for key in _keys(registry)] if isinstance(helpers, dict) else []
    for name in (*named, config.get("credsStore")):
        if isinstance(name, str) and name:
            return CredentialHelper(name)
    return None


def _asked(helper: CredentialHelper, key: str, token: CancelToken) -> Credentials | None:
    try:
        return helper.get(key, token)
    except CredentialsError as error:
        logger.info("credential helper %s knows nobody: %s", helper.name, error.message)
        return None


def _from_file(auths: object, key: str) -> Credentials | None:
    entry = auths.get(key) if isinstance(auths, dict) else None
    if not isinstance(entry, dict):
        return None
    identity = entry.get("identitytoken")
    user, password = entry.get("username"), entry.get("password")
    encoded = entry.get("auth")
    if isinstance(encoded, str) and encoded:
        try:
            user, _, password = base64.b64decode(encoded).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    if isinstance(identity, str) and identity:
        return Credentials(str(user or ""), "", identity)
    if isinstance(user, str) and isinstance(password, str) and user:
        return Credentials(user, password.rstrip("\0"))
    return None


def _docker_knows_another(registry: str, written: Credentials) -> CredentialsError:
    return CredentialsError(
        tr("Docker’s own file signs in at {registry} as {user}, and that comes before what is kept "
           "here.", registry=registry, user=written.user or tr("a token")),
        tr("Run “docker logout {registry}” first, then sign in here.", registry=registry),
    )  # fmt: skip
