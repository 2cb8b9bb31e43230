"""Reading a file that nobody vouches for: each step within bounds, or `BadHeader`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from modeldesk.core.words import tr, trn

_LARGEST_SIDE = 2**48
_MOST_SIDES = 32
_MOST_PARAMETERS = 2**63
_WORK_OF_A_STEP = 16


class BadHeader(ValueError):
    """The file is not what it claims to be. The text says why, for people."""


class Enough(Exception):
    """The allowance is used up."""


class Allowance:
    """How much of a folder is read at most, over all its files, in bytes or what takes as long."""

    def __init__(self, units: int) -> None:
        self.left = units

    def take(self, units: int) -> None:
        """Raises `Enough` when nothing is left."""
        self.left -= units
        if self.left < 0:
            raise Enough


@dataclass(frozen=True, slots=True)
class Header:
    """What one file says."""

    parameters: int | None = None
    precision: str = ""
    evidence: str = ""
    """What in the file tells its format, in its own words."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """``title``, ``architecture``, ``license`` … where the file names them."""
    needs: tuple[str, ...] = ()
    """Files that hold the data, relative to its folder."""
    format: str = ""
    """What it is, where the header tells better than the first bytes do."""


class Tally:
    """Parameters, by precision."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self.tensors = 0

    def add(self, precision: str, shape: Iterable[int]) -> int:
        """Count a tensor; its parameters. Raises `BadHeader` for a shape that no tensor has."""
        parameters = 1
        for number, side in enumerate(shape):
            if number >= _MOST_SIDES or not 0 <= side < _LARGEST_SIDE:
                raise BadHeader(tr("a tensor has an impossible shape"))
            parameters *= side
        if parameters + self._counts.total() >= _MOST_PARAMETERS:
            raise BadHeader(tr("a tensor has an impossible shape"))
        self._counts[precision] += parameters
        self.tensors += 1
        return parameters

    @property
    def words(self) -> str:
        """How many tensors there are."""
        return trn("{count} tensor", "{count} tensors", self.tensors)

    @property
    def parameters(self) -> int:
        """All of them."""
        return self._counts.total()

    @property
    def precision(self) -> str:
        """That of the most parameters; empty without any."""
        return next((name for name, _ in self._counts.most_common(1)), "")


class Source:
    """An open file with its size."""

    def __init__(self, file: BinaryIO, size: int, allowance: Allowance, begin: int = 0) -> None:
        """A file within another has its `size` bytes from `begin` on."""
        self.file = file
        self.size = size
        self.allowance = allowance
        self._begin = begin

    @property
    def at(self) -> int:
        """Where the next byte is read."""
        return self.file.tell() - self._begin

    def go_to(self, place: int) -> None:
        """Read from `place` on."""
        self.allowance.take(_WORK_OF_A_STEP)
        if not 0 <= place <= self.size:
            raise BadHeader(tr("it ends too early"))
        self.file.seek(self._begin + place)

    def skip(self, count: int) -> None:
        """Pass over `count` bytes."""
        self.go_to(self.at + count)

    def exactly(self, count: int) -> bytes:
        """The next `count` bytes."""
        self.allowance.take(count + _WORK_OF_A_STEP)
        content = self.file.read(count)
        if len(content) < count:
            raise BadHeader(tr("it ends too early"))
        return content

    def number(self, count: int) -> int:
        """The next `count` bytes as a little-endian number without a sign."""
        return int.from_bytes(self.exactly(count), "little")
