"""The heading of the releases page, from what is known of an entry (no Qt)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.canary.model import Phase
from modeldesk.core.containers.reach import out_of_reach
from modeldesk.core.releases.model import Deployment, Target, VersionTarget
from modeldesk.core.releases.names import proposed_name
from modeldesk.core.swarm.routing import has_gateway
from modeldesk.core.words import tr
from modeldesk.ui.presentation import age, short_digest
from modeldesk.ui.releases.canary_view import is_over, share_chips
from modeldesk.ui.releases.entries import RunningEntry, state_of
from modeldesk.ui.releases.heading import Act, HeadingView, WayBack
from modeldesk.ui.releases.presented import RolloutFacts, Standing
from modeldesk.ui.releases.words import button_version, split_text
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page knows of the entry it shows. `cancels` is what a release that this program
    makes now is about to bring: it can be cancelled."""

    entry: RunningEntry
    facts: RolloutFacts | None = None
    previous: VersionTarget | None = None
    cancels: bool = False
    output: bool = False
    host: str = ""
    """The machine the engine is on; empty for this one."""

    @property
    def rolling(self) -> bool:
        """Whether a canary is not over."""
        return self.facts is not None and not is_over(self.facts.rollout)


def heading_view(shown: Shown, now: datetime) -> HeadingView:
    """Name, shares, address, and what can be done now."""
    entry = shown.entry
    acts, more = _acts(shown)
    return HeadingView(
        title_of(entry),
        _chips(shown),
        _line(shown, now),
        acts,
        more,
        _resting(shown),
        frozenset({Act.OUTPUT}) if shown.output else frozenset(),
        way_back(shown) if entry.deployment is not None else None,
    )


def title_of(entry: RunningEntry) -> str:
    """``model · environment``; of a single container, the model and its own name."""
    second = entry.deployment.environment if entry.deployment is not None else entry.name
    return " · ".join(dict.fromkeys(filter(None, (entry.model or entry.name, second))))


def names_of(shown: Shown) -> tuple[str, str]:
    """What the version that serves and the one beside it are called, short enough for a choice."""
    if shown.facts is None:
        return shown.entry.version, ""
    rollout = shown.facts.rollout
    return button_version(rollout.stable), button_version(rollout.target)


def way_back(shown: Shown) -> WayBack:
    """The button that leads back: to stable from a canary, out of a release that is being made,
    else to the version before."""
    if shown.facts is not None and shown.rolling:
        stable = shown.facts.rollout.stable
        if standing_of(shown) is Standing.SCHEDULED:
            return WayBack(tr("Call canary off"), stable.reference)
        return WayBack(_back_text(stable), stable.reference)
    current = shown.entry.deployment.current if shown.entry.deployment else None
    if shown.cancels:
        if current is None:
            return WayBack(tr("Cancel"), tr("Nothing ran before; what was made is taken away."))
        text = tr("Cancel, stay on {version}", version=button_version(current))
        return WayBack(text, tr("The release under way is undone; callers notice nothing."))
    if shown.previous is None:
        return WayBack(
            tr("Roll back"),
            tr("No version ran before this one; the history has the others."),
            False,
        )
    if shown.entry.changing:
        told = tr("Another program changes this deployment now.")
        return WayBack(_back_text(shown.previous), told, enabled=False)
    return WayBack(_back_text(shown.previous), shown.previous.reference)


def _back_text(target: VersionTarget) -> str:
    return tr("Roll back to {version}", version=button_version(target))


def _chips(shown: Shown) -> tuple[ChipSpec, ...]:
    entry = shown.entry
    state, tone = state_of(entry)
    if shown.facts is not None and shown.rolling:
        chips = share_chips(shown.facts.rollout)
        well = tone in (Tone.GOOD, Tone.NEUTRAL) and entry.running
        paused = shown.facts.rollout.phase is Phase.PAUSED
        extra = (ChipSpec(tr("paused"), Tone.WARNING),) if paused else ()
        # The shares say that both run; what does not run is said.
        return (*chips, *extra) if well else (*chips, *extra, ChipSpec(state, tone))
    running = ChipSpec(state, tone, dot=entry.running)
    if not entry.version:
        return (running,)
    return ChipSpec(entry.version, Tone.ACCENT), running


