"""Moves channels, here and in registries together, and remembers it."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.channels.carrying_out import carry_out, check_all
from modeldesk.core.channels.history import to_undo, unfinished
from modeldesk.core.channels.model import (
    Broken,
    ChannelStatus,
    Move,
    MovePlan,
    MoveState,
    Place,
    Step,
    StepState,
)
from modeldesk.core.channels.names import check_channel
from modeldesk.core.channels.planning import Planner, undoing
from modeldesk.core.channels.ports import ChannelRecords, TagEngine
from modeldesk.core.channels.remembering import Memory
from modeldesk.core.channels.rules import Judged, broken_by, broken_rules, broken_when_built
from modeldesk.core.channels.shared import History, SharedMoves, repositories_of
from modeldesk.core.channels.status import Looker
from modeldesk.core.channels.tags import Tags, registry_digest
from modeldesk.core.channels.words import already_text
from modeldesk.core.containers.told import check_told
from modeldesk.core.errors import (
    ChannelError,
    EngineUnavailable,
    InvalidInput,
    ModelDeskError,
    RecordsError,
    RuleBroken,
)
from modeldesk.core.ids import NO_ENGINE, EngineId, ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.model import LibrarySnapshot, Model, Version
from modeldesk.core.library.remote_versions import remote_repositories
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.versioning.channels import channel_of, channel_tag
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

_NO_LABELS: Mapping[str, str] = MappingProxyType({})
Rules = Callable[[], Mapping[str, ChannelRule]]


class ChannelService:
    """Safe to call from several threads. One channel is moved by one caller at a time, over all
    running programs of the account; what others do is met by comparing."""

    def __init__(
        self,
        records: ChannelRecords,
        registries: Callable[[], Registries],
        locks: DeploymentLocks,
        who: Callable[[], str],
        clock: Callable[[], datetime],
        rules: Rules,
        forgetful: RecordsError | None = None,
        shared: SharedMoves | None = None,
        repositories: Callable[[ModelName], Iterable[str]] = lambda _: (),
    ) -> None:
        """`registries` gives them as they are to be reached by now. `forgetful` says why `records`
        are gone when the program ends: then nothing is moved, since it would be forgotten.
        `shared` is what registries tell of moves, and are told; None where `records` are a
        registry's own. `repositories` are those where a model lies, with their registries."""
        self._memory = Memory(records, shared, repositories)
        self._registries = registries
        self._locks = locks
        self._who = who
        self._clock = clock
        self._rules = rules
        self._forgetful = forgetful

    def plan(
        self,
        engine: ImageEngine,
        snapshot: LibrarySnapshot,
        version: Version,
        channel: str,
        token: CancelToken,
        *,
        here_only: bool = False,
    ) -> MovePlan:
        """What giving `channel` to `version` would do, with what its rules say. Asks the
        registries, unless `here_only`. Raises `InvalidInput` for no channel, `ChannelError`,
        `EngineError`, `RecordsError`, `Cancelled`."""
        check_channel(channel)
        planner = Planner(engine, self._registries(), snapshot, token, here_only)
        plan = planner.put_on(version, channel)
        rule = self._rule(channel)
        places = () if here_only else (step.reference for step in plan.steps)
        moves = self._memory.moves(version.key.model, "", places).moves
        broken = broken_rules(version, rule, moves)
        return replace(plan, broken=broken)

    def plan_off(
        self,
        engine: ImageEngine,
        snapshot: LibrarySnapshot,
        version: Version,
        channel: str,
        token: CancelToken,
        *,
        here_only: bool = False,
    ) -> MovePlan:
        """What taking `channel` off `version` would do. Raises as `plan`."""
        check_channel(channel)
        planner = Planner(engine, self._registries(), snapshot, token, here_only)
        return planner.take_off(version, channel)

    def plan_undo(self, engine: ImageEngine, model: ModelName, channel: str) -> MovePlan:
        """What taking back the last move of `channel` on this engine would do, or of whoever moved
        it in a registry since. No rule is asked: it leads to what was before. Raises
        `ChannelError` when there is nothing to take back."""
        here = engine.identity().id
        found = to_undo(self.history(model, channel).moves, here)
        if found is None:
            raise ChannelError(
                tr(
                    "No move of {channel} of {model} on this engine can be undone.",
                    channel=channel,
                    model=model,
                ),
                tr("Only moves that ModelDesk made are in the history."),
            )
        return undoing(found)

    def plan_in_registry(
        self,
        repository: Reference,
        version: Judged,
        digest: str,
        channel: str,
        name_of: Callable[[str], str],
        token: CancelToken,
    ) -> MovePlan:
        """What giving `channel` to a version of a registry's repository would do there; no engine
        is asked, or moved along. `digest` is the version's, `name_of` tells the version with
        another. Carried out with `NoEngine`. Raises `InvalidInput` for no channel, as
        `Registry`, `RecordsError`, `Cancelled`."""
        check_channel(channel)
        tag = channel_tag(channel, version.name)
        reference = Reference(repository.registry, repository.repository, tag)
        before = registry_digest(self._registries(), reference, token)
        model = ModelName(repository.repository)
        step = Step(Place.REGISTRY, reference, before, digest)
        rule = self._rule(channel)
        return MovePlan(
            model,
            channel,
            name_of(before) if before else "",
            version.name,
            (step,),
            broken_by(version, rule, self._memory.moves(model, "", (repository,)).moves),
        )

    def move(
        self, engine: TagEngine, plan: MovePlan, why: str, job: Job, *, override: bool = False
    ) -> Move:
        """Carry out `plan`, both in the registry and here, or neither.

        Raises `InvalidInput` for a reason that seems to hold a secret, `ChannelMoved` where a tag
        is not as it was seen, `RuleBroken` unless `override`
        (which needs a reason: `InvalidInput`), `AlreadyRunning`, `RecordsError`, and what engine
        and registries raise, after everything was taken back; `ChannelError` where that failed:
        the move is then half-done.
        """
        self._check_memory()
        why = check_told(why)
        if plan.problems:
            raise plan.problems[0]
        if not plan.alters:
            raise ChannelError(already_text(plan))
        self._check_rules(plan.after, plan.channel, plan.broken, why, override=override)
        here = engine.identity().id
        tags = Tags(engine, self._registries())
        with self._held(plan.steps):
            check_all(plan.steps, tags, job.token)
            move = Move(
                0,
                plan.model,
                plan.channel,
                here,
                plan.before,
                plan.after,
                plan.steps,
                self._clock(),
                self._who(),
                why,
                MoveState.RUNNING,
                tuple(one.requirement.value for one in plan.broken),
                plan.undoes,
            )
            move = replace(move, id=self._memory.records.add_move(move))
            return self._carried_out(move, tags, job, take_back=True)

    def finish(self, engine: ImageEngine, move: Move, job: Job) -> Move:
        """Take the steps that an unfinished move has left. Raises as `move`; what was taken
        stays."""
        self._check_memory()
        self._check_here(engine.identity().id, move)
        with self._held(move.steps):
            current = self._unfinished(move)
            tags = Tags(engine, self._registries())
            return self._carried_out(current, tags, job, take_back=False)

    def note_built(
        self,
        engine: ImageEngine,
        model: ModelName,
        version: str,
        image: ImageId,
        moved: Mapping[Reference, tuple[ImageId | None, str]],
        labels: Mapping[str, str] = _NO_LABELS,
        why: str = "",
    ) -> None:
        """See `modeldesk.core.build.ports.ChannelNotes`."""
        if self._forgetful is not None:
            return
        for reference, (had, before) in moved.items():
            step = Step(Place.ENGINE, reference, had or "", image, StepState.DONE)
            if had == image:
                continue
            channel = channel_of(reference.tag) or reference.tag
            broken = broken_when_built(version, labels, self._rule(channel))
            try:
                move = Move(
                    0,
                    model,
                    channel,
                    engine.identity().id,
                    before,
                    version,
                    (step,),
                    self._clock(),
                    self._who(),
                    why.strip() or tr("given by its build"),
                    MoveState.DONE,
                    tuple(one.requirement.value for one in broken),
                )
                self._memory.records.add_move(move)
            except (RecordsError, EngineUnavailable) as error:
                logger.info("a channel that a build moved is not kept: %s", error)

    def check_built(
        self,
        version: str,
        labels: Mapping[str, str],
        channels: Collection[str],
        why: str,
        *,
        override: bool,
    ) -> None:
        """See `modeldesk.core.build.ports.ChannelNotes`."""
        check_told(why)
        for tag in channels:
            channel = channel_of(tag) or tag
            broken = broken_when_built(version, labels, self._rule(channel))
            self._check_rules(version, channel, broken, why, override=override)

    def history(self, model: ModelName, channel: str = "") -> History:
        """Every move of a model's channels, newest first: those made here, and those that its
        registries tell, whoever made them. A registry that does not answer is said, not raised.
        Raises `RecordsError`."""
        return self._memory.moves(model, channel)

    def status(
        self, engine: ImageEngine, model: Model, token: CancelToken
    ) -> tuple[ChannelStatus, ...]:
        """Where every channel of `model` is, here and in its registries. A registry that does not
        answer is said, not raised."""
        moves = self._memory.moves(
            model.name, "", map(Reference.parse, remote_repositories(model))
        ).moves
        looker = Looker(self._registries(), moves, engine.identity().id)
        return looker.look(model, token)

    def _rule(self, channel: str) -> ChannelRule:
        return self._rules().get(channel, ChannelRule())

    def _check_rules(
        self,
        version: str,
        channel: str,
        broken: Collection[Broken],
        why: str,
        *,
        override: bool,
    ) -> None:
        if not broken:
            return
        if not override:
            raise RuleBroken(
                tr(
                    "{version} does not meet the rules of {channel}: {reasons}",
                    version=version,
                    channel=channel,
                    reasons=" ".join(one.why for one in broken),
                ),
                tr(
                    "Make that good, or overrule it with a reason, which is kept: on the command "
                    "line by --override and --why."
                ),
            )
        if not why.strip():
            raise InvalidInput(
                tr("A rule of {channel} is overruled with a reason only.", channel=channel),
                tr("Say why; it is kept in the history."),
            )

    def _check_memory(self) -> None:
        if self._forgetful is not None:
            raise self._forgetful

    def _check_here(self, engine: EngineId, move: Move) -> None:
        if move.engine not in (engine, NO_ENGINE):
            raise ChannelError(
                tr("{channel} was moved on another engine.", channel=move.channel),
                tr("Choose that engine first."),
            )

    def _unfinished(self, move: Move) -> Move:
        """As it is recorded now, by whoever held it."""
        for one in unfinished(
            self._memory.moves(move.model, move.channel, repositories_of(move)).moves
        ):
            if one.id == move.id:
                return one
        raise ChannelError(
            tr("That move of {channel} has come to an end meanwhile.", channel=move.channel)
        )

    def _carried_out(self, move: Move, tags: Tags, job: Job, *, take_back: bool) -> Move:
        """As `carry_out`; others hear of it however it ended."""
        last = move

        def keep(now: Move) -> None:
            nonlocal last
            last = now
            self._memory.records.save_move(now)

        try:
            done = carry_out(move, tags, keep, job, take_back=take_back)
        except ModelDeskError:
            self._memory.tell(last, job)
            raise
        self._memory.close_undone(done, job)
        self._memory.tell(done, job)
        return done

    @contextmanager
    def _held(self, steps: tuple[Step, ...]) -> Iterator[None]:
        # Where an engine is moved along, its tags stand for those of registries.
        here = [step for step in steps if step.place is Place.ENGINE]
        names = {str(step.reference) for step in here or steps}
        with ExitStack() as stack:
            for name in sorted(names):
                stack.enter_context(self._locks.hold(name))
            yield
