"""A Dockerfile as its instructions. Lines count from 1, places in a text from 0."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Joined:
    """One text made of pieces of a file: a continued line, or a here-document."""

    text: str
    starts: tuple[int, ...]
    """Where in `text` each piece begins."""
    places: tuple[int, ...]
    """Where in the file each piece begins."""

    def place(self, at: int) -> int:
        """Where in the file the character `at` stands."""
        number = max(bisect_right(self.starts, at) - 1, 0)
        return self.places[number] + at - self.starts[number]

    def end(self, at: int) -> int:
        """Where in the file what stands before `at` ends: not on the next line."""
        return self.place(at - 1) + 1 if at else self.place(0)


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A text in the Dockerfile itself, such as a script behind ``RUN <<EOF``."""

    name: str
    body: Joined
    line: int
    """Its first line."""
    closed: bool = True
    """Whether its end was found."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, with all the lines it takes."""

    line: int
    last_line: int
    word: str
    """In capitals."""
    joined: Joined
    """All of it on one line, the word too."""
    rest_at: int
    """Where in `joined` what follows the word begins."""
    heredocs: tuple[Heredoc, ...] = ()

    @property
    def rest(self) -> str:
        """What follows the word, on one line."""
        return self.joined.text[self.rest_at :].rstrip()

    @property
    def start(self) -> int:
        """Where it begins in the file."""
        return self.joined.place(0)

    @property
    def end(self) -> int:
        """Where its last line ends in the file, here-documents left out."""
        return self.joined.end(len(self.joined.text.rstrip()))


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that is a comment."""

    line: int
    text: str
    """With its mark, without blanks around it."""


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A Dockerfile, well formed or not."""

    text: str
    line_starts: tuple[int, ...]
    """Where each line begins."""
    escape: str
    """What continues a line."""
    instructions: tuple[Instruction, ...]
    comments: tuple[Comment, ...]

    def line_at(self, place: int) -> int:
        """The line that the character at `place` stands on."""
        return max(bisect_right(self.line_starts, place), 1)

    def column_at(self, place: int) -> int:
        """Its column, from 1."""
        return place - self.line_starts[self.line_at(place) - 1] + 1