def _line(shown: Shown, now: datetime) -> str:
    entry = shown.entry
    named = entry.deployment is not None and entry.name != _usual_name(entry.deployment)
    parts = [entry.name if named else "", entry.url]
    if entry.container is not None and entry.running:
        parts.append(out_of_reach(entry.ports, shown.host))
    if shown.facts is not None and shown.rolling:
        parts.append(tr("nginx gateway, {split}", split=split_text(shown.facts.rollout.plan)))
        parts.append(tr("a rollback moves traffic first: no request is dropped"))
    elif entry.deployment is not None and entry.deployment.current is not None:
        parts.append(short_digest(entry.deployment.current.digest))
        parts.append(_way_back_line(entry.deployment))
    elif entry.container is not None:
        when = age(entry.container.created, now)
        parts.append(tr("started {age}", age=when) if entry.running else tr("made {age}", age=when))
    return " · ".join(part for part in parts if part)


def can_have_canary(deployment: Deployment | None) -> bool:
    """Whether there is, or could be, a gateway that divides its requests."""
    if deployment is None:
        return False
    return deployment.settings.target is not Target.SWARM or has_gateway(deployment)


def _way_back_line(deployment: Deployment) -> str:
    if deployment.settings.target is Target.SWARM:
        return tr("a rollback replaces its tasks, some at a time")
    if deployment.behind_gateway:
        return tr("a rollback moves traffic once its target is well: no request is dropped")
    return tr("a rollback tries its target beside what runs, then switches")


def _usual_name(deployment: Deployment) -> str:
    return proposed_name(deployment.model, deployment.environment)


def standing_of(shown: Shown) -> Standing:
    """How the entry's traffic stands."""
    if shown.entry.deployment is None:
        return Standing.SINGLE
    if shown.facts is None or not shown.rolling:
        return Standing.PLAIN
    phase = shown.facts.rollout.phase
    if phase is Phase.SCHEDULED:
        return Standing.SCHEDULED
    return Standing.PAUSED if phase is Phase.PAUSED else Standing.ROLLING


def _acts(shown: Shown) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    """Buttons, and what is behind the last."""
    entry = shown.entry
    opened = (Act.OPEN,) if entry.url else ()
    toggled = (Act.STOP,) if entry.running else (Act.START,)
    report = (Act.EXPORT,) if shown.facts is not None else ()
    match standing_of(shown):
        case Standing.SINGLE:
            return (*opened, *toggled, Act.REMOVE), ()
        case Standing.PLAIN:
            if entry.deployment is not None and entry.on_swarm:
                # Its tasks are on any machine: what they print is not followed.
                canary = (Act.CANARY,) if can_have_canary(entry.deployment) else ()
                more = (Act.SETTINGS, *report, Act.REMOVE)
                return (*opened, *toggled, Act.DEPLOY, *canary), (Act.SCALE, *more)
            more = (Act.SETTINGS, Act.OUTPUT, *report, Act.REMOVE)
            return (*opened, *toggled, Act.DEPLOY, Act.CANARY), more
        case Standing.SCHEDULED:
            acts: tuple[Act, ...] = (Act.BEGIN, Act.PAUSE)
        case Standing.PAUSED:
            acts = (Act.RESUME, Act.SKIP, Act.PROMOTE)
        case Standing.ROLLING:
            acts = (Act.PAUSE, Act.SKIP, Act.PROMOTE)
    if not _next_step(shown):
        acts = tuple(act for act in acts if act is not Act.SKIP)
    output = () if entry.on_swarm else (Act.OUTPUT,)
    return acts, _more(opened, (Act.PLAN, Act.COMPARE, *output, *report))


def _more(*groups: Iterable[Act]) -> tuple[Act, ...]:
    return tuple(act for group in groups for act in group)


def _next_step(shown: Shown) -> bool:
    """Whether there is a step to skip to: from the last one, that is promoting."""
    if shown.facts is None:
        return False
    rollout = shown.facts.rollout
    return rollout.step + 1 < len(rollout.plan.steps)


def _resting(shown: Shown) -> frozenset[Act]:
    """What can't be done while something else is done."""
    entry = shown.entry
    resting = set()
    if entry.changing:
        resting |= {
            Act.SCALE,
            Act.DEPLOY,
            Act.CANARY,
            Act.SETTINGS,
            Act.SKIP,
            Act.PROMOTE,
            Act.PAUSE,
        }
        resting |= {Act.BEGIN, Act.RESUME, Act.PLAN, Act.REMOVE}
        if not entry.running:
            resting.add(Act.START)
    if entry.deployment is not None and entry.deployment.current is None:
        resting.add(Act.CANARY)
    if entry.on_swarm and not entry.running:
        # That would start it.
        resting |= {Act.SCALE, Act.CANARY}
    return frozenset(resting)
