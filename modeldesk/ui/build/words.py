"""A plan and a build in words (no Qt)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.build.model import BuildState, BuildStep, ContextProgress, StepState
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.steps import NUMBERED, done_of, in_order
from modeldesk.core.dockerfile.read import read
from modeldesk.core.model_folder.model import Requirements
from modeldesk.core.versioning.git_words import checkout_text
from modeldesk.core.versioning.names import Scheme
from modeldesk.core.versioning.proposals import ProposedVersion
from modeldesk.core.words import tr, trn
from modeldesk.ui.presentation import duration, printable, rate, size
from modeldesk.ui.theme.tokens import Tone

_LONG_S = 1.0
_WORTH_SAYING_S = 0.0005
"""Less is no time at all: the base image was there."""
_SENDING_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Outline:
    """The steps a person is shown, and how many of them there are and are done."""

    steps: tuple[BuildStep, ...]
    done: int
    total: int

    @property
    def current(self) -> int:
        """The number, from 1, of the step the build is at."""
        return min(self.done + 1, self.total) if self.total else 0


def outline(steps: Sequence[BuildStep], dockerfile: str) -> Outline:
    """The steps of the Dockerfile, those to come as far as they are known, and the builder's own
    work where it failed or took long."""
    shown = [step for step in in_order(steps, dockerfile) if _is_shown(step)]
    numbered = [match for step in steps if (match := NUMBERED.fullmatch(step.name))]
    known = {int(match["number"]) for match in numbered}
    done, total = done_of(shown)
    if {match["stage"] for match in numbered} == {""} and total > len(known):
        shown += _to_come(dockerfile, known, total)
    return Outline(tuple(shown), done, total)


def _is_shown(step: BuildStep) -> bool:
    if NUMBERED.fullmatch(step.name):
        return True
    long = step.seconds >= _LONG_S and step.state is not StepState.WAITING
    return step.state is StepState.FAILED or long


def _to_come(dockerfile: str, known: set[int], total: int) -> list[BuildStep]:
    """Steps that a builder which counts every instruction has not begun yet."""
    found = read(dockerfile).instructions
    if len(found) != total:
        return []
    return [
        BuildStep(
            f"to come {number}", f"[{number}/{total}] {one.word} {one.rest}", StepState.WAITING
        )
        for number, one in enumerate(found, 1)
        if number not in known
    ]


def step_name(name: str) -> str:
    """A builder's name for a step as a person reads it: ``final 2/4 COPY model.pkl /app/``."""
    match = NUMBERED.fullmatch(name)
    if match is None:
        return printable(name)
    stage, number, of = match["stage"], match["number"], match["of"]
    text = " ".join(match["text"].split())
    if text.startswith("FROM ") and " as " not in text.lower():
        image = text.removeprefix("FROM ").removeprefix("docker.io/library/").partition("@")[0]
        return printable(tr("base {image}", image=image))
    where = f"{stage} {number}/{of}" if stage else f"{number}/{of}"
    return printable(f"{where} {text}")


def step_result(step: BuildStep) -> str:
    """What a step took, at the right of its row."""
    if step.cached:
        return tr("cached")
    if step.state is StepState.RUNNING and step.bytes_total:
        return tr("{done} of {total}", done=size(step.bytes_done), total=size(step.bytes_total))
    # Builders tell the time of a step when it ends; until then, and where it was cut off, theirs
    # is that of its beginning.
    took = step.seconds if step.state in (StepState.DONE, StepState.FAILED) else 0.0
    return duration(took) if took and took >= _WORTH_SAYING_S else ""


def saved_text(step: BuildStep, earlier: Mapping[str, float]) -> str:
    """What the cache spared, where an earlier build of the model tells how long the step took."""
    took = earlier.get(step.name, 0.0)
    return tr("saved {time}", time=duration(took)) if step.cached and took >= _LONG_S else ""


def fraction(sent: ContextProgress | None, where: Outline) -> float | None:
    """How far a build is: first the bytes, then the steps. None while nothing is known."""
    if sent is None and not where.total:
        return None
    sending = sent.sent_bytes / sent.total_bytes if sent and sent.total_bytes else 0.0
    stepping = where.done / where.total if where.total else 0.0
    sending = 1.0 if stepping else min(sending, 1.0)
    return _SENDING_SHARE * sending + (1 - _SENDING_SHARE) * stepping


