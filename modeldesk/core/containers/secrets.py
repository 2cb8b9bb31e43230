"""Which environment variables hold secrets, judged by name and value."""

import re

_NAME = re.compile(
    r"""
    (
        pass(word|wd|phrase)? | (?<!^)(?<!^old)pwd      # PWD and OLDPWD are folders
        | secret | token | credential | auth
        | (api|access|private|secret)[_.-]?key | (^|[_.-])(?<!public.)key(?=\d*$)
        | (^|[_.-])dsn | conn(ection)?[_.-]?str(ing)?
    )
    s?\d*(?![a-z0-9])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VALUE = re.compile(r"://[^\s/:@]*:[^\s@]+@|\b(password|passwd|pwd)\s*=\s*\S", re.IGNORECASE)


def looks_secret(name: str, value: str = "") -> bool:
    """Whether a variable of this name, or with this value (an address or a connection string
    with a password in it), is taken for a secret: its value is then never stored."""
    return bool(_NAME.search(name) or _VALUE.search(value))
