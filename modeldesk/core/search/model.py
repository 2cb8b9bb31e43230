"""The words of searching: what is asked, what is looked through, and what is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.metadata.model import Section, Value


class Field(Enum):
    """What every version has or could have. The value is how a query writes it."""

    MODEL = "model"
    VERSION = "version"
    CHANNEL = "channel"
    FRAMEWORK = "framework"
    WHERE = "where"
    DATASET = "dataset"
    COMMIT = "commit"
    REPOSITORY = "repository"
    DIGEST = "digest"
    SIZE = "size"
    COMPRESSED = "compressed"
    CREATED = "created"
    AGE = "age"
    TRAINING_TIME = "training_time"


class Kind(Enum):
    """What a field's values are, and so what it can be compared with."""

    TEXT = "text"
    SIZE = "size"
    DATE = "date"
    DURATION = "duration"


KINDS: Mapping[Field, Kind] = {
    **dict.fromkeys(Field, Kind.TEXT),
    Field.SIZE: Kind.SIZE,
    Field.COMPRESSED: Kind.SIZE,
    Field.CREATED: Kind.DATE,
    Field.AGE: Kind.DURATION,
    Field.TRAINING_TIME: Kind.DURATION,
}
NAMES = (
    Field.MODEL,
    Field.VERSION,
    Field.CHANNEL,
    Field.COMMIT,
    Field.REPOSITORY,
    Field.DIGEST,
)
"""Where words without an operator are looked for."""
SECTIONS = (Section.METRIC, Section.PARAMETER, Section.TAG)
"""What a bare name may be of; the first that a version has counts."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A metric, parameter or tag by its name. `section` None: the first of `SECTIONS` that a
    version has one of that name in."""

    section: Section | None
    name: str


class Operator(Enum):
    """How a value is compared. The value is its sign."""

    EQUAL = "="
    UNLIKE = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    HAS = "~"
    LACKS = "!~"

    @property
    def denies(self) -> bool:
        """Whether it is the opposite of another, and so is true of what has no value."""
        return self in (Operator.UNLIKE, Operator.LACKS)

    @property
    def orders(self) -> bool:
        """Whether it tells more from less."""
        return self.value[0] in "<>"


@dataclass(frozen=True, slots=True)
class Text:
    """Compared without regard to upper and lower case."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A figure in the field's own unit: bytes, seconds, or none."""

    value: float


@dataclass(frozen=True, slots=True)
class Span:
    """A date as it was written, and the time it covers: from `start` until just before `end`."""

    text: str
    start: datetime
    end: datetime


Literal = Text | Number | Span


@dataclass(frozen=True, slots=True)
class Everything:
    """True of every version: what an empty query asks."""


@dataclass(frozen=True, slots=True)
class Word:
    """Part of a name."""

    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field held against a value."""

    field: Field | Attribute
    operator: Operator
    value: Literal


@dataclass(frozen=True, slots=True)
class Not:
    """What `part` is not true of."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class And:
    """Two or more, none of which is an `And` itself."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Two or more, none of which is an `Or` itself."""

    parts: tuple["Query", ...]


Query = Everything | Word | Comparison | Not | And | Or


@dataclass(frozen=True, slots=True)
class Fact:
    """A metric, parameter or tag that a version has."""

    section: Section
    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Entry:
    """A version as it is looked through: one image of one model, wherever it is."""

    model: ModelName
    image: ImageId
    name: str
    """Of the version, as the library shows it."""
    reference: str
    """A name it can be asked for by."""
    local: bool
    repositories: tuple[str, ...]
    """Of registries that have it."""
    created: datetime
    versions: tuple[str, ...] = ()
    """Every tag that does not move, `name` among them."""
    channels: tuple[str, ...] = ()
    framework: str = ""
    dataset: str = ""
    commit: str = ""
    digests: tuple[str, ...] = ()
    size_bytes: int | None = None
    """On disk; None where it is not here."""
    compressed_bytes: int | None = None
    """In a registry; None where it is in none that was read."""
    training_s: float | None = None
    facts: tuple[Fact, ...] = ()
    """Sorted by section and name."""


@dataclass(frozen=True, slots=True)
class Order:
    """How answers are sorted. What has no such value comes last, either way; what is equal, by
    age, the newest first."""

    by: Field | Attribute = Field.CREATED
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found."""

    entries: tuple[Entry, ...]
    """The first of them."""
    total: int
    """How many there are in all."""


@dataclass(frozen=True, slots=True)
class Names:
    """What can be asked for, for suggestions: commonest first."""

    facts: tuple[tuple[Section, str], ...] = ()
    values: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    """Of the fields that have few."""
