"""A Dockerfile as its instructions: where each stands, and what it stands on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"#\s*([A-Za-z]+)\s*=\s*(.+?)\s*")
_HEREDOC = re.compile(r"<<(-?)\s*([\"']?)([A-Za-z_][A-Za-z0-9_]*)\2")
_STEP = re.compile(r"\[(?P<stage>[^\]]*?)(?P<number>\d+)/\d+\] (?P<text>.+)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, slots=True)
class Instruction:
    """`line` is its first (1-based); `word` is in capitals; `rest` is on one line."""

    line: int
    word: str
    rest: str


def instructions(text: str) -> tuple[Instruction, ...]:
    """Every instruction of a Dockerfile, well formed or not, in order."""
    return tuple(_read(text))


def line_of(text: str, step: str) -> int | None:
    """The line of the instruction that a builder calls `step` (``[2/5] RUN …``); None when it is
    not found, or found more than once."""
    match = _STEP.fullmatch(step)
    if match is None:
        return None
    found = instructions(text)
    number = int(match["number"]) - 1
    # The classic builder counts every instruction.
    if not match["stage"] and number < len(found) and _same(found[number], match["text"]):
        return found[number].line
    lines = [one.line for one in found if _same(one, match["text"])]
    return lines[0] if len(lines) == 1 else None


def base_image(text: str) -> str:
    """The image that the last stage stands on, as written; empty when it stands on none, or on
    one that only the builder knows."""
    stages: dict[str, str] = {}
    defaults: dict[str, str] = {}
    base = ""
    for one in instructions(text):
        if one.word == "ARG" and not base:
            name, _, value = one.rest.partition("=")
            defaults[name.strip()] = value.strip().strip("\"'")
        elif one.word == "FROM":
            words = [word for word in one.rest.split() if not word.startswith("--")]
            name = _filled(words[0], defaults) if words else ""
            base = stages.get(name.lower(), name)
            if len(words) == 3 and words[1].lower() == "as":
                stages[words[2].lower()] = base
    return "" if base == "scratch" or "$" in base else base


def _read(text: str) -> Iterator[Instruction]:
    escape = "\\"
    lines = enumerate(text.removeprefix("\ufeff").splitlines(), 1)
    first, collected, directives = 0, "", True
    for number, raw in lines:
        line = raw.strip()
        if directives and (match := _DIRECTIVE.fullmatch(line)):
            if match[1].lower() == "escape":
                escape = match[2]
            continue
        directives = False
        if not line or line.startswith("#"):
            continue
        first = first or number
        if line.endswith(escape):
            collected += f"{line.removesuffix(escape).rstrip()} "
            continue
        word, _, rest = (collected + line).partition(" ")
        if word.upper() in _WITH_HEREDOC:
            for dash, _, end in _HEREDOC.findall(rest):
                for _, inside in lines:
                    if (inside.lstrip("\t") if dash else inside) == end:
                        break
        yield Instruction(first, word.upper(), rest.strip())
        first, collected = 0, ""
    if collected:
        word, _, rest = collected.partition(" ")
        yield Instruction(first, word.upper(), rest.strip())


def _same(instruction: Instruction, step: str) -> bool:
    """Whether a builder would name the instruction so: it tidies blanks and may shorten."""
    ours = " ".join(f"{instruction.word} {instruction.rest}".split())
    theirs = " ".join(step.split())
    if theirs.endswith("..."):
        return ours.startswith(theirs.removesuffix("..."))
    return ours == theirs


def _filled(name: str, defaults: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return defaults.get(match[1] or match[3]) or match[2] or match[0]

    return _VARIABLE.sub(value, name)
