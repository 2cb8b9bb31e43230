"""Everything the build page can show, and which of it is in sight."""

from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from modeldesk.ui.build.form import VersionForm
from modeldesk.ui.build.found import FoundCard
from modeldesk.ui.build.heading import Heading
from modeldesk.ui.build.progress import BuildView
from modeldesk.ui.build.recipe import RecipeCard
from modeldesk.ui.build.start import StartView
from modeldesk.ui.context import Context
from modeldesk.ui.making import Making
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.banner import Banner
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.skeleton import Skeleton

_FORM_WIDTH = 308
_NARROW = 800
_LEAST_RIGHT = (300, 260)
_FOUND_SHARE = 0.45


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


class BuildViews(QWidget):
    """The start, or under one heading the form at the left and at the right what was found, how
    a build goes, or grey rows. What the views say is for the page to tell them."""

    def __init__(
        self,
        theme: Theme,
        start: StartView,
        form: VersionForm,
        recipe: RecipeCard,
        progress: BuildView,
    ) -> None:
        super().__init__()
        self.showing = Showing.START
        self._form_beside_build = False
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
        self._plan = QSplitter(Qt.Orientation.Vertical)
        self._fill_right(theme)

    def show_face(self, showing: Showing) -> None:
        """Bring what belongs to `showing` into sight, and offer nothing that was offered
        before."""
        self.showing = showing
        self.banner.dismiss()
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
            self._share_height()
        else:
            if showing is Showing.RECORD:
                self.form.hide()
            self._right.setCurrentIndex(2)

    def show_form_beside_build(self, shown: bool) -> None:
        """Whether the form says what is being built. Beside its own build it can only be read:
        a narrow page does without."""
        self._form_beside_build = shown
        self._fit_form()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_form()

    def _fit_form(self) -> None:
        if self.showing is Showing.BUILD:
            self.form.setVisible(self._form_beside_build and self.width() >= _NARROW)

    def _share_height(self) -> None:
        """What was found takes what it needs, up to a share; the Dockerfile has the rest."""
        height = self._right.height()
        found = min(self.found.wanted_height(self._right.width()), round(height * _FOUND_SHARE))
        self._plan.setSizes([found, height - found])

    def _fill_right(self, theme: Theme) -> None:
        waiting = Card()
        # What is inside arranges itself for the room there is.
        self._right.setMinimumSize(*_LEAST_RIGHT)
        for view in (waiting, self._plan, self.progress):
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


def build_views(context: Context) -> Making[BuildViews]:
    """Make them in steps."""
    form = VersionForm(context)
    yield
    progress = BuildView(context.theme)
    yield
    start = StartView(context.theme)
    yield
    recipe = RecipeCard(context.theme)
    yield
    views = BuildViews(context.theme, start, form, recipe, progress)
    yield
    return views
