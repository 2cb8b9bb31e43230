"""The text of tokens: made, taken apart, and compared with what is kept.

``mdt_`` and the token's id, which finds it, then a secret of 256 random bits: nothing that could be
guessed, so a plain salted hash keeps it as well as a slow one, and costs a server nothing.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

_TOKEN = re.compile(r"mdt_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_SALT_BYTES = 16
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A token that was just made."""

    id: str
    text: str
    """What whoever uses it has to give; it is known nowhere else."""
    salt: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """A token as somebody gave it."""

    id: str
    secret: str


def make_secret() -> NewSecret:
    """A new one."""
    number, secret = secrets.token_hex(6), secrets.token_urlsafe(_SECRET_BYTES)
    salt = secrets.token_bytes(_SALT_BYTES)
    return NewSecret(number, f"mdt_{number}_{secret}", salt, hashed(secret, salt))


def read_given(text: str) -> Given | None:
    """None for what no token looks like."""
    found = _TOKEN.fullmatch(text)
    return Given(found[1], found[2]) if found else None


def hashed(secret: str, salt: bytes) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(salt + secret.encode("ascii")).digest()


def is_same(secret: str, salt: bytes, kept: bytes) -> bool:
    """Whether `kept` is of `secret`; how long it takes tells nothing."""
    return hmac.compare_digest(hashed(secret, salt), kept)
