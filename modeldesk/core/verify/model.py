"""What came of making an image again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.compare.config import ConfigDifference
from modeldesk.core.compare.layers import PairState
from modeldesk.core.ids import ImageId


class Cause(Enum):
    """Why a file, or a layer, is not what it was."""

    TIMES = "times"
    """The same content, written at another time."""
    HELD_TIMES = "held_times"
    """Files that hold a time, as compiled Python and /etc/shadow do, and are else the same."""
    ORDER = "order"
    """The same files, which the archive keeps in another order or another form."""
    PIP = "pip"
    """What pip notes of an installation."""
    SYSTEM = "system"
    """Logs and caches of package managers, and temporary files."""
    OWNER = "owner"
    """The same content, with another owner or other permissions."""
    CONTENT = "content"
    """Files that hold something else, or that only one has."""
    BASE = "base"
    """The base image is another one."""
    INSTRUCTION = "instruction"
    """The layer was made by another instruction, or only one has it."""


HARMLESS = frozenset({Cause.TIMES, Cause.HELD_TIMES, Cause.ORDER, Cause.PIP, Cause.SYSTEM})
"""Causes that change nothing of what the image does."""
MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Because:
    """How much a cause accounts for in a layer."""

    files: int
    """0 where it is not about single files."""
    examples: tuple[bytes, ...] = ()
    """The first paths, `MOST_EXAMPLES` at most."""


@dataclass(frozen=True, slots=True)
class VerifiedLayer:
    """A line of the alignment of both images' layers."""

    instruction: str
    state: PairState
    causes: Mapping[Cause, Because]
    """Nothing for a shared one; in the order of `Cause`."""


class Verdict(Enum):
    """What the second build says of the first."""

    IDENTICAL = "identical"
    """Every layer is the same, by its diff ID."""
    EQUIVALENT = "equivalent"
    """Layers differ by causes that change nothing of what the image does."""
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Verification:
    """Two images of one source, side by side. Nothing is kept of the second."""

    first: ImageId
    second: ImageId
    commit: str
    """What both were built from, as far as git knows; with ``-dirty`` as labels have it."""
    layers: tuple[VerifiedLayer, ...]
    """Base first."""
    config: tuple[ConfigDifference, ...]
    """Without what a build says of its time and its files."""

    @property
    def verdict(self) -> Verdict:
        causes = {cause for layer in self.layers for cause in layer.causes}
        if self.config or causes - HARMLESS:
            return Verdict.DIFFERENT
        return Verdict.EQUIVALENT if causes else Verdict.IDENTICAL

    @property
    def same_layers(self) -> int:
        """How many are the same by their diff ID."""
        return sum(layer.state is PairState.SHARED for layer in self.layers)
