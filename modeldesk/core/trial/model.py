"""A trial: what is asked for, how it goes, and what was measured. All times are in seconds."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from statistics import median

from modeldesk.core.build.model import StepState
from modeldesk.core.changes import Changes
from modeldesk.core.compare.model import Comparison
from modeldesk.core.ids import ModelName
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.references import Reference

RUNS = 7
"""Cold starts of each image, unless a person says otherwise."""
MOST_RUNS = 50


class Single(Enum):
    """Which single-stage recipe the proposed one is held against."""

    NAIVE = "naive"
    """As a first Dockerfile is written: build tools, everything copied at once, nothing cleaned,
    run as root. It is what published comparisons mean by single-stage."""
    PROPOSED = "proposed"
    """The one that is proposed here in one stage."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """A request that the model answers with a prediction."""

    path: str
    """Where it is posted to: ``/predict``."""
    body: bytes
    """JSON."""
    told_by: str
    """The file that it is from, for a person."""


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """What a person asked to measure."""

    folder: Path
    single: Single = Single.NAIVE
    runs: int = RUNS
    """From 1 to `MOST_RUNS`."""
    sample: SampleRequest | None = None
    """None: one that the folder itself holds, if there is one."""
    keep: bool = False
    """Whether both images stay, under names of their own."""


@dataclass(frozen=True, slots=True)
class TrialStep:
    """A part of the trial is new or further on. `id` stays the same over its life."""

    id: str
    text: str
    state: StepState
    seconds: float = 0.0
    note: str = ""
    """What came of it, in a few words."""


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start, counted from the call that creates the container."""

    healthy: float
    """Until the first healthy answer."""
    predicted: float | None = None
    """Until the first prediction; None where none was asked for, or none came."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of one of the two, beside what comparing the images tells."""

    stages: Stages
    naive: bool
    build: float
    """Without any cache; downloads are in it, the base image is not."""
    rebuild: float | None
    """After a change of the weights alone; None without weights."""
    starts: tuple[Start, ...]
    """In the order they were made, none left out; empty where they could not be measured."""
    kept_as: str = ""
    """The name of the image, where it stayed."""

    @property
    def healthy(self) -> float | None:
        """The median over all starts."""
        return median(start.healthy for start in self.starts) if self.starts else None

    @property
    def predicted(self) -> float | None:
        """The median over the starts after which a prediction came."""
        known = [start.predicted for start in self.starts if start.predicted is not None]
        return median(known) if known else None


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial that came to its end."""

    id: str
    started: datetime
    folder: str
    model: ModelName
    commit: str
    """Eight hexadecimal digits, with ``-dirty`` when the folder differs; empty without git."""
    base: Reference
    """The base image of both."""
    engine: str
    """``Docker Engine 28.5.2, BuildKit``."""
    comparison: Comparison
    """Of both images: `left` is the single-stage one. Lists of single files, layers and packages
    are left out of it."""
    left: Measures
    right: Measures
    sample: str = ""
    """What the predictions were asked with: the file's name; empty for none."""
    notes: tuple[str, ...] = ()
    """Sentences on what could not be measured."""


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """A trial, and what it changed on the engine."""

    trial: Trial
    changes: Changes


@dataclass(frozen=True, slots=True)
class TrialSummary:
    """A trial as a list tells of it."""

    id: str
    started: datetime
    folder: str
    model: ModelName
    commit: str
