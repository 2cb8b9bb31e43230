"""Everything the build page can show, and which of it is in sight."""

from collections.abc import Callable
from enum import Enum, auto
from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.lint.service import Linter
from modeldesk.core.words import tr
from modeldesk.ui.build.comparing import ComparingView
from modeldesk.ui.build.form import VersionForm
from modeldesk.ui.build.found import FoundCard
from modeldesk.ui.build.heading import Heading
from modeldesk.ui.build.history import HistoryView
from modeldesk.ui.build.progress import BuildView
from modeldesk.ui.build.recipe import RecipeCard
from modeldesk.ui.build.start import StartView
from modeldesk.ui.context import Context
from modeldesk.ui.making import Making
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.banner import Banner
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.tab_order import tab_through

_FORM_WIDTH = 308
_NARROW = 800
_LOW = 740
"""Under this height, as under that width, what was found and the Dockerfile take turns."""
_LEAST_RIGHT = (300, 260)
_FOUND_SHARE = 0.45
_MANY_LINES = 12
"""A Dockerfile of fewer leaves room."""
_FOUND, _TEXTS = "found", "texts"


class Showing(Enum):
    """What the page shows."""

    START = auto()
    LOOKING = auto()
    """A folder is being looked into."""
    PLAN = auto()
    BUILD = auto()
    """A build of this window, under way or ended."""
    RECORD = auto()
    """An earlier build."""
    HISTORY = auto()
    """All builds there were."""
    COMPARISON = auto()
    """Two of them."""


