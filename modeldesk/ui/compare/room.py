"""The compare page: two images, or two recipes for one folder."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from modeldesk.ui.compare.images_view import ImagesView
from modeldesk.ui.compare.subject import IMAGES, RECIPES
from modeldesk.ui.compare.trial_view import TrialView
from modeldesk.ui.links import CompareLink, Link, TrialLink


class CompareRoom(QWidget):
    """Both views, one at a time; the choice beside the title of either leads to the other."""

    def __init__(
        self, images: ImagesView, recipes: TrialView, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.images, self.recipes = images, recipes
        self._views = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._views)
        # From the outside in: what changes its place is looked at again with all that is in it.
        self._views.addWidget(images)
        self._views.addWidget(recipes)
        for view in (images, recipes):
            view.subject.chosen.connect(self.show_subject)

    def widget(self) -> QWidget:
        """See `Page`."""
        return self

    def shown(self) -> None:
        """See `Page`."""
        self.images.shown()
        self.recipes.shown()

    def activate(self, link: Link) -> None:
        """See `Page`."""
        if isinstance(link, TrialLink):
            self.show_subject(RECIPES)
            self.recipes.activate(link)
        elif isinstance(link, CompareLink):
            self.show_subject(IMAGES)
            self.images.activate(link)

    def show_subject(self, subject: str) -> None:
        """Show the view of two images, or that of two recipes."""
        view: ImagesView | TrialView = self.recipes if subject == RECIPES else self.images
        chosen_here = view.isHidden()
        # Each stays at its own.
        self.images.subject.choose(IMAGES)
        self.recipes.subject.choose(RECIPES)
        self._views.setCurrentWidget(view)
        if chosen_here and self.isVisible():
            view.subject.focus_current()

    def minimumSizeHint(self) -> QSize:
        return self.images.minimumSizeHint()
