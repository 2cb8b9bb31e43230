"""What lint finds. Places count characters of the text from 0, lines from 1."""

from dataclasses import dataclass, field
from enum import Enum

from modeldesk.core.model_folder.model import Severity


class Source(Enum):
    """Whose rule it is."""

    OWN = "modeldesk"
    HADOLINT = "hadolint"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a finding is: the lines it is about, and the characters to mark in them."""

    line: int
    last_line: int
    start: int
    end: int
    """As large as `start` where no character is to be marked."""
    column: int = 1
    """Of `start`, from 1."""


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` takes the place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends a finding, and nothing else."""

    title: str
    """What it does, as on a button."""
    edits: tuple[Edit, ...]
    """In their order; none overlaps another."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: what it is, why it matters, what to do."""

    rule: str
    severity: Severity
    span: Span
    what: str
    why: str = ""
    hint: str = ""
    fix: Fix | None = None
    same_as: tuple[str, ...] = ()
    """The rules of other programs that say the same."""
    source: Source = Source.OWN


@dataclass(frozen=True, slots=True)
class KeptOutBy:
    """What a line of a .dockerignore keeps out of the context."""

    line: int
    pattern: str
    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a .dockerignore makes of a folder."""

    kept_out: tuple[KeptOutBy, ...]
    """The largest first."""
    sent_files: int
    sent_bytes: int

    @property
    def kept_files(self) -> int:
        return sum(one.files for one in self.kept_out)

    @property
    def kept_bytes(self) -> int:
        return sum(one.size_bytes for one in self.kept_out)


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of a text, by line."""

    findings: tuple[Finding, ...] = ()
    cut: bool = False
    """Whether there are more than those."""
    notes: tuple[str, ...] = ()
    """Sentences about the check itself."""
    effect: Effect | None = field(default=None)
    """Of a .dockerignore whose folder is known."""


def apply(text: str, fix: Fix) -> str:
    """`text` with the fix in it."""
    for edit in sorted(fix.edits, key=lambda one: one.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
