"""Trials: made, kept, and found again."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from modeldesk.core.changes import Changes
from modeldesk.core.errors import AlreadyRunning, RecordsError, SourceControlError
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.trial.leftovers import mark_of, remove_leftovers
from modeldesk.core.trial.measuring import Measuring
from modeldesk.core.trial.model import Trial, TrialOutcome, TrialRequest, TrialStep, TrialSummary
from modeldesk.core.trial.plan import plan_trial
from modeldesk.core.trial.ports import TrialRecords
from modeldesk.core.trial.tools import Tools
from modeldesk.core.versioning.ports import SourceControl
from modeldesk.core.words import tr

log = logging.getLogger(__name__)

_LOCK = "two recipes measured"
"""No version and no deployment can have this name."""


class TrialService:
    """Makes trials and keeps them. Safe to use from several threads."""

    def __init__(
        self,
        records: TrialRecords,
        source: SourceControl,
        locks: DeploymentLocks,
        tools: Tools,
        clock: Callable[[], datetime],
        serving_templates: Path,
        owner: str,
    ) -> None:
        """`serving_templates` is the folder that generated servers are made from. `owner` is a
        word for this account of this machine, by which what it left on an engine that others use
        too is known for its own."""
        self._records = records
        self._source = source
        self._locks = locks
        self._tools = tools
        self._clock = clock
        self._serving_templates = serving_templates
        self._owner = owner

    def run(
        self,
        engine: ImageEngine,
        request: TrialRequest,
        base_image: str,
        job: Job,
        on_step: Callable[[TrialStep], None],
    ) -> TrialOutcome:
        """Build and measure both recipes; it takes minutes. Whatever it raises, no image and no
        container of it stays; of one that ends well, the images stay if that was asked for. What
        the builder keeps in its cache stays as after any build.

        Raises `InvalidInput` where there is nothing to compare, `FolderError`, `BuildFailed`
        (which names the recipe), `DiskFull`, `ContainerFailed`, `EngineUnavailable`,
        `AlreadyRunning` while another trial runs on the engine, `Cancelled`.
        """
        plan = plan_trial(request, base_image, self._serving_templates, job.token)
        trial, started = uuid4().hex, self._clock()
        commit = self._commit(plan.folder.path, job.token)
        with self._alone(engine):
            mark = mark_of(self._owner, trial)
            measuring = Measuring(engine, plan, request, mark, self._tools, job, on_step)
            measured = measuring.run(started)
        result = replace(measured, id=trial, commit=commit)
        try:
            self._records.add_trial(result)
        except RecordsError as error:
            # What was measured is worth more than its record.
            log.warning("A comparison could not be recorded: %s", error)
        return TrialOutcome(result, Changes(every_image=True, every_container=True))

    def recent(self, limit: int = 100) -> tuple[TrialSummary, ...]:
        """The trials that were made last, newest first."""
        return self._records.recent_trials(limit)

    def trial(self, trial: str) -> Trial | None:
        """One of them; None when it is not on record."""
        return self._records.trial(trial)

    @contextmanager
    def _alone(self, engine: ImageEngine) -> Iterator[None]:
        """While inside, nobody else of this account measures on the engine, and what is left of
        trials goes before and after."""
        try:
            held = self._locks.hold(_LOCK, engine.identity().id)
            held.__enter__()
        except AlreadyRunning as error:
            raise AlreadyRunning(
                tr("Another comparison is being measured on this engine, and two at once would "
                   "disturb each other."),
                tr("Wait until it is done, or cancel it."),
            ) from error  # fmt: skip
        try:
            remove_leftovers(engine, self._owner)
            try:
                yield
            finally:
                remove_leftovers(engine, self._owner)
        finally:
            held.__exit__(None, None, None)

    def _commit(self, folder: Path, token: CancelToken) -> str:
        try:
            git = self._source.facts(folder, token)
        except SourceControlError as error:
            log.info("no commit is told of a comparison: %s", error)
            return ""
        return git.short_commit if git else ""
