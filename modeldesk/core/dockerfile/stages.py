"""The stages of a Dockerfile, and what each stands on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modeldesk.core.dockerfile.model import Dockerfile, Instruction
from modeldesk.core.dockerfile.words import split_words

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^{}]*))?\}|(\w+))")

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Stage:
    """A FROM and what follows it. Stages know those before them by number."""

    number: int
    name: str
    """In small letters; empty for none."""
    base: str
    """The image as written, variables filled in where a default is known."""
    parent: int | None
    """The earlier stage it stands on."""
    base_stage: int
    """The stage that an outside image begins, which it stands on; perhaps itself."""
    opening: Instruction
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Stages:
    """All stages in their order."""

    dockerfile: Dockerfile
    all: tuple[Stage, ...]
    numbers: Mapping[str, int]
    """Of those that have a name."""

    @property
    def last(self) -> Stage | None:
        """What becomes the image, unless another is asked for."""
        return self.all[-1] if self.all else None

    def find(self, name: str, before: Stage) -> Stage | None:
        """The stage that `before` means by a name or a number."""
        if name.isascii() and name.isdecimal() and len(name) < 6:
            return self.all[int(name)] if int(name) < before.number else None
        number = self.numbers.get(name.lower())
        return self.all[number] if number is not None and number < before.number else None

    def lineage(self, stage: Stage) -> Iterator[Stage]:
        """The stage, then those it stands on."""
        one: Stage | None = stage
        while one is not None:
            yield one
            one = self.all[one.parent] if one.parent is not None else None

    def root(self, stage: Stage) -> Stage:
        """The stage that an outside image begins, which `stage` stands on."""
        return self.all[stage.base_stage]


def stages_of(dockerfile: Dockerfile) -> Stages:
    """The stages of `dockerfile`; what stands before the first FROM is of none."""
    defaults: dict[str, str] = {}
    known: dict[str, int] = {}
    found: list[Stage] = []
    for opening, inside in _parted(dockerfile):
        if opening is None:
            defaults = _arguments(inside)
            continue
        base, name = _from(opening, defaults)
        parent = known.get(base.lower())
        root = found[parent].base_stage if parent is not None else len(found)
        stage = Stage(len(found), name, base, parent, root, opening, inside)
        found.append(stage)
        if name:
            known[name] = stage.number
    return Stages(dockerfile, tuple(found), known)


def _parted(
    dockerfile: Dockerfile,
) -> Iterator[tuple[Instruction | None, tuple[Instruction, ...]]]:
    opening: Instruction | None = None
    inside: list[Instruction] = []
    for one in dockerfile.instructions:
        if one.word == "FROM":
            yield opening, tuple(inside)
            opening, inside = one, []
        else:
            inside.append(one)
    yield opening, tuple(inside)


def _from(opening: Instruction, defaults: dict[str, str]) -> tuple[str, str]:
    words = [word.text for word in split_words(opening) if not word.text.startswith("--")]
    base = filled(words[0], defaults) if words else ""
    named = len(words) == 3 and words[1].lower() == "as"
    return base, words[2].lower() if named else ""


def _arguments(instructions: tuple[Instruction, ...]) -> dict[str, str]:
    """The values that ARGs before the first FROM give."""
    found: dict[str, str] = {}
    for one in instructions:
        if one.word == "ARG":
            for word in split_words(one):
                name, sign, value = word.text.partition("=")
                if sign:
                    found[name] = filled(value, found)
    return found


def filled(text: str, values: dict[str, str]) -> str:
    """`text` with its variables' values, or their own defaults; as it is where there is none."""

    def value(match: re.Match[str]) -> str:
        return values.get(match[1] or match[3]) or match[2] or match[0]

    # Values may be made of values that are made of values: somewhere it has to end.
    return _VARIABLE.sub(value, text)[:_LONGEST]
