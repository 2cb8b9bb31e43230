"""Which minor version of Python 3 does for what a folder asks for."""

import re
from collections.abc import Iterable

_CLAUSE = re.compile(
    r"(?P<sign>>=|<=|==|!=|~=|>|<|=|)\s*3(?:\.(?P<minor>\d+|\*))?(?P<rest>[\w.*]*)"
)


def lowest_fitting(version: str, offered: Iterable[int], preferred: int | None) -> int | None:
    """The one of `offered` to take: `preferred` where it will do, else the lowest that does; None
    when there is none, or `version` can't be read."""
    clauses = [_CLAUSE.fullmatch(part.strip()) for part in version.split(",") if part.strip()]
    if not clauses:
        return preferred
    fitting = sorted(
        minor
        for minor in offered
        if all(match is not None and _fits(match, minor) for match in clauses)
    )
    if preferred in fitting:
        return preferred
    return fitting[0] if fitting else None


def _fits(clause: re.Match[str], minor: int) -> bool:
    """Whether some release of 3.`minor` satisfies the clause."""
    if clause["minor"] in (None, "*"):
        return clause["sign"] not in ("<", ">", "!=")
    named, patch = int(clause["minor"]), clause["rest"]
    match clause["sign"]:
        case ">=":
            return minor >= named
        case ">":
            return minor > named or (minor == named and bool(patch))
        case "<=":
            return minor <= named
        case "<":
            return minor < named or (minor == named and patch not in ("", ".0"))
        case "~=":
            return minor == named if patch else minor >= named
        case "!=":
            return minor != named or patch not in ("", ".*")
        case _:
            return minor == named
