"""The dialogs that put another version in service: at once, or as a canary."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.canary.model import RolloutPlan
from modeldesk.core.canary.plan import share_text
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.releases.model import Deployment, VersionTarget
from modeldesk.core.releases.targets import target_of
from modeldesk.core.words import tr
from modeldesk.ui.presentation import age, short_digest, shortened
from modeldesk.ui.releases.plan_dialog import fit_screen
from modeldesk.ui.releases.plan_form import PlanForm
from modeldesk.ui.releases.smoke_fields import SmokeFields
from modeldesk.ui.releases.words import button_version, version_of
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.form_scroll import FormScroll
from modeldesk.ui.widgets.label import Label

_CANARY_SIZE = (620, 800)
_DEPLOY_SIZE = (560, 380)
_LONGEST = 48


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A version that can be put in service, and how the list calls it."""

    target: VersionTarget
    label: str


@dataclass(frozen=True, slots=True)
class VersionRequest:
    """What was asked for. `plan` is None for a release at once."""

    target: VersionTarget
    smoke: SmokeRequest | None
    why: str
    plan: RolloutPlan | None = None


def version_choices(
    snapshot: LibrarySnapshot, deployment: Deployment, now: datetime
) -> tuple[VersionChoice, ...]:
    """The model's versions on the engine but for the one that serves, the newest first."""
    running = deployment.current.image if deployment.current is not None else None
    found = [
        version
        for model in snapshot.models
        if model.name == deployment.model
        for version in model.versions
        if version.key.image != running
    ]
    found.sort(key=lambda version: version.created, reverse=True)
    return tuple(VersionChoice(target_of(one), _choice_text(target_of(one), one.created, now))
                 for one in found)  # fmt: skip


def _choice_text(target: VersionTarget, created: datetime, now: datetime) -> str:
    name = shortened(version_of(target), _LONGEST)
    return " · ".join((name, short_digest(target.digest), age(created, now)))


class VersionDialog(QDialog):
    """Asks which version, and how. Nothing is begun before its button is pressed."""

    def __init__(
        self,
        deployment: Deployment,
        choices: Sequence[VersionChoice],
        plan: RolloutPlan | None,
        on_start: Callable[[VersionRequest], object],
        parent: QWidget,
    ) -> None:
        """With a `plan` a canary is started; without one, the version gets all callers."""
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        name = deployment.name
        title = tr("Deploy to {name}", name=name)
        if plan is not None:
            title = tr("Start a canary on {name}", name=name)
        self.setWindowTitle(title)
        self._choices = tuple(choices)
        self._on_start = on_start
        self.version = DropDown()
        self.version.setMinimumContentsLength(20)
        for choice in choices:
            self.version.addItem(choice.label)
        self.plan = PlanForm(plan) if plan is not None else None
        asked = deployment.settings.smoke
        at_once = plan is None and deployment.settings.swarm is None
        self.smoke = SmokeFields(asked) if at_once else None
        """A canary is asked what the settings say; a swarm asks its own health checks."""
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("kept in the history"))
        self.cancel_button = PlainButton(tr("Cancel"))
        self.start_button = PrimaryButton("")
        self._lay_out(title, deployment)
        self.start_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.start_button.clicked.connect(self._start)
        self.version.currentIndexChanged.connect(self._check)
        if self.smoke is not None:
            self.smoke.changed.connect(self._check)
        if self.plan is not None:
            self.plan.changed.connect(self._check)
        self._check()
        fit_screen(self, *(_CANARY_SIZE if plan is not None else _DEPLOY_SIZE))

    def _lay_out(self, title: str, deployment: Deployment) -> None:
        form = QWidget()
        fields = QVBoxLayout(form)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(Space.M)
        version = Field(tr("Version"), self.version)
        if not self._choices:
            version.set_error(
                tr("No other version of this model is on the engine: build or pull one first.")
            )
        fields.addWidget(version)
        if self.smoke is not None:
            fields.addWidget(self.smoke)
        elif deployment.settings.swarm is None:
            version.set_note(_asked_text(deployment.settings.smoke))
        if self.plan is not None:
            fields.addWidget(self.plan)
        why = Field(tr("Why"), self.why)
        if self.plan is None:
            fields.addWidget(why)
        fields.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.start_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(ElidedLabel(title, TextStyle.SUBTITLE))
        column.addWidget(Label(self._sentence(deployment), color="muted", wrap=True))
        column.addWidget(FormScroll(form), 1)
        if self.plan is not None:
            column.addWidget(self.plan.summary)
            column.addWidget(why)
        column.addLayout(buttons)

    def _sentence(self, deployment: Deployment) -> str:
        current = deployment.current
        stable = version_of(current) if current is not None else ""
        if self.plan is not None:
            return tr(
                "It runs beside {version} and gets a growing share of its callers, as long as its "
                "numbers hold.",
                version=shortened(stable, _LONGEST),
            )
        if not stable:
            return tr("It gets all requests once it is healthy.")
        return tr(
            "It starts beside {version}, and gets all requests once it is healthy. If it fails, "
            "callers notice nothing.",
            version=shortened(stable, _LONGEST),
        )

    def _check(self) -> None:
        plan = self.plan.read.plan if self.plan is not None else None
        usable = bool(self._choices) and (self.smoke is None or self.smoke.usable)
        self.start_button.setEnabled(usable and (self.plan is None or plan is not None))
        if self.plan is None:
            chosen = self._chosen()
            version = button_version(chosen) if chosen is not None else ""
            self.start_button.set_text(tr("Deploy {version}", version=version).strip())
        elif plan is not None:
            share = share_text(plan.steps[0])
            self.start_button.set_text(
                tr("Schedule canary")
                if plan.starts is not None
                else tr("Start with copies")
                if plan.mirror_first
                else tr("Start at {share}", share=share)
            )

    def _chosen(self) -> VersionTarget | None:
        number = self.version.currentIndex()
        return self._choices[number].target if 0 <= number < len(self._choices) else None

    def _start(self) -> None:
        target = self._chosen()
        plan = self.plan.read.plan if self.plan is not None else None
        if target is None or (self.plan is not None and plan is None):
            return
        smoke = self.smoke.request() if self.smoke is not None else None
        request = VersionRequest(target, smoke, self.why.text().strip(), plan)
        self.accept()
        self._on_start(request)


def _asked_text(smoke: SmokeRequest | None) -> str:
    if smoke is None:
        return tr("It begins once it is healthy; Settings can have it answer a request first.")
    asked = f"{smoke.method} {shortened(smoke.path, _LONGEST)}"
    return tr("It begins once it is healthy and has answered {request}.", request=asked)
