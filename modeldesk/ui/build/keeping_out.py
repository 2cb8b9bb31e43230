"""What the .dockerignore of a build keeps out as it stands, and lines added to it by a click."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.build.context import git_with, sent_with
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.sent import Sent
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.words import tr
from modeldesk.ui.build.found import FoundCard
from modeldesk.ui.build.recipe import RecipeCard
from modeldesk.ui.build.words import short_folder
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest

_TYPED_MS = 300
"""After that long without a key the folder is looked at again."""


class KeepingOut(QObject):
    """Says what is sent as the text changes, by hand or by a click, and whether files with changes
    are. The folder stays as it is."""

    git_seen = Signal(object)
    """The `GitFacts` of the image are others by now."""

    def __init__(
        self, context: Context, found: FoundCard, recipe: RecipeCard, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._found, self._recipe = found, recipe
        self._looking = Latest(context.tasks, self)
        self._plan: BuildPlan | None = None
        self._clicked: set[str] = set()
        """Lines that a click added, and so keep something out; one that was typed may not."""
        self._typed = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._typed.timeout.connect(self._look)
        recipe.ignore.text_changed.connect(self._typed.start)
        recipe.ignore_undone.connect(self._look)
        found.unwanted.keep_out.connect(self._keep_out)
        found.unwanted.keep_no_longer.connect(self._keep_no_longer)

    def show_plan(self, plan: BuildPlan) -> None:
        """Begin with what the recipe card shows of `plan`."""
        self.stop()
        same = self._plan is not None and plan.folder is self._plan.folder
        if not same:
            self._clicked.clear()
        again = same or self._recipe.edited_ignore is not None
        self._plan = plan
        if again:
            self._look()

    def stop(self) -> None:
        """Look no further."""
        self._typed.stop()
        self._looking.cancel()

    def _keep_out(self, rule: str) -> None:
        self._clicked.add(rule)
        self._recipe.add_ignore_line(rule)
        self._look()

    def _keep_no_longer(self, rule: str) -> None:
        self._recipe.take_ignore_line(rule)
        self._look()

    def _look(self) -> None:
        plan, files = self._plan, self._recipe.files
        if plan is None or files is None:
            return
        self.stop()
        text = self._recipe.ignore.text()
        added = tuple(one for one in self._recipe.added_ignore_lines if one in self._clicked)
        self._looking.submit(
            lambda job: _seen(plan, files.get(job.token), text, job.token),
            title=tr("Look into {folder}", folder=short_folder(plan.folder.path)),
            on_result=lambda seen: self._show(*seen, added),
            lane=Lane.FOLDER,
            # A line that is no pattern is marked in the text, where it is being typed.
            on_error=lambda _: None,
        )

    def _show(self, sent: Sent, git: GitFacts | None, added: tuple[str, ...]) -> None:
        if self._plan is not None and git != self._plan.git:
            self._plan = replace(self._plan, git=git)
            self._found.show_git(git)
            self.git_seen.emit(git)
        self._found.show_sent(sent, added)


def _seen(
    plan: BuildPlan, listing: Listing, text: str, token: CancelToken
) -> tuple[Sent, GitFacts | None]:
    return sent_with(plan, listing, text, token), git_with(plan, listing, text, token)
