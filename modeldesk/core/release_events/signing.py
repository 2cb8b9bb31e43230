"""Signatures as Standard Webhooks has them, by which a receiver knows who sent an event."""

import base64
import binascii
import hashlib
import hmac
import secrets

_PREFIX = "whsec_"
_BYTES = 32


def make_secret() -> str:
    """A new one, in the form that libraries for receivers read."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(identity: str, stamp: str, body: bytes, secret: str) -> str:
    """Of an event's id, the time it is sent at (whole seconds since the epoch) and its body."""
    signed = b".".join((identity.encode(), stamp.encode(), body))
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _key(secret: str) -> bytes:
    """What is not in the usual form is taken as it is."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
