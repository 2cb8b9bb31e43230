"""A Dockerfile as its rules look at it: what several of them ask is found once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from posixpath import join, normpath

from modeldesk.core.dockerfile.model import Dockerfile, Instruction
from modeldesk.core.dockerfile.stages import Stage, Stages, stages_of
from modeldesk.core.dockerfile.words import (
    Command,
    Word,
    arguments,
    commands,
    flag,
    split_words,
)
from modeldesk.core.lint.model import Span
from modeldesk.core.model_folder.listing import Listing

_LONGEST = 1024
_MOST_COPIES = 200
_ASKED_FOR = frozenset({"HOME", "PIP_CACHE_DIR", "PIP_NO_CACHE_DIR", "PYTHONUSERBASE"})


@dataclass(frozen=True, slots=True)
class Ran:
    """A RUN in its stage."""

    stage: Stage
    instruction: Instruction
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """A COPY or ADD in its stage."""

    stage: Stage
    instruction: Instruction
    origin: str
    """What ``--from`` names; empty for the build context."""
    sources: tuple[Word, ...]
    target: Word
    folder: str | None
    """The working directory; None while nothing has set it."""
    user: str
    """Who is set by then; empty for the base image's user."""

    path: str
    """Where it goes, as far as that is known."""


@dataclass(frozen=True, slots=True)
class State:
    """What holds at an instruction."""

    folder: str | None = None
    user: str = ""
    environment: frozenset[str] = frozenset()
    """Names of `_ASKED_FOR` that ENV and ARG have set."""


class Scene:
    """Made for one check, in one thread."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        around: Listing | None = None,
        ignore: str = "",
        *,
        whole: bool = True,
    ) -> None:
        """`ignore` is the text of the .dockerignore, where there is one. `dockerfile` may be the
        beginning of one that is not looked at as a `whole`."""
        self.dockerfile = dockerfile
        self.whole = whole
        self.around = around
        self.ignore = ignore
        self.stages: Stages = stages_of(dockerfile)
        self._states: list[dict[int, State]] = []
        self._ends: list[State] = []
        for stage in self.stages.all:
            self._follow(stage)

    @cached_property
    def runs(self) -> tuple[Ran, ...]:
        """Every RUN."""
        return tuple(
            Ran(stage, one, commands(one))
            for stage in self.stages.all
            for one in stage.instructions
            if one.word == "RUN"
        )

    @cached_property
    def copies(self) -> tuple[Copied, ...]:
        """Every COPY and ADD that says from where and whereto."""
        return tuple(
            copied
            for stage in self.stages.all
            for one in stage.instructions
            if one.word in ("COPY", "ADD")
            and (copied := _copied(stage, one, self.state(stage, one)))
        )

    def runs_of(self, stage: Stage) -> tuple[Ran, ...]:
        """Those of one stage."""
        return self._runs_by_stage.get(stage.number, ())

    def copies_of(self, stage: Stage) -> tuple[Copied, ...]:
        """Those of one stage, up to a number that no person writes."""
        return self._copies_by_stage.get(stage.number, ())[:_MOST_COPIES]

    @cached_property
    def _runs_by_stage(self) -> dict[int, tuple[Ran, ...]]:
        return {
            key: tuple(found) for key, found in groupby(self.runs, lambda one: one.stage.number)
        }

    @cached_property
    def _copies_by_stage(self) -> dict[int, tuple[Copied, ...]]:
        return {
            key: tuple(found) for key, found in groupby(self.copies, lambda one: one.stage.number)
        }

    @cached_property
    def final(self) -> frozenset[int]:
        """The numbers of the stages whose layers are in the image; none where its end is not
        looked at."""
        last = self.stages.last if self.whole else None
        return (
            frozenset(stage.number for stage in self.stages.lineage(last)) if last else frozenset()
        )

    def in_image(self, word: str) -> Iterator[Instruction]:
        """The `word` instructions that the image is made of, the last one first."""
        if self.stages.last is None:
            return
        for stage in self.stages.lineage(self.stages.last):
            yield from (one for one in reversed(stage.instructions) if one.word == word)

    def at_end(self, stage: Stage) -> State:
        """What holds when the stage ends."""
        return self._ends[stage.number]

    def state(self, stage: Stage, instruction: Instruction) -> State:
        """What holds when `instruction` begins."""
        return self._states[stage.number][instruction.line]

    def span(self, start: int, end: int) -> Span:
        """From one character of the file to another."""
        line = self.dockerfile.line_at(start)
        last = self.dockerfile.line_at(max(end - 1, start))
        return Span(line, max(line, last), start, end, self.dockerfile.column_at(start))

    def of_word(self, instruction: Instruction) -> Span:
        """The whole instruction, with its word marked."""
        start = instruction.start
        end = start + len(instruction.word)
        column = self.dockerfile.column_at(start)
        last = self.dockerfile.line_at(max(instruction.end - 1, start))
        return Span(instruction.line, last, start, end, column)

    def of_part(self, instruction: Instruction, word: Word) -> Span:
        """One word of an instruction."""
        joined = instruction.joined
        return self.span(joined.place(word.start), joined.end(word.end))

    def of_command(self, command: Command, first: int = 0, last: int = 0) -> Span:
        """The words of a command from number `first` to `last`."""
        end = command.source.end(command.words[max(first, last)].end)
        return self.span(command.source.place(command.words[first].start), end)

    def _follow(self, stage: Stage) -> None:
        state = self._ends[stage.parent] if stage.parent is not None else State()
        states: dict[int, State] = {}
        for one in stage.instructions:
            states[one.line] = state
            state = _after(state, one)
        self._states.append(states)
        self._ends.append(state)


def _after(state: State, one: Instruction) -> State:
    if one.word == "WORKDIR" and one.rest:
        folder = normpath(join(state.folder or "/", one.rest.strip("\"'")))
        return state if len(folder) > _LONGEST else replace(state, folder=folder)
    if one.word == "USER" and one.rest:
        return replace(state, user=one.rest.split()[0])
    if one.word in ("ENV", "ARG"):
        words = split_words(one)
        named = [word.text.partition("=")[0] for word in words if "=" in word.text]
        named = named or [word.text for word in words[:1]]
        return replace(state, environment=state.environment.union(_ASKED_FOR.intersection(named)))
    return state


def _copied(stage: Stage, one: Instruction, state: State) -> Copied | None:
    words = arguments(one)
    texts = {heredoc.name for heredoc in one.heredocs}
    sources = tuple(word for word in words[:-1] if word.text.lstrip("<-").strip("\"'") not in texts)
    if not sources:
        return None
    origin = flag(one, "from") or ""
    path = normpath(join(state.folder or "/", words[-1].text))
    return Copied(stage, one, origin, sources, words[-1], state.folder, state.user, path)
