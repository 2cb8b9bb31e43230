"""Which environment variables hold secrets, judged by name."""

import re

_SECRET = re.compile(
    r"(pass(word|wd|phrase)?|secret|token|credential|api_?key|access_?key|private_?key|auth)(s|$|_)",
    re.IGNORECASE,
)


def looks_secret(name: str) -> bool:
    """Whether a variable of this name is taken for a secret: its value is then never stored."""
    return bool(_SECRET.search(name))
