"""A line of a file of passwords, as registries and web servers read it (bcrypt)."""

import bcrypt

_ROUNDS = 4
"""The least: a registry computes it for each request, and what is hashed here was made at random
and can't be guessed however fast that is."""


def password_line(user: str, password: str) -> bytes:
    """Implements `modeldesk.core.own_registry.starting.HashPassword`, for passwords that were made
    at random."""
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(_ROUNDS, b"2a"))
    return user.encode() + b":" + hashed + b"\n"
