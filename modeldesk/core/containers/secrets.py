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
_TOKEN = re.compile(
    r"""
    (?<![A-Za-z0-9])(?:
        gh[oprsu]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{16,}     # source hosts
        | hf_[A-Za-z0-9]{20,} | sk-(?:[a-z]+-)*[A-Za-z0-9_]{20,}               # model hubs
        | (?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9]) | AIza[\w-]{30,}               # clouds
        | xox[abeprs]-[A-Za-z0-9-]{10,} | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{40,}
        | eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}                               # JSON web tokens
    )
    | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----(?:(?!-----END).)*(?:-----END\ [A-Z\ ]*KEY-----)?
    """,
    re.VERBOSE | re.DOTALL,
)
"""What is a secret by its looks, whatever it is called."""
_SIGNATURE = re.compile(r"([?&](?:sig|X-Amz-Signature|X-Goog-Signature)=)[^\s&\"']+", re.IGNORECASE)
_BEARER = re.compile(r"(\bbearer\s+)(?=[\w.~+/=-]*\d)[\w.~+/=-]{8,}", re.IGNORECASE)
_WORDS = r"""(?:\s+|"\s*,?\s*")"""
_USER_AND_PASSWORD = re.compile(
    rf"""((?<![\w.-])(?:-u|--(?:proxy-)?user)(?:=|{_WORDS})["']?[^\s:"'/]+:)(?!\d+(?![^\s"']))"""
    r"""[^\s"']+"""
)
"""What curl and others sign in with. Two numbers are a user and a group."""
_SIGN_IN = re.compile(
    rf"""(\b(?:sshpass|(?:docker|podman|skopeo|buildah|helm|az)\b[^;&|]*?\blogin)\b"""
    rf"""[^;&|]*?{_WORDS}-p(?:{_WORDS})?["']?)[^\s"']+"""
)
_LOGIN = re.compile(
    rf"""(\b(?:wandb{_WORDS}login|netrc[^;&|]*password){_WORDS}["']?)(?!-)[^\s"';&|]{{6,}}"""
)
_COUNTED = re.compile(r"tokens$", re.IGNORECASE)
_AFTER = (
    _ADDRESS,
    _TOKEN_FOR_USER,
    _AUTHORIZATION,
    _SIGNATURE,
    _BEARER,
    _USER_AND_PASSWORD,
    _SIGN_IN,
    _LOGIN,
)
"""What follows the first group of these is hidden."""


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable of this name, or with this value (an address or a connection string
    with a password in it), is taken for a secret: its value is then never stored."""
    return bool(
        _NAME.search(name)
        or _VALUE.search(value)
        or _TOKEN.search(value)
        or _SIGNATURE.search(value)
        or _BEARER.search(value)
    )


def without_secrets(text: str) -> str:
    """A command, an instruction or a list of words, with `HIDDEN` for passwords of addresses,
    for what is given to names that speak of secrets (``--password=x``, ``--token x``,
    ``API_KEY=x``, ``"api_key": "x"``), for what a header or a command signs in with, and for
    tokens of kinds that are known."""
    text = _TOKEN.sub(HIDDEN, text)
    for pattern in _AFTER:
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
