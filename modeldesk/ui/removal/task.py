"""Carries out what the question was answered with, in the background, and says what came of it."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from modeldesk.core.errors import EngineUnavailable, ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.library.removing import RemovalOutcome, RemovalRun
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.links import Link
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.tokens import Tone

_REASONS = 3


class RemovalTask(QObject):
    """Removes on behalf of `owner`; what was removed until a cancel is counted and said too."""

    def __init__(self, context: Context, owner: QObject) -> None:
        super().__init__(owner)
        self._context = context

    def start(
        self,
        run: RemovalRun,
        link: Link | None = None,
        on_end: Callable[[RemovalRun], None] | None = None,
    ) -> None:
        """Begin. `on_end` is called once it ended, in whatever way."""

        def work(job: Job) -> None:
            engine = self._context.engine()
            if engine is None:
                raise EngineUnavailable(
                    tr("No engine answers, so nothing was removed."),
                    tr("Try again when the engine is back."),
                )
            run(engine, job)

        def end(error: ModelDeskError | None = None) -> None:
            self._context.hub.publish_changes(run.changes, self)
            self._say(run.outcome, error)
            if on_end is not None:
                on_end(run)

        def stopped() -> None:
            self._context.hub.publish_changes(run.changes, self)
            counted = outcome_text(run.outcome)
            self._context.say(tr("Stopped. {counted}", counted=counted))
            if on_end is not None:
                on_end(run)

        self._context.tasks.submit(
            work,
            lane=Lane.TRANSFER,
            title=_title(run),
            owner=self,
            on_result=lambda _: end(),
            on_error=end,
            on_cancelled=stopped,
            link=link,
        )

    def _say(self, outcome: RemovalOutcome, error: ModelDeskError | None) -> None:
        counted = outcome_text(outcome)
        if error is not None:
            done = f"{counted} " if outcome.removed else ""
            self._context.say(f"{done}{error}", Tone.BAD)
        elif outcome.failed and not outcome.removed and len(outcome.failed) == 1:
            self._context.say(str(outcome.failed[0].error), Tone.BAD)
        else:
            self._context.say(counted, Tone.WARNING if outcome.failed else Tone.GOOD)


def outcome_text(outcome: RemovalOutcome) -> str:
    """What was removed, what came back and what did not, as sentences."""
    count = len(outcome.removed)
    parts = []
    if count or outcome.failed or not outcome.cache_bytes:
        parts.append(trn("{count} version removed.", "{count} versions removed.", count))
    if outcome.failed:
        parts.append(trn("{count} was refused.", "{count} were refused.", len(outcome.failed)))
    if outcome.freed_bytes:
        parts.append(tr("{size} freed.", size=presentation.size(outcome.freed_bytes)))
    if outcome.kept_by_cache and not outcome.cache_bytes:
        kept = presentation.size(outcome.kept_by_cache)
        parts.append(tr("The build cache keeps {size} until it is emptied.", size=kept))
    return " ".join(parts)


def refusals_text(outcome: RemovalOutcome) -> str:
    """Why some were refused, one a line; empty when none was."""
    lines = [
        f"{presentation.printable(one.removal.version.name)}: {one.error}"
        for one in outcome.failed[:_REASONS]
    ]
    more = len(outcome.failed) - _REASONS
    if more > 0:
        lines.append(trn("and {count} more", "and {count} more", more))
    return "\n".join(lines)


def _title(run: RemovalRun) -> str:
    count = len(run.plan.removals)
    if not count:
        return tr("Empty the build cache")
    if count == 1:
        name = presentation.printable(run.plan.removals[0].version.name)
        return tr("Remove {name}", name=name)
    return trn("Remove {count} version", "Remove {count} versions", count)