class BuildViews(QWidget):
    """The start, or under one heading the form at the left and at the right what was found, how
    a build goes, or grey rows. What the views say is for the page to tell them."""

    history_made = Signal(object)
    """The `HistoryView`."""

    def __init__(
        self,
        theme: Theme,
        start: StartView,
        form: VersionForm,
        recipe: RecipeCard,
        progress: BuildView,
    ) -> None:
        super().__init__()
        self._theme = theme
        self.showing = Showing.START
        self._form_beside_build = False
        self._shares_kept = False
        self.start = start
        self.heading = Heading(theme)
        self.banner = Banner(theme)
        self.form = form
        self.found = FoundCard(theme)
        self.recipe = recipe
        self.progress = progress
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.start)
        # From the outside in: what changes its place is looked at again with all that is in it.
        content = QWidget()
        self._stack.addWidget(content)
        self._right = QStackedWidget()
        self._lay_out(content)
        self.turns = Segmented(
            [(_FOUND, tr("In the folder")), (_TEXTS, tr("Dockerfile"))], tr("What of the plan")
        )
        self._plan = QSplitter(Qt.Orientation.Vertical)
        self._fill_right(theme)
        self._connect()

    @cached_property
    def history(self) -> HistoryView:
        """All builds there were; made for who first asks for it, who hears `history_made`."""
        made = HistoryView(self._theme)
        self._stack.addWidget(made)
        tab_through(self.progress, made)
        self.history_made.emit(made)
        return made

    @cached_property
    def comparing(self) -> ComparingView:
        """Two of them; made for who first asks for it."""
        made = ComparingView(self._theme)
        self._right.addWidget(made)
        tab_through(self.progress, made)
        return made

    def show_face(self, showing: Showing) -> None:
        """Bring what belongs to `showing` into sight, and offer nothing that was offered
        before."""
        self.showing = showing
        self.banner.dismiss()
        if showing is Showing.HISTORY:
            self._stack.setCurrentWidget(self.history)
        else:
            self._stack.setCurrentIndex(0 if showing is Showing.START else 1)
        if showing is Showing.START:
            self.heading.offer()
            self.start.recent.table.clearSelection()
        elif showing is Showing.LOOKING:
            self.form.hide()
            self._right.setCurrentIndex(0)
        elif showing is Showing.PLAN:
            self.form.show()
            self._right.setCurrentIndex(1)
            self._fit_plan()
        else:
            if showing is not Showing.BUILD:
                self.form.hide()
            compared = showing is Showing.COMPARISON
            self._right.setCurrentWidget(self.comparing if compared else self.progress)

    def begin_plan(self) -> None:
        """Another folder: what was found in it comes first."""
        self._shares_kept = False
        self.turns.choose(_FOUND)

    def show_texts(self) -> None:
        """Bring the Dockerfile into sight, where it takes turns."""
        self.turns.choose(_TEXTS)
        self._fit_plan()

    def show_form_beside_build(self, shown: bool) -> None:
        """Whether the form says what is being built. Beside its own build it can only be read:
        a narrow page does without."""
        self._form_beside_build = shown
        self._fit_form()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_form()
        if self.showing is Showing.PLAN:
            self._fit_plan()

    def _fit_form(self) -> None:
        if self.showing is Showing.BUILD:
            self.form.setVisible(self._form_beside_build and self.width() >= _NARROW)

    def _connect(self) -> None:
        self.turns.chosen.connect(lambda _: self._fit_plan())
        self.found.wanted_changed.connect(self._share_height)
        self._plan.splitterMoved.connect(self._keep_shares)
        self.found.summed_up.connect(self._name_turns)

    def _keep_shares(self) -> None:
        self._shares_kept = True

    def _name_turns(self, summary: str) -> None:
        named = " · ".join(filter(None, (tr("In the folder"), summary)))
        self.turns.set_option_label(_FOUND, named)

    def _fit_plan(self) -> None:
        """Both cards where there is room for them, else the one whose turn it is."""
        small = self.width() < _NARROW or self.height() < _LOW
        self.turns.setVisible(small)
        self.found.set_roomy(small)
        self.found.setVisible(not small or self.turns.current == _FOUND)
        self.recipe.setVisible(not small or self.turns.current == _TEXTS)
        self._share_height()

    def _share_height(self) -> None:
        """What was found takes what it needs, up to a share and what a short Dockerfile leaves,
        which has the rest. Where a person parted them otherwise, that stays."""
        if self._shares_kept:
            return
        height, text = self._right.height(), self.recipe.dockerfile
        spare = text.height_for(max(0, _MANY_LINES - text.lines))
        most = round(height * _FOUND_SHARE) + spare
        found = min(self.found.wanted_height(self._right.width()), most)
        self._plan.setSizes([found, height - found])

    def _fill_right(self, theme: Theme) -> None:
        waiting = Card()
        # What is inside arranges itself for the room there is.
        self._right.setMinimumSize(*_LEAST_RIGHT)
        planned = QWidget()
        column = QVBoxLayout(planned)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.turns)
        column.addWidget(self._plan, 1)
        for view in (waiting, planned, self.progress):
            self._right.addWidget(view)
        waiting.body.addWidget(Skeleton(theme, rows=10))
        waiting.body.addStretch(1)
        self._plan.setProperty("kind", "gap")
        self._plan.setHandleWidth(Space.L)
        self._plan.setChildrenCollapsible(False)
        self._plan.addWidget(self.found)
        self._plan.addWidget(self.recipe)
        self._plan.setStretchFactor(0, 0)
        self._plan.setStretchFactor(1, 1)

    def _lay_out(self, content: QWidget) -> None:
        body = QHBoxLayout()
        body.setSpacing(Space.L)
        self.form.setFixedWidth(_FORM_WIDTH)
        body.addWidget(self.form)
        body.addWidget(self._right, 1)
        column = QVBoxLayout(content)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.heading)
        column.addWidget(self.banner)
        column.addLayout(body, 1)


def build_views(context: Context, linter: Callable[[], Linter]) -> Making[BuildViews]:
    """Make them in steps. `linter` is asked for when there is a text to check."""
    form = VersionForm(context)
    yield
    progress = BuildView(context.theme)
    yield
    start = StartView(context.theme)
    yield
    recipe = RecipeCard(context.theme, context.tasks, linter)
    yield
    views = BuildViews(context.theme, start, form, recipe, progress)
    yield
    return views
