"""Which variables hold secrets, judged by name and value, and texts without theirs."""

import re
from collections.abc import Iterator

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
_VALUE = re.compile(r"\b(password|passwd|pwd)\s*=\s*\S", re.IGNORECASE)


HIDDEN = "••••••"
"""Stands for what is nobody's business."""

# What may be long is bounded: a text may be another's, and as long as a history can be.
_USER = re.compile(r"://[^\s/:@]*+(?=:)")
"""Before the colon of an address with a password."""
_TOKEN_FOR_USER = re.compile(r"(https?://)[^\s/:@\"']{20,}(?=@)")
"""No user has such a name; tokens of source hosts are given so."""
_QUOTED = r"""\\?"[^"]*"|'[^']*'"""
_SET = re.compile(
    rf"""(?<![\w.-])(?P<name>[\w.-]+)(?P<sign>\s*=\s*)(?P<value>{_QUOTED}|[^\s"';&|)]+)"""
)
_FLAG = re.compile(
    rf"""(?<![\w.-])(?P<name>--?[\w.-]+)(?P<sign>\s+|"\s*+,?\s*+")"""
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
        | hf_[A-Za-z0-9]{20,} | sk-(?:[a-z]{1,20}-){0,4}[A-Za-z0-9_]{20,}               # model hubs
        | (?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9]) | AIza[\w-]{30,}               # clouds
        | mdt_[0-9a-f]{12}_[A-Za-z0-9_-]{43}                                   # our own server
        | xox[abeprs]-[A-Za-z0-9-]{10,} | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{40,}
        | eyJ[\w-]{8,4000}+\.eyJ[\w-]{8,4000}+\.[\w-]{8,}                     # JSON web tokens
    )
    | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----(?:(?!-----END).)*(?:-----END\ [A-Z\ ]*KEY-----)?
    """,
    re.VERBOSE | re.DOTALL,
)
"""What is a secret by its looks, whatever it is called."""
_SIGNATURE = re.compile(r"([?&](?:sig|X-Amz-Signature|X-Goog-Signature)=)[^\s&\"']+", re.IGNORECASE)
_BEARER = re.compile(r"(\bbearer\s+)(?=[\w.~+/=-]*\d)[\w.~+/=-]{8,}", re.IGNORECASE)
_WORDS = r"""(?:\s+|"\s*+,?\s*+")"""
_USER_AND_PASSWORD = re.compile(
    rf"""((?<![\w.-])(?:-u|--(?:proxy-)?user)(?:=|{_WORDS})["']?[^\s:"'/]{{1,200}}+:)(?!\d+(?![^\s"']))"""
    r"""[^\s"']+"""
)
"""What curl and others sign in with. Two numbers are a user and a group."""
_SIGN_IN = re.compile(
    rf"""(\b(?:sshpass|(?:docker|podman|skopeo|buildah|helm|az)\b[^;&|]{{0,100}}?\blogin)\b"""
    rf"""[^;&|]{{0,400}}?{_WORDS}-p(?:{_WORDS})?["']?)[^\s"']+"""
)
_LOGIN = re.compile(
    rf"""(\b(?:wandb{_WORDS}login|netrc[^;&|]{{0,400}}password){_WORDS}["']?)(?!-)[^\s"';&|]{{6,}}"""
)
_COUNTED = re.compile(r"tokens$", re.IGNORECASE)
_AFTER = (
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
        or any(begin is not None for _, begin in _before_signs(value, quoted=True))
        or _TOKEN.search(value)
        or _SIGNATURE.search(value)
        or _BEARER.search(value)
    )


def without_secrets(text: str) -> str:
    """A command, an instruction or a list of words, with `HIDDEN` for passwords of addresses,
    for what is given to names that speak of secrets (``--password=x``, ``--token x``,
    ``API_KEY=x``, ``"api_key": "x"``), for what a header or a command signs in with, and for
    tokens of kinds that are known."""
    text = _without_passwords(_TOKEN.sub(HIDDEN, text))
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


def _without_passwords(text: str) -> str:
    """Addresses without their passwords, in which no quote is."""
    hidden = [
        piece if begin is None else piece[:begin] + HIDDEN for piece, begin in _before_signs(text)
    ]
    return "@".join([*hidden, text.rpartition("@")[2]])


def _before_signs(text: str, *, quoted: bool = False) -> Iterator[tuple[str, int | None]]:
    """What stands before each ``@``, from the one before on, with the place where the password of
    an address begins in it; None for none. A quote is in a password only where it may be `quoted`.

    Every sign is looked at a few times only, however the text is made: a history can be long."""
    for piece in text.split("@")[:-1]:
        word = piece.rsplit(None, 1)[-1] if piece and not piece[-1].isspace() else ""
        first = 0 if quoted else word.rfind('"') + 1
        begins = (found.end() + 1 for found in _USER.finditer(word))
        begin = next((one for one in begins if first <= one < len(word)), None)
        yield piece, None if begin is None else len(piece) - len(word) + begin
