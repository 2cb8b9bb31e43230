"""A build, from what is asked for to what came out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from uuid import uuid4

from modeldesk.core.build.secret import Secret
from modeldesk.core.changes import Changes
from modeldesk.core.ids import BuildId, ImageId, ModelName
from modeldesk.core.references import Reference


class StepState(Enum):
    """Where a build step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One step as the builder names it. `id` stays the same over the step's life; `seconds` is
    how long it ran (so far); `bytes_total` is 0 where nothing is counted."""

    id: str
    name: str
    state: StepState
    cached: bool = False
    seconds: float = 0.0
    bytes_done: int = 0
    bytes_total: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class StepChanged:
    """A step is new or further on."""

    step: BuildStep


@dataclass(frozen=True, slots=True)
class StepLog:
    """A line a step printed; `step_id` is empty for the builder's own."""

    step_id: str
    text: str


BuildEvent = StepChanged | StepLog


@dataclass(frozen=True, slots=True)
class ContextProgress:
    """How much of the context has been sent."""

    sent_bytes: int
    total_bytes: int
    """What is to be sent, as far as it is known: an engine that keeps what it was sent before
    asks for the rest file by file."""
    bytes_per_second: float
    """Over the last seconds; 0.0 while it is not known."""


@dataclass(frozen=True, slots=True)
class EngineBuild:
    """What the engine is asked to build from a context. Arguments may hold passwords, so a text
    that is made of this has none of them."""

    dockerfile: str
    """Its path inside the context, with forward slashes."""
    tags: tuple[Reference, ...]
    """None: the image can be named afterwards."""
    labels: Mapping[str, str] = field(default_factory=dict)
    build_args: Mapping[str, str] = field(default_factory=dict, repr=False)
    no_cache: bool = False
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """By the ids that ``RUN --mount=type=secret`` names them by."""


def new_build() -> BuildId:
    """What no build is known by yet."""
    return BuildId(uuid4().hex)


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What a person asked to build. Frozen: what is shown is what is built."""

    folder: Path
    model: ModelName
    references: tuple[Reference, ...]
    """The version's reference first, then its further tags (commit, channel)."""
    dockerfile: str | None = None
    """Text of a proposed or edited Dockerfile; None uses the folder's own."""
    dockerignore: str | None = None
    """Text of a proposed .dockerignore; None uses the folder's own, if any."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Further files that are sent with the folder's, path → content; none of them may be in the
    folder."""
    labels: Mapping[str, str] = field(default_factory=dict)
    build_args: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those that look secret are hidden in what the build says, but stay in the image's history:
    `secrets` do not."""
    no_cache: bool = False
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """What ``RUN --mount=type=secret`` reads, by its id."""
    build: BuildId = field(default_factory=new_build)
    """What the record of this build is known by. A request is built once."""


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """What a finished build made."""

    image: ImageId
    references: tuple[Reference, ...]
    context_bytes: int
    seconds: float
    steps: tuple[BuildStep, ...]
    changes: Changes


class BuildState(Enum):
    """How a recorded build ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """The program ended in the middle."""


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """A build as the database keeps it."""

    id: BuildId
    model: ModelName
    folder: str
    references: tuple[Reference, ...]
    started: datetime
    state: BuildState
    seconds: float = 0.0
    context_bytes: int = 0
    image: ImageId | None = None
    steps: tuple[BuildStep, ...] = ()
    log: str = ""
    error: str = ""
