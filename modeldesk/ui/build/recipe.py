"""The Dockerfile that will be built, what is kept out of the image, and what is generated."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.lint.model import Report
from modeldesk.core.lint.service import Linter
from modeldesk.core.recipes.dockerfile import Recipe
from modeldesk.core.recipes.service import can_lock
from modeldesk.core.words import tr
from modeldesk.ui.build.base_choice import BaseChoice
from modeldesk.ui.build.checking import RecipeChecks
from modeldesk.ui.build.findings_panel import FindingsPanel
from modeldesk.ui.build.kept_out_words import effect_text, kept_text
from modeldesk.ui.build.planned_files import PlannedFiles
from modeldesk.ui.build.stages_choice import StagesChoice
from modeldesk.ui.build.text_page import TextPage
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.code_colours import Syntax
from modeldesk.ui.widgets.code_view import CodeView
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tabs import Tabs
from modeldesk.ui.widgets.tooltip import plain_tooltip

_OWN_PAGES = 2
_LOW = 380
"""Under this height what stands around the text is shown in short."""
_LEAST_BESIDE = 520
"""From this width on the base image and the stages are chosen in one row."""
_FEW_LINES, _MOST_LINES = 2, 20


class RecipeCard(Card):
    """The texts of a build; the Dockerfile and the .dockerignore can be edited for the build at
    hand, and are checked meanwhile. How many stages a proposed one has can be chosen."""

    stages_chosen = Signal()
    ignore_undone = Signal()
    """The .dockerignore is what was proposed again."""
    edited = Signal()
    """The text shown is another, or a person changed it."""
    measure_asked = Signal()
    """Whether one stage or several is better is to be measured."""

    def __init__(
        self,
        theme: Theme,
        tasks: TaskRunner,
        linter: Callable[[], Linter],
        parent: QWidget | None = None,
    ) -> None:
        """`linter` is asked for in a worker."""
        super().__init__(padded=True, parent=parent)
        self._theme = theme
        self._plan: BuildPlan | None = None
        self.files: PlannedFiles | None = None
        """Those of the plan that is shown."""
        self._given = self._given_ignore = ""
        self.dockerfile = CodeView(theme, numbered=True)
        self.dockerfile.set_name(tr("Dockerfile"))
        self.ignore = CodeView(theme, Syntax.IGNORE, numbered=True)
        self.ignore.set_name(".dockerignore")
        self.base = BaseChoice()
        self.lock = LinkButton(tr("Lock requirements…"))
        self.stages = StagesChoice()
        self.note = Label(style=TextStyle.LABEL, color="muted", wrap=True)
        self.kept_out = Label(style=TextStyle.LABEL, color="muted", wrap=True)
        self.kept_out.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.revert = LinkButton(tr("undo edits"))
        self.findings = FindingsPanel(theme)
        self.ignore_findings = FindingsPanel(theme)
        self.tabs = Tabs(tr("Texts of the build"))
        self.tabs.addTab(
            TextPage(
                _Choices(self.base, self.stages),
                _beside(self.note, self.lock),
                self.dockerfile,
                self.findings,
            ),
            tr("Dockerfile"),
        )
        self.tabs.addTab(
            TextPage(self.kept_out, self.ignore, self.ignore_findings), ".dockerignore"
        )
        self.tabs.setCornerWidget(_beside_tabs(self.revert))
        self.body.addWidget(self.tabs, 1)
        self.checks = RecipeChecks(
            tasks,
            linter,
            (self.dockerfile, self.findings),
            (self.ignore, self.ignore_findings),
            self,
        )
        self._connect()
        self.stages.measure.clicked.connect(self.measure_asked)

    @property
    def edited_text(self) -> str | None:
        """The Dockerfile when a person changed it, else None."""
        text = self.dockerfile.text()
        return text if text != self._given else None

    @property
    def edited_ignore(self) -> str | None:
        """The .dockerignore when a person changed it, else None."""
        text = self.ignore.text()
        return text if text != self._given_ignore else None

    @property
    def added_ignore_lines(self) -> tuple[str, ...]:
        """Lines that the .dockerignore as it was given has not."""
        given = set(self._given_ignore.split("\n"))
        lines = (line.strip() for line in self.ignore.text().split("\n") if line not in given)
        return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))

    def add_ignore_line(self, line: str) -> None:
        """Add a line to the .dockerignore, as if a person had typed it."""
        text = self.ignore.text()
        begin = "" if not text or text.endswith("\n") else "\n"
        self.ignore.replace([(len(text), len(text), f"{begin}{line}\n")])

    def take_ignore_line(self, line: str) -> None:
        """Take the last such line away."""
        lines = self.ignore.text().split("\n")
        places = [number for number, one in enumerate(lines) if one.strip() == line]
        if places:
            start = sum(len(one) + 1 for one in lines[: places[-1]])
            end = min(start + len(lines[places[-1]]) + 1, len(self.ignore.text()))
            self.ignore.replace([(start, end, "")])

    def show_plan(self, plan: BuildPlan, recipe: Recipe | None, own_text: str) -> None:
        """Show the proposed `recipe`, or the folder's own Dockerfile, `own_text`, for None. What
        was done to the .dockerignore stays until the folder is looked into anew: a plan that has
        another recipe by now, as its base image is pinned, is of the same look."""
        same = self._plan is not None and plan.folder is self._plan.folder
        edited_ignore = self.edited_ignore if same else None
        self._plan = plan
        self.stages.setVisible(recipe is not None)
        self.base.setVisible(recipe is not None)
        # A commit is built with what it has.
        lockable = recipe is not None and not plan.revision and can_lock(plan.folder)
        self.lock.setVisible(lockable)
        if recipe is not None:
            self.stages.show_stages(recipe.stages, recipe.why_only)
        self.dockerfile.set_text(recipe.dockerfile if recipe else own_text)
        ignore = recipe.dockerignore if recipe and recipe.dockerignore else ""
        self.ignore.set_text(ignore or plan.dockerignore)
        # As the editors give them back, so that only a person's edits make a difference.
        self._given, self._given_ignore = self.dockerfile.text(), self.ignore.text()
        if edited_ignore is not None:
            self.ignore.set_text(edited_ignore)
        kept = plan.folder.kept_out if plan.folder.dockerignore else ()
        if recipe and ignore:
            kept = recipe.kept_out
        self._say_kept(kept_text(kept, bool(self._given_ignore)))
        texts = plan.texts_with(recipe)
        self._show_generated(texts)
        self._edited()
        self.files = PlannedFiles(plan)
        self.checks.show_folder(self.files, texts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = event.size().height() < _LOW
        for panel in (self.findings, self.ignore_findings):
            panel.set_compact(low)
        line = self.kept_out.fontMetrics().lineSpacing()
        self.kept_out.setMaximumHeight(_FEW_LINES * line + 2 if low else _MOST_LINES * line)

    def _connect(self) -> None:
        self.dockerfile.set_editable(True)
        self.ignore.set_editable(True)
        self.dockerfile.text_changed.connect(self._edited)
        self.ignore.text_changed.connect(self._edited)
        self.checks.ignore_checked.connect(self._show_effect)
        self.tabs.currentChanged.connect(self._show_revert)
        self.revert.clicked.connect(self._undo)
        self.stages.buttons.chosen.connect(lambda _: self.stages_chosen.emit())

    def show_locking(self, *, locked: bool, under_way: bool) -> None:
        """What the button for the lock does now."""
        words = tr("Undo the lock") if locked else tr("Lock requirements…")
        self.lock.set_text(tr("Stop locking") if under_way else words)

    def edit(self, text: str, ignore: str | None = None) -> None:
        """Put `text` in, and for the .dockerignore `ignore`, as if a person had typed them."""
        self.dockerfile.set_text(text)
        if ignore is not None:
            self.ignore.set_text(ignore)
        self._edited()
        self.checks.texts_set()

    def _show_generated(self, texts: Mapping[str, str]) -> None:
        """A page for each generated file, behind the others."""
        while page := self.tabs.widget(_OWN_PAGES):
            self.tabs.removeTab(_OWN_PAGES)
            page.deleteLater()
        for path, text in texts.items():
            view = CodeView(self._theme, Syntax.OTHER)
            view.set_name(path)
            view.set_text(text)
            said = tr("{path} is generated. It is sent with the folder, not written into it.",
                      path=path)  # fmt: skip
            note = Label(said, TextStyle.LABEL, color="muted", wrap=True)
            self.tabs.addTab(TextPage(note, view), PurePosixPath(path).name)

    def _edited(self) -> None:
        # Another text would take the place of the edits.
        changed = self.edited_text is not None
        self.stages.set_free(not changed)
        self.base.set_free(not changed)
        self.lock.setEnabled(not changed)
        if self.dockerfile.too_long:
            self.note.setText(tr("Too long to be edited here."))
        elif changed:
            self.note.setText(tr("Edited for this build. The folder stays as it is."))
        else:
            self.note.setText(tr("Edits are for this build."))
        self.dockerfile.mark_line(None)
        self._show_revert()
        self.edited.emit()

    def _say_kept(self, text: str) -> None:
        self.kept_out.setText(text)
        self.kept_out.setToolTip(plain_tooltip(text))

    def _show_effect(self, report: Report) -> None:
        """What the .dockerignore keeps out as it stands."""
        if report.effect is not None:
            text = effect_text(report.effect, bool(self.ignore.text().strip()))
            edited = tr("Edited for this build. The folder stays as it is.")
            self._say_kept(f"{text} {edited}" if self.edited_ignore is not None else text)

    def _show_revert(self, _tab: int = 0) -> None:
        """The undo is for the text in sight."""
        edits = (self.edited_text, self.edited_ignore)
        at = self.tabs.currentIndex()
        self.revert.setVisible(at < len(edits) and edits[at] is not None)

    def _undo(self) -> None:
        if self.revert.hasFocus():
            # It is about to go, and the keyboard would go wherever is next.
            (self.dockerfile, self.ignore)[self.tabs.currentIndex()].setFocus()
        if self.tabs.currentIndex() == 0:
            self.dockerfile.set_text(self._given)
        else:
            self.ignore.set_text(self._given_ignore)
            self.ignore_undone.emit()
        self._edited()
        self.checks.texts_set()


class _Choices(QWidget):
    """Two choices, side by side where there is room."""

    def __init__(self, *choices: QWidget) -> None:
        super().__init__()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for choice in choices:
            self._row.addWidget(choice, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= _LEAST_BESIDE
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._row.setDirection(way)
        self._row.setSpacing(Space.L if beside else Space.S)


def _beside_tabs(button: QWidget) -> QWidget:
    """At the height of their names."""
    corner = QWidget()
    row = QHBoxLayout(corner)
    row.setContentsMargins(0, 0, 0, Space.S)
    row.addWidget(button)
    return corner


def _beside(text: QWidget, button: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(text, 1)
    row.addWidget(button)
    return line