def headline(state: BuildState, where: Outline, seconds: float) -> str:
    """Where a build stands, in a few words."""
    place = tr("step {number} of {total}", number=where.current, total=where.total)
    match state:
        case BuildState.RUNNING:
            if not where.total:
                return tr("Sending the folder")
            return tr("Step {number} of {total}", number=where.current, total=where.total)
        case BuildState.SUCCEEDED:
            return trn("Built in {time}, {count} step", "Built in {time}, {count} steps",
                       where.total, time=duration(seconds))  # fmt: skip
        case BuildState.FAILED:
            return tr("Failed at {place}", place=place) if where.total else tr("Failed")
        case BuildState.CANCELLED:
            return tr("Cancelled at {place}", place=place) if where.total else tr("Cancelled")
        case BuildState.INTERRUPTED:
            return tr("Interrupted: the program ended")


def sent_text(sent: ContextProgress | None) -> str:
    """What of the context is on the engine, and how fast it gets there."""
    if sent is None:
        return ""
    text = tr("context sent {sent} of {total}", sent=size(sent.sent_bytes),
              total=size(sent.total_bytes))  # fmt: skip
    speed = rate(sent.bytes_per_second) if sent.bytes_per_second else ""
    return " · ".join(filter(None, (text, speed)))


STATE_TONES = {
    BuildState.RUNNING: Tone.ACCENT,
    BuildState.SUCCEEDED: Tone.GOOD,
    BuildState.FAILED: Tone.BAD,
    BuildState.CANCELLED: Tone.NEUTRAL,
    BuildState.INTERRUPTED: Tone.WARNING,
}


def state_text(state: BuildState) -> str:
    """How a build ended, in a word."""
    return {
        BuildState.RUNNING: tr("building"),
        BuildState.SUCCEEDED: tr("built"),
        BuildState.FAILED: tr("failed"),
        BuildState.CANCELLED: tr("cancelled"),
        BuildState.INTERRUPTED: tr("interrupted"),
    }[state]


def short_folder(folder: Path) -> str:
    """A folder's path, the home as ``~``."""
    try:
        return printable(str(Path("~") / folder.relative_to(Path.home())))
    except ValueError:
        return printable(str(folder))


def plan_line(plan: BuildPlan) -> str:
    """The folder in one line, under the page's title."""
    folder = plan.as_built
    weights = sum(one.size_bytes for one in folder.weights)
    parts = [
        short_folder(folder.path),
        _model_text(folder.framework, weights),
        _pinned_text(folder.requirements),
        git_text(plan),
    ]
    return " · ".join(filter(None, parts))


def git_text(plan: BuildPlan) -> str:
    """The checkout's state: ``git main @ 9f31c0a4, clean``; empty outside of git."""
    git = plan.git
    if git is None:
        return tr("git facts unknown") if plan.git_problem else ""
    if plan.revision:
        return tr("git, commit {commit}", commit=git.commit[:8])
    return f"git {checkout_text(git)}"


def also_note(versions: Mapping[Scheme, ProposedVersion], typed: str) -> str:
    """Where the second tag comes from, while it is the one that was proposed."""
    if not typed:
        return tr("optional")
    return tr("from git") if typed == versions[Scheme.COMMIT].tag else ""


def found_note(typed: str, found: str) -> str:
    """Where a text comes from, while it is the one that the folder holds."""
    if not typed:
        return tr("optional")
    return tr("from the folder") if typed == found else ""


def _model_text(framework: str, weights: int) -> str:
    if not framework:
        return size(weights) if weights else tr("no weights found")
    model = tr("{framework} model", framework=framework)
    return both(model, size(weights)) if weights else model


def _pinned_text(requirements: Requirements | None) -> str:
    if requirements is None:
        return ""
    if not requirements.packages and not requirements.needs_folder:
        return tr("no packages needed")
    return tr("requirements pinned") if requirements.pinned else tr("requirements not pinned")


def both(one: str, other: str) -> str:
    """Two words in one breath."""
    return tr("{one}, {other}", one=one, other=other)
