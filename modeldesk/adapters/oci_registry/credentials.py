"""Who a person is at a registry, as docker keeps it: its file, or its credential helpers."""

import base64
import binascii
import json
import logging
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modeldesk.core.references import DEFAULT_REGISTRY

logger = logging.getLogger(__name__)

_HUB_KEY = "https://index.docker.io/v1/"
_HELPER_SECONDS = 15
_TOKEN_USER = "<token>"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and its password, or a token that stands for both. Never shown or logged."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    identity_token: str = field(default="", repr=False)


def find_credentials(registry: str, config_folder: Path | None = None) -> Credentials | None:
    """What docker would sign in with at `registry`; None for nobody.

    A helper that fails, or a damaged file, counts as knowing nobody: the registry may serve
    everyone, and says so itself when it does not.
    """
    config = _read_config(config_folder or docker_folder())
    helpers = config.get("credHelpers")
    helper = helpers.get(registry) if isinstance(helpers, dict) else None
    helper = helper or config.get("credsStore")
    for key in _keys(registry):
        found = _from_helper(helper, key) if isinstance(helper, str) and helper else None
        found = found or _from_file(config.get("auths"), key)
        if found is not None:
            return found
    return None


def docker_folder() -> Path:
    """Where docker keeps its configuration."""
    chosen = os.environ.get("DOCKER_CONFIG")
    return Path(chosen) if chosen else Path.home() / ".docker"


def _keys(registry: str) -> tuple[str, ...]:
    if registry == DEFAULT_REGISTRY:
        return (_HUB_KEY, "index.docker.io", "docker.io", "registry-1.docker.io")
    return (registry, f"https://{registry}", f"http://{registry}", f"https://{registry}/v2/")


def _read_config(folder: Path) -> Mapping[str, object]:
    try:
        content = json.loads((folder / "config.json").read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.info("docker's configuration can't be read: %s", error)
        return {}
    return content if isinstance(content, dict) else {}


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


def _from_helper(name: str, key: str) -> Credentials | None:
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        return None
    try:
        done = subprocess.run(
            [f"docker-credential-{name}", "get"],
            input=key.encode(),
            capture_output=True,
            timeout=_HELPER_SECONDS,
            check=True,
        )
        answer = json.loads(done.stdout)
        user, secret = answer["Username"], answer["Secret"]
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError) as error:
        # The error's own text may hold what the helper printed.
        logger.info("credential helper %s has nothing for %s: %s", name, key, type(error).__name__)
        return None
    if not isinstance(user, str) or not isinstance(secret, str):
        return None
    if user == _TOKEN_USER:
        return Credentials("", "", secret)
    return Credentials(user, secret)
