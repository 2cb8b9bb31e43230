"""What a watch found that is not as it should be: told when it appears, shown while it lasts, with
a click that helps."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from modeldesk.core.deployment_watch.model import Finding, Remedy
from modeldesk.core.deployment_watch.standing import News
from modeldesk.core.deployment_watch.words import remedy_text
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import DeploymentName
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.presentation import printable
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.core.deployment_watch.remedies import Done, Remedies
    from modeldesk.ui.tasks.handle import TaskHandle


class FindingsStore(QObject):
    """All that stands on the engine in use."""

    changed = Signal()
    """Something appeared or went, or is being helped."""

    def __init__(
        self,
        context: Context,
        remedies: "Callable[[], Remedies]",
        parent: QObject | None = None,
    ) -> None:
        """`remedies` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._remedies = remedies
        self._standing: tuple[Finding, ...] = ()
        self._tasks: dict[DeploymentName, TaskHandle[Done]] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The gravest first."""
        return tuple(sorted(self._standing, key=lambda one: not one.problem.grave))

    def of(self, deployment: DeploymentName | None) -> tuple[Finding, ...]:
        """Those of one deployment; with None all."""
        return tuple(one for one in self.findings if deployment in (None, one.deployment.name))

    def is_helped(self, finding: Finding) -> bool:
        """Whether something is being done for its deployment."""
        task = self._tasks.get(finding.deployment.name)
        return task is not None and task.active

    def take_news(self, news: News) -> None:
        """Show what stands now, and tell what appeared."""
        self._standing = news.standing
        self.changed.emit()
        for one in news.appeared:
            self._tell(one)

    def clear(self) -> None:
        """The engine went: nothing is known."""
        if self._standing:
            self._standing = ()
            self.changed.emit()

    def take(self, finding: Finding, remedy: Remedy) -> None:
        """Do what helps; Activity shows how it goes."""
        if self.is_helped(finding):
            return
        name = finding.deployment.name
        self._tasks[name] = self._context.tasks.submit(
            lambda job: self._remedies().take(self._context.require_engine(), finding, remedy, job),
            lane=serial(f"deployment {name}"),
            title=f"{name}: {remedy_text(finding, remedy)}",
            owner=self,
            on_result=self._done,
            on_error=self._failed,
            on_cancelled=self.changed.emit,
            retry=True,
            told=True,
            link=ReleasesLink(name),
        )
        self.changed.emit()

    def _done(self, done: "Done") -> None:
        self._context.hub.publish_changes(done.changes)
        self._context.say(printable(done.text), Tone.GOOD)
        self.changed.emit()

    def _failed(self, error: ModelDeskError) -> None:
        self._context.say(str(error), Tone.BAD)
        self.changed.emit()

    def _tell(self, finding: Finding) -> None:
        best = next(iter(finding.remedies), None)
        self._context.say(
            printable(finding.text),
            tone_of(finding),
            remedy_text(finding, best) if best else "",
            (lambda: self.take(finding, best)) if best else None,
            ReleasesLink(finding.deployment.name),
        )


def tone_of(finding: Finding) -> Tone:
    """How it is coloured."""
    return Tone.BAD if finding.problem.grave else Tone.WARNING
