"""Which variables hold secrets, judged by name and value, and texts without theirs."""

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


HIDDEN = "••••••"
"""Stands for what is nobody's business."""

_ADDRESS = re.compile(r"(://[^\s/:@]*:)[^\s@\"]+(?=@)")
_TOKEN_FOR_USER = re.compile(r"(https?://)[^\s/:@\"']{20,}(?=@)")
"""No user has such a name; tokens of source hosts are given so."""
_QUOTED = r"""\\?"[^"]*"|'[^']*'"""
_SET = re.compile(
    rf"""(?<![\w.-])(?P<name>[\w.-]+)(?P<sign>\s*=\s*)(?P<value>{_QUOTED}|[^\s"';&|)]+)"""
)
_FLAG = re.compile(
    rf"""(?<![\w.-])(?P<name>--?[\w.-]+)(?P<sign>\s+|"\s*,?\s*")"""
    rf"""(?P<value>{_QUOTED}|[^\s"'-][^\s"]*)"""
)
_MEMBER = re.compile(r"""(?<![\w.-])(?P<name>[\w.-]+)(?P<sign>\\?"\s*:\s*\\?")(?P<value>[^"\\]+)""")
_AUTHORIZATION = re.compile(
    r"(authorization:\s*(?:(?:bearer|basic|token)\s+)?)[^\s\"']+", re.IGNORECASE
)
_HEADER = re.compile(
    r"""(?<=["'\s])(?P<name>(?!authorization:)[\w-]+)(?P<sign>:\s*)(?P<value>[^\s"':]+)(?=["'])""",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"tokens$", re.IGNORECASE)


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable of this name, or with this value (an address or a connection string
    with a password in it), is taken for a secret: its value is then never stored."""
    return bool(_NAME.search(name) or _VALUE.search(value))


def without_secrets(text: str) -> str:
    """A command, an instruction or a list of words, with `HIDDEN` for passwords of addresses,
    for what is given to names that speak of secrets (``--password=x``, ``--token x``,
    ``API_KEY=x``, ``"api_key": "x"``), and for what a header signs in with."""
    for pattern in (_ADDRESS, _TOKEN_FOR_USER, _AUTHORIZATION):
        text = pattern.sub(rf"\1{HIDDEN}", text)
    for pattern in (_SET, _FLAG, _MEMBER, _HEADER):
        text = pattern.sub(_hidden, text)
    return text


def shown_value(name: str, value: str) -> str:
    """The value of a variable or label, for a person: `HIDDEN` where it `looks_secret`."""
    return HIDDEN if looks_secret(name, value) else without_secrets(value)


def _hidden(found: re.Match[str]) -> str:
    name, sign, value = found["name"], found["sign"], found["value"]
    told = f"{name}={value}"
    if not looks_secret(name, told) or (_COUNTED.search(name) and value.isdigit()):
        return found[0]
    return f"{name}{sign}{HIDDEN}"
