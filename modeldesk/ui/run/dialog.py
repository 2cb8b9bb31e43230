"""The dialog that runs a version. It never blocks the window: it asks, shows how the start goes,
and either leaves or says what went wrong and what can be done."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.containers.reach import out_of_reach, service_url
from modeldesk.core.containers.service import RunOutcome, RunRequest, run
from modeldesk.core.errors import (
    InvalidInput,
    ModelDeskError,
    NotFound,
    PortTaken,
    RecordsError,
)
from modeldesk.core.images import ImageDetail
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.labels import MODEL_NAME_LABEL
from modeldesk.core.library.model import Version
from modeldesk.core.ports import AnswerProbe
from modeldesk.core.releases.model import Deployment
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.releases.targets import target_of
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.opening import open_url
from modeldesk.ui.presentation import duration
from modeldesk.ui.run.form import RunChoices, RunForm
from modeldesk.ui.tasks.handle import TaskHandle
from modeldesk.ui.tasks.lanes import Lane, serial
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.task_progress import TaskProgress

_SIZE = (560, 540)
_LOG_HEIGHT = 130


class RunDialog(QDialog):
    """Runs one version, as a single container or as a service."""

    def __init__(
        self,
        context: Context,
        version: Version,
        releases: ReleaseService,
        probe: AnswerProbe,
        parent: QWidget,
    ) -> None:
        super().__init__(parent.window())
        self._context = context
        self._version = version
        self._releases = releases
        self._probe = probe
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
        self._read_detail()

    @property
    def _reference(self) -> str:
        version = self._version
        return str(version.references[0]) if version.references else version.name

    def _arrange(self) -> None:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.progress, 1)
        buttons.addStretch(1)
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
        column.addWidget(area, 1)
        column.addWidget(self.banner)
        column.addWidget(self.log)
        column.addLayout(buttons)
        self.resize(*_SIZE)

    def _read_detail(self) -> None:
        engine = self._context.engine()
        if engine is None:
            return
        image = self._version.key.image

        def read(_: Job) -> tuple[ImageDetail, tuple[Deployment, ...]]:
            detail = engine.image_detail(image)
            try:
                return detail, self._releases.deployments(engine.identity().id)
            except RecordsError:
                # A single container runs without records; a service says itself what is wrong.
                return detail, ()

        def show(found: tuple[ImageDetail, tuple[Deployment, ...]]) -> None:
            detail, deployments = found
            self.form.propose(detail.config, deployments)

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
        self.banner.dismiss()
        self.log.hide()
        self._busy(True)
        if choices.deployment is None:
            self._task = self._run_container(choices)
        else:
            self._task = self._run_service(choices)

    def _run_container(self, choices: RunChoices) -> TaskHandle[RunOutcome]:
        version = self._version
        request = RunRequest(
            image=version.key.image,
            reference=self._reference,
            ports=choices.ports,
            environment=choices.environment,
            mounts=choices.mounts,
            labels={MODEL_NAME_LABEL: version.key.model} if version.key.model else {},
        )
        return self._context.tasks.submit(
            lambda job: run(self._context.require_engine(), self._probe, request, job),
            lane=Lane.TRANSFER,
            title=self.windowTitle(),
            owner=self,
            on_result=self._container_runs,
            on_error=self._failed,
            on_cancelled=self._was_cancelled,
            on_progress=self._progressed,
            link=ReleasesLink(),
        )

    def _run_service(self, choices: RunChoices) -> TaskHandle[ReleaseOutcome]:
        name = choices.deployment
        assert name is not None
        settings, secrets = choices.service_settings()
        version = self._version
        ended: list[ReleaseOutcome] = []
        recorded = Changes(deployments=frozenset({name}))
        """However a release ends, its history has a line more."""

        def work(job: Job) -> ReleaseOutcome:
            outcome = self._releases.deploy(
                self._context.require_engine(),
                name,
                version.key.model,
                target_of(version),
                settings,
                choices.why,
                job,
                secrets,
            )
            ended.append(outcome)
            if outcome.problem is not None:
                # What ran before runs again; the work has failed all the same.
                raise outcome.problem
            return outcome

        def failed(error: ModelDeskError) -> None:
            self._context.hub.publish_changes(ended[-1].changes if ended else recorded)
            self._failed(error)

        def cancelled() -> None:
            self._context.hub.publish_changes(recorded)
            self._was_cancelled()

        return self._context.tasks.submit(
            work,
            lane=serial(f"deployment {name}"),
            title=tr("Deploy {version} as {name}", version=self._reference, name=name),
            owner=self,
            on_result=self._service_runs,
            on_error=failed,
            on_cancelled=cancelled,
            on_progress=self._progressed,
            link=ReleasesLink(name),
        )

    def _container_runs(self, outcome: RunOutcome) -> None:
        self._context.hub.publish_changes(outcome.changes)
        self._say_running(outcome.name, outcome.ports, outcome.seconds)
        self._context.navigate(ReleasesLink())
        self.accept()

    def _service_runs(self, outcome: ReleaseOutcome) -> None:
        self._context.hub.publish_changes(outcome.changes)
        deployment = outcome.deployment
        self._say_running(deployment.name, deployment.settings.ports, outcome.seconds)
        self._context.navigate(ReleasesLink(deployment.name))
        self.accept()

    def _say_running(self, name: str, ports: tuple[PortBinding, ...], seconds: float) -> None:
        host = self._context.engine_host
        url = service_url(ports, host)
        said = tr("{name} is healthy after {time}.", name=name, time=duration(seconds))
        self._context.say(
            " ".join(filter(None, (said, out_of_reach(ports, host)))),
            Tone.GOOD,
            tr("Open {url}", url=url) if url else "",
            (lambda: open_url(self._context, url)) if url else None,
        )

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

    def reject(self) -> None:
        """Cancel a start that is under way; else leave."""
        if self._task is not None and self._task.active:
            self._task.cancel()
            self.progress.set_state(tr("Cancelling"), None)
        else:
            super().reject()

    def _progressed(self, progress: Progress) -> None:
        self.progress.set_state(progress.text, progress.fraction)

    def _busy(self, busy: bool) -> None:
        self.form.setEnabled(not busy)
        self.run_button.setEnabled(not busy)
        self.progress.setVisible(busy)
        if busy:
            self.progress.set_state(tr("Starting"), None)
