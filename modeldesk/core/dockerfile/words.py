"""The words of an instruction, with their places: flags, lists in JSON, and shell commands."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from modeldesk.core.dockerfile.model import Instruction, Joined

_QUOTED = r""""(?:[^"\\]|\\.)*+"|'[^']*+'"""
_PLAIN = re.compile(rf"""(?:{_QUOTED}|\\.|[^\s"'\\]++|["'\\])++""", re.DOTALL)
_SHELL = re.compile(
    rf"""
    (?P<blank> [ \t\r]++ | \\\n )
    | (?P<comment> (?<![^\s;&|()]) \#[^\n]*+ )
    | (?P<redirect> \d*(?:&>>?|>>|>\||>&|<&|<<<|<<-?|>|<) )
    | (?P<operator> &&|\|\||;;|\|&|[;&|()\n] )
    | (?P<word> (?: {_QUOTED} | \\. | \$\([^()]{{0,2000}}\) | \$\{{[^{{}}]{{0,500}}\}} | `[^`]*+`
        | [^\s;&|()<>"'\\`\$\#]++ | (?<=[^\s;&|()])\# | [$"'`\\] )++ )
    | .
    """,
    re.DOTALL | re.VERBOSE,
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"')
_UNQUOTE = re.compile(r"""\\(.)|["']""", re.DOTALL)
_LEADING = frozenset(
    {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec", "sudo",
     "command", "env", "nice"}
)  # fmt: skip
"""What may stand before a command."""
_ASSIGNED = re.compile(r"[A-Za-z_]\w*\+?=")


class Word(NamedTuple):
    """A word as it is meant, and where it stands in the text it is of."""

    text: str
    start: int
    end: int
    quoted: bool = False
    """Whether it is a string of a JSON list."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a script: its name and arguments. `words` is never empty."""

    source: Joined
    words: tuple[Word, ...]
    before: str = ""
    """The operator before it; empty for the first."""

    @property
    def name(self) -> str:
        """The program, without its folder."""
        return self.words[0].text.rpartition("/")[2]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words)


def unquoted(text: str) -> str:
    """The word without quotes and escapes."""
    return _UNQUOTE.sub(lambda found: found[1] or "", text)


def split_words(instruction: Instruction) -> tuple[Word, ...]:
    """What follows the instruction's word, flags too, split at blanks outside of quotes."""
    text = instruction.joined.text
    return tuple(
        Word(unquoted(found[0]), found.start(), found.end())
        for found in _PLAIN.finditer(text, instruction.rest_at)
    )


def flags(instruction: Instruction) -> tuple[Word, ...]:
    """Those before everything else: ``--from=builder``."""
    found: list[Word] = []
    for match in _PLAIN.finditer(instruction.joined.text, instruction.rest_at):
        if not match[0].startswith("--"):
            break
        found.append(Word(unquoted(match[0]), match.start(), match.end()))
    return tuple(found)


def flag(instruction: Instruction, name: str) -> str | None:
    """The value of ``--name=value``; None where the flag is not given."""
    for word in flags(instruction):
        given, _, value = word.text.partition("=")
        if given == f"--{name}":
            return value
    return None


def arguments(instruction: Instruction) -> tuple[Word, ...]:
    """The words behind the flags: of the JSON list, where it is one."""
    listed = json_words(instruction)
    return listed if listed is not None else split_words(instruction)[len(flags(instruction)) :]


def behind_flags(instruction: Instruction) -> int:
    """Where in the joined text what follows the flags begins."""
    given = flags(instruction)
    at = given[-1].end if given else instruction.rest_at
    text = instruction.joined.text
    return len(text) - len(text[at:].lstrip())


def json_words(instruction: Instruction) -> tuple[Word, ...] | None:
    """The words of an instruction that is written as a list in JSON; None for any other."""
    at, text = behind_flags(instruction), instruction.joined.text
    if not text.startswith("[", at):
        return None
    try:
        listed = json.loads(text[at:])
    except (ValueError, RecursionError):
        return None
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        return None
    places = _STRING.finditer(text, at)
    return tuple(
        Word(word, found.start(), found.end(), quoted=True)
        for word, found in zip(listed, places, strict=False)
    )


def commands(instruction: Instruction) -> tuple[Command, ...]:
    """What a RUN runs, one after the other; also what stands in its here-document."""
    listed = json_words(instruction)
    if listed is not None:
        if len(listed) >= 3 and listed[1].text == "-c":
            return ()
        return (Command(instruction.joined, listed),) if listed else ()
    found = list(_split(instruction.joined, behind_flags(instruction)))
    if instruction.heredocs and not any(one.words for one in found):
        for heredoc in instruction.heredocs:
            found += _split(heredoc.body, 0)
    return tuple(one for one in found if one.words)


def _split(source: Joined, at: int) -> Iterator[Command]:
    words: list[Word] = []
    before = ""
    aside = False
    for found in _SHELL.finditer(source.text, at):
        if found["operator"]:
            yield Command(source, _bare(words), before)
            words, before, aside = [], found["operator"], False
        elif found["redirect"]:
            aside = True
        elif found["word"]:
            if not aside:
                words.append(Word(unquoted(found["word"]), found.start(), found.end()))
            aside = False
    yield Command(source, _bare(words), before)


def _bare(words: Sequence[Word]) -> tuple[Word, ...]:
    """Without what may stand before a command: assignments, ``then``, ``sudo``."""
    aside = takewhile(lambda word: word.text in _LEADING or _ASSIGNED.match(word.text), words)
    return tuple(words[sum(1 for _ in aside) :])
