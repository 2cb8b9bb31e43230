"""Who runs the program, here and at registries."""

import getpass
import hashlib
import platform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modeldesk.core.engine.model import SignIn


def find_sign_in(registry: str) -> "SignIn | None":
    """Who the person is at a registry, as docker or the keyring keeps it; None for nobody."""
    from modeldesk.adapters.oci_registry.credentials import find_credentials
    from modeldesk.core.engine.model import SignIn

    found = find_credentials(registry)
    if found is None:
        return None
    if found.identity_token:
        return SignIn("", found.identity_token)
    return SignIn(found.user, found.password)


def account() -> str:
    """A word for this account of this machine, which tells neither."""
    return hashlib.sha256(f"{system_user()}@{platform.node()}".encode()).hexdigest()[:8]


def system_user() -> str:
    """The name of who runs the program, as the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
