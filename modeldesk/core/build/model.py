"""A build, from what is asked for to what came out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from modeldesk.core.build.secret import Secret, SecretSource
from modeldesk.core.changes import Changes
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import BuildId, ImageId, ModelName
from modeldesk.core.recipes.choice import RecipeChoice
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
    layer_bytes: int | None = None
    """Of the layer it made in the image; None where there is none, or it is not known."""


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


class Builder(Enum):
    """What builds."""

    AUTOMATIC = "automatic"
    """The engine, asked by its API: BuildKit where it has that, else the classic builder."""
    BUILDX = "buildx"
    """Docker's command of that name on this machine, with whatever builder it is set to."""


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
    builder: Builder = Builder.AUTOMATIC


class FileDigest(NamedTuple):
    """What is in a file, and what is another as soon as the file is."""

    stamp: str
    digest: str
    """SHA-256 in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What of a folder is what, as looking into it told."""

    framework: str = ""
    signature: str = ""
    """What the model says it takes and gives."""
    health_path: str = ""
    weights: frozenset[str] = frozenset()
    """Paths of files, and of folders that are weights as a whole."""
    dependencies: frozenset[str] = frozenset()
    """Paths of requirements, lock files and the like."""
    system_packages: tuple[str, ...] = ()


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
    choice: RecipeChoice | None = None
    """How the Dockerfile was proposed, edited or not; None for one that was not."""
    builder: Builder = Builder.AUTOMATIC
    revision: str = ""
    """The commit or tag that is built, in a clean checkout of it; empty: the folder as it is."""
    weights_from: str = ""
    """The artifact whose weights join the folder's files, by its digest; empty for none."""
    git_tag: str = ""
    """The annotated git tag that the commit is given once the image is there; empty for none."""
    git_message: str = ""
    """What that tag says."""
    version: str = ""
    """The version in full, where its tag can't hold all of it: ``1.2.0+cu121``."""
    nature: Nature = field(default_factory=Nature)
    build: BuildId = field(default_factory=new_build)
    """What the record of this build is known by. A request is built once."""
    channel_why: str = ""
    """The reason that is kept where a channel moves to it."""
    override: bool = False
    """Whether rules of channels are overruled, with that reason."""

    @property
    def reproducible(self) -> bool:
        """Whether the same folder is to make the same layers again: nothing of it is sent with
        its own time, and the image counts as created when its sources were."""
        return self.choice is not None and self.choice.reproducible


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """What a finished build made."""

    image: ImageId
    references: tuple[Reference, ...]
    context_bytes: int
    seconds: float
    steps: tuple[BuildStep, ...]
    changes: Changes
    commit: str = ""
    """What it was built from, with ``-dirty`` where that is not all; empty outside of git."""
    git_tag: str = ""
    """The git tag that was made."""
    git_problem: str = ""
    """Why no git tag was made though one was asked for."""
    refused: Mapping[Reference, ModelDeskError] = field(default_factory=dict)
    """Names that could not be given, while `references` were, and why."""
    moved: Mapping[Reference, str] = field(default_factory=dict)
    """The channels that named another image before → the version that it is."""
    notes: tuple[str, ...] = ()
    """Sentences about both."""


class BuildState(Enum):
    """How a recorded build ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """The program ended in the middle."""


@dataclass(frozen=True, slots=True)
class CacheUse:
    """What the cache spared a build."""

    cached: int = 0
    steps: int = 0
    """Of how many steps, base images not counted."""
    saved_seconds: float = 0.0
    """What the cached steps took when they last ran, as far as that is known."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a build was given, as it may be remembered: without a secret in it."""

    dockerfile: str = ""
    given_dockerfile: bool = False
    """Whether it was proposed or edited, and not the folder's own."""
    build_args: Mapping[str, str] = field(default_factory=dict)
    """Values that look secret are hidden."""
    secrets: Mapping[str, SecretSource] = field(default_factory=dict)
    no_cache: bool = False
    builder: Builder = Builder.AUTOMATIC
    base: str = ""
    """The base image as the Dockerfile names it."""
    base_digest: str = ""
    """The digest that its registry knows it by, or that is written; empty where none is known."""
    base_image: str = ""
    """The engine's id of a base image that no registry is known to have by that name."""
    revision: str = ""
    """The commit that was laid out for it; empty for the folder as it was."""
    choice: RecipeChoice | None = None
    """How the Dockerfile was proposed, without the digests of base images, which are in its text;
    None for one that was not proposed."""
    texts: Mapping[str, str] | None = None
    """Files that were sent beside the folder's, path → content; None where it is not known, in
    builds of an earlier program."""
    dockerignore: str | None = None
    """The .dockerignore that was sent; None for the folder's own, if any."""
    weights_from: str = ""
    """The artifact that weights were taken from, by its digest."""


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
    """Why it failed."""
    warnings: tuple[str, ...] = ()
    """Sentences, a line each: what went otherwise than asked though the image is there."""
    asked: Asked = field(default_factory=Asked)
    image_bytes: int | None = None
    """The image's size on the engine that built it; None without one."""
    cache: CacheUse | None = None
    """None where it was not counted, in builds of an earlier program."""
