"""How much a server takes."""

from dataclasses import dataclass

GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one server."""

    upload_bytes: int = 100 * GIGABYTE
    json_bytes: int = 1_000_000
    requests: int = 64
    """That are served at once; others are told to come again."""
    connections: int = 512
    headers_bytes: int = 16_384
    headers_s: float = 15.0
    """Until a request’s headers have come."""
    pause_s: float = 60.0
    """That nothing may come of a body, or be taken of an answer."""
    answer_s: float = 120.0
    """Until an answer begins, but for uploads."""
    grace_s: float = 30.0
    """That what is under way may take when the server is asked to end."""
