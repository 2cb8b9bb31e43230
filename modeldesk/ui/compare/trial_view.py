"""Single against multi-stage: what to measure, the measuring, and what came of it."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.compare.report import save_report
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.trial.document import trial_report
from modeldesk.core.trial.model import Trial
from modeldesk.core.trial.service import TrialService
from modeldesk.core.trial.words import circumstances, recipe_name
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.compare.export import export, now
from modeldesk.ui.compare.subject import RECIPES, subject_choice, with_head
from modeldesk.ui.compare.trial_form import TrialForm
from modeldesk.ui.compare.trial_recent import RecentTrials
from modeldesk.ui.compare.trial_result import TrialResult
from modeldesk.ui.compare.trial_running import TrialRunning
from modeldesk.ui.compare.trial_store import TrialState, TrialStore
from modeldesk.ui.context import Context
from modeldesk.ui.links import BuildLink, Link, TrialLink
from modeldesk.ui.making import Making
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.ask_report import ask_report
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.clamped_label import ClampedLabel

_LEAST = 480
_RECENT = 150
_DETAIL = 300


def make_trial_view(context: Context, trials: TrialService) -> Making["TrialView"]:
    """A `TrialView`, a part at a time."""
    form = TrialForm()
    yield
    recent = RecentTrials(context.theme)
    yield
    result = TrialResult(context.theme)
    yield
    return TrialView(context, trials, form, recent, result)


class TrialView(QWidget):
    """A trial goes on while the person is elsewhere, and is found here again."""

    def __init__(
        self,
        context: Context,
        trials: TrialService,
        form: TrialForm,
        recent: RecentTrials,
        result: TrialResult,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self.store = TrialStore(context, trials, self)
        self.subject = subject_choice(RECIPES)
        self.note = ClampedLabel(TextStyle.BODY, "muted", most_lines=2)
        self.another = PlainButton(tr("Measure another…"))
        self.export = PlainButton(tr("Export report…"))
        self.measure = PrimaryButton(tr("Measure"))
        self.use = PrimaryButton(_use_text(recipe_name(Stages.MULTI, naive=False)))
        self.banner = Banner(context.theme)
        self.form = form
        self.recent = recent
        self.running = TrialRunning(context.theme, self.store)
        self.result = result
        self._lay_out()
        self._connect()
        self.recent.hide()
        self._show()

    def shown(self) -> None:
        """See `Page`."""
        self.store.list_recent()

    def activate(self, link: Link) -> None:
        """Have the folder that the link names measured; none: go on where it was."""
        if isinstance(link, TrialLink) and link.folder is not None and not self.store.running:
            self.store.choose_anew()
            self.form.show_folder(link.folder)
            self.measure.setFocus()

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST, super().minimumSizeHint().height())

    def _lay_out(self) -> None:
        self._below = QWidget()
        self._faces = QStackedWidget()
        column = with_head(self, self.subject, self.measure, self.use)
        column.addWidget(self._below)
        column.addWidget(self.banner)
        column.addWidget(self._faces, 1)
        self._fill_below()
        self._fill_faces()

    def _fill_below(self) -> None:
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(Space.S)
        below.addWidget(self.note, 1)
        below.addWidget(self.another)
        below.addWidget(self.export)

    def _fill_faces(self) -> None:
        # From the outside in: what changes its place is looked at again with all that is in it.
        self._start = QScrollArea()
        self._blank = QWidget()
        for face in (self._start, self.running, self.result, self._blank):
            self._faces.addWidget(face)
        # The fields are its stops.
        self._start.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._start.setFrameShape(QFrame.Shape.NoFrame)
        self._start.setWidgetResizable(True)
        inside = QWidget()
        self._start.setWidget(inside)
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(Space.M + 2)
        cards.addWidget(self.form)
        cards.addWidget(self.recent, 1)
        self.recent.setMinimumHeight(_RECENT)

    def _connect(self) -> None:
        self.store.changed.connect(self._show)
        self.store.listed.connect(self._show_recent)
        self.form.changed.connect(self._show_usable)
        self.measure.clicked.connect(self._begin)
        self.another.clicked.connect(self.store.choose_anew)
        self.export.clicked.connect(
            lambda: ask_report(self, "single-against-multi-stage", self.export_to)
        )
        self.use.clicked.connect(self._use)
        self.recent.chosen.connect(self.store.show)
        self.result.starts.exported.connect(
            lambda path: self._context.say(tr("Saved {path}", path=path), Tone.GOOD)
        )
        self.result.starts.export_failed.connect(
            lambda sentence: self._context.say(sentence, Tone.BAD)
        )

    def _show(self) -> None:
        state, trial = self.store.state, self.store.trial
        held = self._holds_focus()
        ready = state is TrialState.READY and trial is not None
        choosing = state is TrialState.CHOOSING
        for button, visible in (
            (self.another, ready),
            (self.export, ready),
            (self.use, ready),
            (self.measure, choosing),
        ):
            button.setVisible(visible)
        self._below.setVisible(not choosing)
        self.banner.dismiss()
        self._show_usable()
        if ready and trial is not None:
            self._show_trial(trial)
        elif choosing:
            self._faces.setCurrentWidget(self._start)
            self._say_why()
        elif state is TrialState.RUNNING:
            request = self.store.request
            folder = presentation.printable(str(request.folder)) if request else ""
            self.note.set_text(folder)
            self._faces.setCurrentWidget(self.running)
        else:
            self.note.set_text("")
            self._faces.setCurrentWidget(self._blank)
        self._pass_focus(state, held)

    def _holds_focus(self) -> bool:
        """Whether the keyboard stands on what a change of state takes away."""
        acts = (self.measure, self.use, self.another, self.export, self.running.cancel)
        return any(one.hasFocus() for one in (*acts, self.running.list))

    def _pass_focus(self, state: TrialState, held: bool) -> None:
        """Let it stand on what comes next, not on whatever is nearest."""
        following = {
            TrialState.CHOOSING: self.measure,
            TrialState.RUNNING: self.running.cancel,
            TrialState.READY: self.use,
        }.get(state)
        if held and following is not None:
            following.setFocus()

    def _show_trial(self, trial: Trial) -> None:
        self.result.show_trial(trial)
        model, when = presentation.printable(trial.model), presentation.moment(trial.started)
        self.note.set_text(f"{model} · {circumstances(trial)} · {trial.engine} · {when}")
        self.use.set_text(_use_text(trial.comparison.right.name))
        self._faces.setCurrentWidget(self.result)

    def _say_why(self) -> None:
        error = self.store.failure
        if error is not None:
            self.banner.present(Notice(error.message, error.hint or error.detail[-_DETAIL:]))
        elif self.store.cancelled:
            said = tr("Measuring was cancelled. Nothing of it is left on the engine.")
            self.banner.present(Notice(said, tone=Tone.NEUTRAL))

    def _show_usable(self) -> None:
        self.measure.setEnabled(self.form.usable and not self.store.running)
        why = "" if self.form.usable else tr("Say which model folder is to be measured.")
        self.measure.setToolTip(why)

    def _show_recent(self) -> None:
        self.recent.setVisible(bool(self.store.recent))
        self.recent.show_trials(self.store.recent)

    def _begin(self) -> None:
        request = self.form.request()
        if request is not None:
            self.store.start(request)

    def _use(self) -> None:
        trial = self.store.trial
        if trial is not None:
            folder = Path(trial.folder)
            self._context.navigate(BuildLink(folder=folder, stages=trial.right.stages))

    def export_to(self, path: Path) -> None:
        """Write the report that the name's ending asks for."""
        trial = self.store.trial
        if trial is not None:
            report = trial_report(trial)
            export(self._context, self, lambda: save_report(report, path, now()), path)


def _use_text(name: str) -> str:
    return tr("Use {name} for next version", name=name.lower())
