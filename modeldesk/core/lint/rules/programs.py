"""What RUN instructions install, and by which program."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from modeldesk.core.dockerfile.words import Command, Word, flags
from modeldesk.core.lint.scene import Ran

_PIP = re.compile(r"pip(?:\d+(?:\.\d+)?)?")
_PYTHON = re.compile(r"(?:python|pypy)\d*(?:\.\d+)?")
_PIP_WITH_VALUE = frozenset(
    {
        "-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-t", "--target", "-i",
        "--index-url", "--extra-index-url", "-f", "--find-links", "--prefix", "--root", "--python",
        "--platform", "--timeout", "--retries", "--cache-dir", "--src", "--progress-bar",
        "--trusted-host", "--proxy", "--only-binary", "--no-binary", "--python-version",
        "--implementation", "--abi", "--upgrade-strategy", "--log", "--cert", "--client-cert",
        "--global-option", "--config-settings", "-C", "--report", "--root-user-action",
        "--exists-action", "--use-feature", "-w", "--wheel-dir", "-d", "--dest", "--group",
    }
)  # fmt: skip
_PIP_TARGETS = frozenset({"-t", "--target", "--prefix", "--root", "-w", "--wheel-dir"})
_APT_WITH_VALUE = frozenset({"-o", "--option", "-t", "--target-release", "-c", "--config-file"})


@dataclass(frozen=True, slots=True)
class Installing:
    """A command that installs."""

    command: Command
    at: int
    """The number of the word ``install``, or ``add``."""
    options: tuple[Word, ...]
    values: dict[str, list[str]]
    """What was given to the options that take something."""
    packages: tuple[Word, ...]

    def has(self, *names: str) -> bool:
        """Whether one of the options is given."""
        return any(word.text.partition("=")[0] in names for word in self.options)

    @property
    def targets(self) -> tuple[str, ...]:
        """Folders that it is told to install to."""
        return tuple(
            value for name, given in self.values.items() if name in _PIP_TARGETS for value in given
        )


def pip_installs(ran: Ran) -> Iterator[Installing]:
    """Every ``pip install``, ``pip wheel`` or ``pip download``, as ``python -m pip`` too."""
    for command in ran.commands:
        texts = command.texts
        first = 1
        if _PYTHON.fullmatch(command.name) and texts[1:3] == ("-m", "pip"):
            first = 3
        elif not _PIP.fullmatch(command.name):
            continue
        found = _installing(command, first, ("install", "wheel", "download"), _PIP_WITH_VALUE)
        if found is not None:
            yield found


def apt_commands(ran: Ran, verb: str) -> Iterator[Installing]:
    """Every ``apt-get`` (or ``apt``) command of the RUN with this verb."""
    for command in ran.commands:
        if command.name in ("apt-get", "apt", "aptitude"):
            found = _installing(command, 1, (verb,), _APT_WITH_VALUE)
            if found is not None:
                yield found


def apk_adds(ran: Ran) -> Iterator[Installing]:
    """Every ``apk add``."""
    for command in ran.commands:
        if command.name == "apk":
            values = frozenset({"-t", "--virtual", "-X", "--repository", "--cache-dir", "-p"})
            found = _installing(command, 1, ("add",), values)
            if found is not None:
                yield found


def cache_mounts(ran: Ran) -> tuple[str, ...]:
    """Where caches are mounted that stay out of the image."""
    found = []
    for word in flags(ran.instruction):
        if word.text.startswith("--mount="):
            parts = dict(
                part.partition("=")[::2] for part in word.text.removeprefix("--mount=").split(",")
            )
            if parts.get("type") in ("cache", "tmpfs"):
                found.append(
                    parts.get("target") or parts.get("dst") or parts.get("destination", "")
                )
    return tuple(found)


def has_letter(text: str, letter: str) -> bool:
    """Whether a word is one of short options (``-xR``) with this letter among them."""
    letters = text.removeprefix("-")
    return letter in letters and letters != text and letters.isascii() and letters.isalpha()


def _installing(
    command: Command, first: int, verbs: tuple[str, ...], with_value: frozenset[str]
) -> Installing | None:
    options: list[Word] = []
    packages: list[Word] = []
    values: dict[str, list[str]] = {}
    at = waiting = 0
    for number, word in enumerate(command.words[first:], first):
        if waiting:
            values.setdefault(command.words[waiting].text, []).append(word.text)
            waiting = 0
        elif word.text.startswith("-") and len(word.text) > 1:
            options.append(word)
            name, sign, value = word.text.partition("=")
            if sign:
                values.setdefault(name, []).append(value)
            elif name in with_value:
                waiting = number
        elif at:
            packages.append(word)
        elif word.text in verbs:
            at = number
        else:
            return None
    if not at:
        return None
    return Installing(command, at, tuple(options), values, tuple(packages))
