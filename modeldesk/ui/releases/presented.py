"""What the releases page shows of a deployment: made by pure functions, drawn by widgets (no
Qt)."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from modeldesk.core.canary.model import Rollout, WindowNumbers
from modeldesk.core.ids import ImageId
from modeldesk.core.releases.model import VersionTarget
from modeldesk.ui.charts.lines import Line
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.step_track import TrackStep


@dataclass(frozen=True, slots=True)
class StepPassed:
    """A step that a canary has behind it: its place in the plan, when it ended, and how many
    requests the canary had in it."""

    step: int
    ended: datetime
    requests: int | None
    """None: not known."""


@dataclass(frozen=True, slots=True)
class RolloutFacts:
    """A rollout as its records tell of it."""

    rollout: Rollout
    passed: tuple[StepPassed, ...] = ()
    requests: int | None = None
    """Of the canary in the step it is at; None: not known."""
    windows: tuple[WindowNumbers, ...] = ()
    """What was measured, oldest first."""


class MomentKind(Enum):
    """What happened in a rollout."""

    SCHEDULED = "scheduled"
    STARTED = "started"
    MIRRORED = "mirrored"
    STEP = "step"
    PAUSED = "paused"
    RESUMED = "resumed"
    PROMOTED = "promoted"
    ABORTED = "aborted"


class By(Enum):
    """Who moved a rollout on."""

    PERSON = "person"
    SCHEDULE = "schedule"
    """A step that was passed led to the next."""
    AUTOMATIC = "automatic"
    """The numbers said so."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in a rollout. `share` is what the canary had from then on, in
    hundredths of a percent; `why` is the text with the numbers as it was said then."""

    id: str
    time: datetime
    kind: MomentKind
    share: int
    target: VersionTarget
    stable: VersionTarget
    by: By
    who: str = ""
    why: str = ""
    release: int = 0
    """The release it is about; 0 before there was one."""
    ongoing: bool = False
    """It is how things stand now."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line of the release history."""

    key: str
    time: datetime
    what: str
    detail: str
    """Digests, or the numbers that were the reason."""
    detail_whole: str
    """The same in full, for the tooltip."""
    who: str
    note: str = ""
    """Why, as a person or an error said it."""
    bad: bool = False
    ongoing: bool = False
    back: VersionTarget | None = None
    """What this row's button goes back to."""
    image: ImageId | None = None
    """What it put in service, for a comparison with what runs."""


class Standing(Enum):
    """How a deployment's traffic stands."""

    SINGLE = "single"
    """A container without a deployment."""
    PLAIN = "plain"
    """One version has all requests."""
    SCHEDULED = "scheduled"
    ROLLING = "rolling"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class StepsView:
    """The steps of a canary, and what is to be said of how it stands, where that is something."""

    steps: tuple[TrackStep, ...]
    sentence: str = ""
    reason: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class FiguresView:
    """The lines of the charts, stable's first, with the limit that holds over the whole time.
    Without `accuracy` there is no feedback."""

    latency: tuple[Line, ...] = ()
    latency_limit: float | None = None
    errors: tuple[Line, ...] = ()
    errors_limit: float | None = None
    accuracy: tuple[Line, ...] = ()
    accuracy_limit: float | None = None


@dataclass(frozen=True, slots=True)
class RuleView:
    """Automatic rollback in a chip and a sentence."""

    chip: ChipSpec
    sentence: str
    editable: bool = True


@dataclass(frozen=True, slots=True)
class CanaryView:
    """What the page shows of a rollout."""

    standing: Standing
    chips: tuple[ChipSpec, ...]
    line: str
    steps: StepsView
    figures: FiguresView
    rule: RuleView
