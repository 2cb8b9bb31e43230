"""Carries out moves of channels: work that outlives the dialog that asked for it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from modeldesk.core.channels.model import Move, MovePlan
from modeldesk.core.channels.service import ChannelService
from modeldesk.core.channels.words import moved_text
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.theme.tokens import Tone

_LANE = serial("tags")
"""As for other tags: one edit after the other."""
Work = Callable[[ChannelService, Job], Move]


class ChannelMoves(QObject):
    """One method per intent. Each is a task; its end is said, with Undo where it succeeded."""

    ended = Signal(object)
    """The `ModelName` of which a move ended, however it did."""

    def __init__(
        self, context: Context, channels: Callable[[], ChannelService], parent: QObject
    ) -> None:
        """`channels` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._channels = channels

    @property
    def channels(self) -> Callable[[], ChannelService]:
        """What makes the service, to be called in worker threads."""
        return self._channels

    def move(self, plan: MovePlan, why: str, *, override: bool) -> None:
        """Carry out what was confirmed."""

        def work(service: ChannelService, job: Job) -> Move:
            engine = self._context.require_engine()
            return service.move(engine, plan, why, job, override=override)

        self._submit(work, plan.model, _title(plan), undo=True)

    def undo(self, model: ModelName, channel: str) -> None:
        """Take back the last move of a channel."""

        def work(service: ChannelService, job: Job) -> Move:
            engine = self._context.require_engine()
            return service.move(engine, service.plan_undo(engine, model, channel), "", job)

        self._submit(work, model, tr("Undo a move of {channel}", channel=channel), undo=False)

    def finish(self, move: Move) -> None:
        """Take the steps that a half-done move has left."""
        self._submit(
            lambda service, job: service.finish(self._context.require_engine(), move, job),
            move.model,
            tr("Finish a move of {channel}", channel=move.channel),
            undo=True,
        )

    def _submit(self, work: Work, model: ModelName, title: str, *, undo: bool) -> None:
        def done(move: Move) -> None:
            self._context.hub.publish_changes(move.changes, self)
            said = presentation.printable(moved_text(move))
            if undo:
                self._context.say(
                    said, Tone.GOOD, tr("Undo"), lambda: self.undo(model, move.channel)
                )
            else:
                self._context.say(said, Tone.GOOD)
            self.ended.emit(model)

        def failed(error: ModelDeskError) -> None:
            self._context.say(str(error), Tone.BAD)
            self.ended.emit(model)

        self._context.tasks.submit(
            lambda job: work(self._channels(), job),
            lane=_LANE,
            title=title,
            owner=self,
            on_result=done,
            on_error=failed,
            on_cancelled=lambda: self.ended.emit(model),
            told=True,
        )


def _title(plan: MovePlan) -> str:
    if not plan.after:
        return tr("Take {channel} off {version}", channel=plan.channel, version=plan.before)
    return tr("Move {channel} to {version}", channel=plan.channel, version=plan.after)
