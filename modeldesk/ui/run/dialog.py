"""The dialog that runs a version. It never blocks the window: it asks, shows how the start goes,
and either leaves or says what went wrong and what can be done."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.containers.service import RunOutcome, RunRequest
from modeldesk.core.deployments.ports import Deployments
from modeldesk.core.errors import (
    InvalidInput,
    ModelDeskError,
    NotFound,
    PortTaken,
    RecordsError,
)
from modeldesk.core.ids import DeploymentName
from modeldesk.core.images import ImageDetail
from modeldesk.core.jobs import Job
from modeldesk.core.labels import MODEL_NAME_LABEL
from modeldesk.core.library.latest import only_latest_warning
from modeldesk.core.library.model import Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import Deployment
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.targets import target_of
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.run.form import RunChoices, RunForm
from modeldesk.ui.run.starting import DeployRequest, Starter
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.form_scroll import FormScroll
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.task_progress import TaskProgress

_SIZE = (560, 540)
_LOG_HEIGHT = 130
_FRAME = 40
"""About what the desktop puts around a dialog."""


class RunDialog(QDialog):
    """Runs one version, as a single container or as a service."""

    def __init__(
        self,
        context: Context,
        version: Version,
        releases: Deployments,
        starter: Starter,
        manages_swarm: Callable[[ImageEngine], bool],
        parent: QWidget,
    ) -> None:
        """`manages_swarm` is asked off the UI thread."""
        super().__init__(parent.window())
        self._context = context
        self._version = version
        self._releases = releases
        self._starter = starter
        self._manages_swarm = manages_swarm
        self._task: TaskHandle[RunOutcome] | TaskHandle[ReleaseOutcome] | None = None
        self._taken_port = 0
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Run {version}", version=self._reference))
        self.form = RunForm(context.theme, version.key.model, context.engine_host, self)
        self.banner = Banner(context.theme)
        self.log = QPlainTextEdit(readOnly=True)
        self.log.setFont(font(TextStyle.MONO_SMALL))
        self.log.setFixedHeight(_LOG_HEIGHT)
        self.log.document().setDocumentMargin(Space.S)
        self.log.setAccessibleName(tr("Last lines of output"))
        self.log.hide()
        self.progress = TaskProgress(context.theme)
        self.progress.hide()
        self.cancel_button = PlainButton(tr("Cancel"))
        self.run_button = PrimaryButton(tr("Run"))
        self._arrange()
        self.run_button.setDefault(True)
        self.run_button.clicked.connect(self._run)
        self.cancel_button.clicked.connect(self.reject)
        self.banner.action_chosen.connect(self._way_out)
        self._latest = Latest(context.tasks, self)
        context.tasks.altered.connect(self._altered)
        context.tasks.ended.connect(self._ended)
        self._read_detail()

    @property
    def _reference(self) -> str:
        version = self._version
        return str(version.references[0]) if version.references else version.name

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.progress, 1)
        # What the words of the progress need is not shared with an empty place.
        buttons.addStretch(0)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.run_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(ElidedLabel(self.windowTitle(), TextStyle.SUBTITLE))
        column.addWidget(
            Label(
                tr("Started by its image id, so a tag that moves changes nothing."),
                color="muted",
                wrap=True,
            )
        )
        warning = only_latest_warning(self._version)
        if warning:
            column.addWidget(Label(presentation.printable(warning), color="warning", wrap=True))
        column.addWidget(FormScroll(self.form), 1)
        column.addWidget(self.banner)
        column.addWidget(self.log)
        column.addLayout(buttons)
        self.resize(*_SIZE)
        self._height = self.height()

    def _read_detail(self) -> None:
        engine = self._context.engine()
        if engine is None:
            return
        image = self._version.key.image

        def read(_: Job) -> tuple[ImageDetail, tuple[Deployment, ...], bool]:
            detail = engine.image_detail(image)
            try:
                deployments = self._releases.deployments(engine.identity().id)
                return detail, deployments, self._manages_swarm(engine)
            except RecordsError:
                # A single container runs without records; a service says itself what is wrong.
                return detail, (), False

        def show(found: tuple[ImageDetail, tuple[Deployment, ...], bool]) -> None:
            detail, deployments, manages_swarm = found
            self.form.propose(detail.config, deployments, manages_swarm=manages_swarm)

        self._latest.submit(
            read,
            title=tr("Read the image's ports"),
            on_result=show,
            on_error=self._failed,
        )

    def _run(self) -> None:
        try:
            choices = self.form.choices()
        except InvalidInput as error:
            self._failed(error)
            return
        if self.banner.isVisible():
            self._take_back_room()
        else:
            self._height = self.height()
        self._busy(True)
        if choices.deployment is None:
            self._task = self._run_container(choices)
        else:
            self._task = self._run_service(choices.deployment, choices)

    def _run_container(self, choices: RunChoices) -> TaskHandle[RunOutcome]:
        version = self._version
        return self._starter.run(
            RunRequest(
                image=version.key.image,
                reference=self._reference,
                ports=choices.ports,
                environment=choices.environment,
                mounts=choices.mounts,
                labels={MODEL_NAME_LABEL: version.key.model} if version.key.model else {},
            )
        )

    def _run_service(self, name: DeploymentName, choices: RunChoices) -> TaskHandle[ReleaseOutcome]:
        settings, secrets = choices.service_settings()
        version = self._version
        return self._starter.deploy(
            DeployRequest(
                name, version.key.model, target_of(version), settings, choices.why, secrets
            )
        )

    def _altered(self, task: TaskHandle[Any]) -> None:
        if task is self._task and task.active and task.state is not TaskState.CANCELLING:
            progress = task.progress
            if progress is not None:
                self.progress.set_state(progress.text, progress.fraction)

    def _ended(self, task: TaskHandle[Any]) -> None:
        if task is not self._task:
            return
        if task.error is not None:
            self._failed(task.error)
        elif task.state is TaskState.CANCELLED:
            self._was_cancelled()
        else:
            if task.link is not None:
                self._context.navigate(task.link)
            self.accept()

    def _failed(self, error: ModelDeskError) -> None:
        self._busy(False)
        actions: tuple[str, ...] = ()
        self._taken_port = error.port if isinstance(error, PortTaken) else 0
        if self._taken_port:
            actions = (tr("Use any free port"),)
        elif isinstance(error, NotFound):
            actions = (tr("Refresh the library"),)
        self.banner.present(Notice(error.message, error.hint, actions))
        self.log.setPlainText(error.detail)
        self.log.setVisible(bool(error.detail))
        self.log.moveCursor(QTextCursor.MoveOperation.End)
        self._make_room()

    def _make_room(self) -> None:
        """What is said stands below the form; it must not squeeze it."""
        said = self.banner.heightForWidth(self.width() - 2 * Space.XL)
        if said < 0:
            said = self.banner.sizeHint().height()
        wanted = self._height + said + Space.M
        if not self.log.isHidden():
            wanted += _LOG_HEIGHT + Space.M
        self.resize(self.width(), min(wanted, self.screen().availableSize().height() - _FRAME))

    def _take_back_room(self) -> None:
        """As it was before something was said."""
        self.banner.dismiss()
        self.log.hide()
        self.resize(self.width(), self._height)

    def _way_out(self, _: int) -> None:
        self.banner.dismiss()
        if self._taken_port:
            self.form.use_any_free_port(self._taken_port)
            self._run()
        else:
            self._context.hub.refresh_asked.emit()
            self.reject()

    def _was_cancelled(self) -> None:
        self._busy(False)
        self.banner.present(Notice(tr("Cancelled; the container was removed."), tone=Tone.NEUTRAL))
        self._make_room()

    def reject(self) -> None:
        """Cancel a start that is under way; else leave."""
        if self._task is not None and self._task.active:
            self._task.cancel()
            self.progress.set_state(tr("Cancelling"), None)
        else:
            super().reject()

    def _busy(self, busy: bool) -> None:
        self.form.setEnabled(not busy)
        self.run_button.setEnabled(not busy)
        self.progress.setVisible(busy)
        if busy:
            self.progress.set_state(tr("Starting"), None)
