"""The words of metadata: keys, values, edits, and where each value is from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

Value = str | float
"""A text or a finite number; whole numbers may be ints."""


class Section(Enum):
    """What kind of thing a value tells of a version. The value is how a key begins."""

    METRIC = "metric"
    """A number that says how good it is."""
    PARAMETER = "param"
    """What it was trained with."""
    TRAINING = "training"
    """Of its training: the data set's version, how long it took."""
    TAG = "tag"
    """Anything else a person wants to say."""


@dataclass(frozen=True, slots=True)
class Key:
    """A value's name: ``metric.accuracy``, ``training.dataset``."""

    section: Section
    name: str

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.section.value}.{self.name}"

    def __str__(self) -> str:
        return self.text


DATASET = Key(Section.TRAINING, "dataset")
"""The version of the data it was trained on."""
TRAINING_TIME = Key(Section.TRAINING, "time")
"""How long the training took, in seconds."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change that a person made after the build."""

    time: datetime
    author: str
    reason: str
    set: Mapping[Key, Value] = field(default_factory=dict)
    unset: frozenset[Key] = frozenset()
    """Values that count no more, those of the labels too."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value, and what says so."""

    value: Value
    by: Edit | None
    """None: a label of the image."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """All that is known of one version."""

    values: Mapping[Key, Told] = field(default_factory=dict)
    """By key, sorted."""
    history: tuple[Edit, ...] = ()
    """Newest first."""
