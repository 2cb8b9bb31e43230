"""Which lines of a folder's requirements are given to a resolver.

The rule: plain requirements (a name, extras, versions, markers), and of the options only indexes
at an https address, --pre and --prefer-binary. All else names files, runs code or switches
checks off, and is not given to pip on this machine: such a requirement stays unlocked, such an
option stands in the way.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from modeldesk.core.errors import LockFailed
from modeldesk.core.model_folder.model import Requirements
from modeldesk.core.model_folder.requirements import logical_lines
from modeldesk.core.recipes.lock import Unlocked
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_VERSION = r"(?:~=|===?|!=|<=|>=|<|>)\s*+[A-Za-z0-9._*+!-]++"
# Nothing is tried twice: the line may be anybody's, and blanks could else be parted in many ways.
_PLAIN = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
    r"\s*+(?:\[[A-Za-z0-9._,\s-]*+\])?"
    rf"\s*+(?:\(?\s*+{_VERSION}(?:\s*+,\s*+{_VERSION})*+\s*+\)?)?"
    r"\s*+(?:;\s*+[A-Za-z0-9_.'\"<>=!~()\s,+*-]++)?"
)
_INDEX = re.compile(r"(?P<option>-i|--index-url|--extra-index-url)(?:\s+|=|(?=https))(?P<url>\S+)")
_HARMLESS = ("--pre", "--prefer-binary")
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class LockInput:
    """What is asked for."""

    requirements: tuple[str, ...]
    options: tuple[str, ...]
    """Lines that stand before them. Their addresses may have passwords in them."""
    unlocked: tuple[Unlocked, ...]
    hides_password: bool = False


def lock_input(requirements: Requirements, read: Callable[[PurePosixPath], str]) -> LockInput:
    """The lines to lock; `read` gives the text of a list. Raises `LockFailed` where nothing can
    be locked, or an option stands in the way."""
    if requirements.needs_folder:
        raise LockFailed(
            tr("The folder itself is installed as a package, and only its build tells what it "
               "needs."),
            tr("List what it needs in a requirements.txt without -e and paths."),
        )  # fmt: skip
    options = _options(requirements, read)
    asked: list[str] = []
    unlocked: list[Unlocked] = []
    for package in requirements.packages[:_MOST_LINES]:
        if len(package) < 1_000 and _PLAIN.fullmatch(package):
            asked.append(package)
        else:
            unlocked.append(Unlocked(package, tr("It is an address or has options of its own.")))
    if not asked:
        raise LockFailed(tr("There is no requirement that could be locked."))
    passwords = any(without_password(line) != line for line in options)
    return LockInput(tuple(asked), options, tuple(unlocked), passwords)


def without_password(option: str) -> str:
    """The line of an index without the user and password in its address."""
    name, _, url = option.partition(" ")
    parts = urlsplit(url)
    return (
        f"{name} {parts._replace(netloc=parts.netloc.rpartition('@')[2]).geturl()}" if url else name
    )


def _options(requirements: Requirements, read: Callable[[PurePosixPath], str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for path in (requirements.path, *requirements.includes):
        if path.suffix not in (".txt", ".lock"):
            continue
        for line in logical_lines(read(path)):
            if line.startswith("-"):
                found.update(dict.fromkeys(_option(line, path)))
    return tuple(found)


def _option(line: str, path: PurePosixPath) -> Iterable[str]:
    """The line as it is given to pip; none for one that is followed already."""
    if line in _HARMLESS:
        return (line,)
    if re.match(r"-r|--requirement", line) or line == "--require-hashes":
        return ()
    if match := _INDEX.fullmatch(line):
        url = match["url"]
        if _is_web_address(url):
            option = "--index-url" if match["option"] == "-i" else match["option"]
            return (f"{option} {url}",)
    name = printable(re.split(r"[\s=]", line, maxsplit=1)[0])[:40]
    raise LockFailed(
        tr("{path} has the option {option}, which is not followed on this machine.",
           path=printable(str(path)), option=name),
        tr("Only indexes at https addresses, --pre and --prefer-binary are. Lock without the "
           "option, or by a tool of your own."),
    )  # fmt: skip


def _is_web_address(url: str) -> bool:
    """Without variables, which pip would fill in from this program's environment."""
    if "$" in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
