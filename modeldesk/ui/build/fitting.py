"""The recipes of the folder that is planned, made anew as what is asked of them changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.lock import Lock, save
from modeldesk.core.recipes.service import RecipeService
from modeldesk.core.words import tr
from modeldesk.ui.build.draft import Recipes
from modeldesk.ui.build.preparing import recipes_for
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest

_ARCHITECTURE = "amd64"
"""Of images, while there is no engine to ask."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Recipes, and how they are made."""

    recipes: Recipes
    choice: RecipeChoice


class RecipeFitting(QObject):
    """Proposes at once, then finds out the digests of base images, which may take seconds, and
    proposes again. A newer wish takes the place of an older one."""

    fitted = Signal(object)
    """The `Fitted`."""
    locked = Signal(object)
    """The `Lock` that was asked for."""
    saved = Signal()
    """A lock is in the folder."""
    locking_changed = Signal()
    failed = Signal(object)
    """The `ModelDeskError` for which nothing came of a wish."""

    def __init__(
        self, context: Context, recipes: Callable[[], RecipeService], parent: QObject
    ) -> None:
        """`recipes` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._recipes = recipes
        self._proposing = Latest(context.tasks, self)
        self._pinning = Latest(context.tasks, self)
        self._locking = Latest(context.tasks, self)
        self._saving = Latest(context.tasks, self)
        self._is_locking = False

    @property
    def is_locking(self) -> bool:
        """Whether requirements are being locked."""
        return self._is_locking

    def fit(self, plan: BuildPlan, choice: RecipeChoice) -> None:
        """Propose by `choice`."""
        self._pinning.cancel()
        self._proposing.submit(
            lambda _: recipes_for(plan, choice),
            title=tr("Write the Dockerfile"),
            on_result=lambda recipes: self._proposed(plan, Fitted(recipes, choice)),
            on_error=self.failed.emit,
        )

    def pin(self, plan: BuildPlan, choice: RecipeChoice) -> None:
        """Find out the digests of the base images, and propose with them."""
        engine = self._context.engine()

        def work(job: Job) -> Fitted | None:
            pinned = self._recipes().pin(plan.folder, choice, engine, job.token)
            if (pinned.digests, pinned.base_notes) == (choice.digests, choice.base_notes):
                return None
            return Fitted(recipes_for(plan, pinned), pinned)

        self._pinning.submit(
            work,
            title=tr("Look up the base image"),
            on_result=lambda fitted: self.fitted.emit(fitted) if fitted else None,
            on_error=self.failed.emit,
        )

    def lock(self, plan: BuildPlan, choice: RecipeChoice) -> None:
        """Lock the requirements for the image that `choice` makes."""
        engine = self._context.engine()
        architecture = engine.info.architecture if engine is not None else _ARCHITECTURE
        texts = plan.texts_with(None)
        bare = replace(choice, lock=None)
        self._set_locking(True)
        self._locking.submit(
            lambda job: self._recipes().lock(plan.folder, bare, architecture, job, texts),
            title=tr("Lock the requirements"),
            on_result=self._lock_came,
            on_error=self._lock_failed,
            lane=Lane.TRANSFER,
        )

    def stop_locking(self) -> None:
        """Want no lock any more."""
        self._locking.cancel()
        self._set_locking(False)

    def save(self, plan: BuildPlan, lock: Lock) -> None:
        """Write a lock into the folder."""
        self._saving.submit(
            lambda _: save(plan.folder, lock),
            title=tr("Save the lock"),
            on_result=lambda _: self.saved.emit(),
            on_error=self.failed.emit,
        )

    def stop(self) -> None:
        """Find out no more."""
        self._proposing.cancel()
        self._pinning.cancel()
        self.stop_locking()

    def _proposed(self, plan: BuildPlan, fitted: Fitted) -> None:
        self.fitted.emit(fitted)
        self.pin(plan, fitted.choice)

    def _lock_came(self, lock: Lock) -> None:
        self._set_locking(False)
        self.locked.emit(lock)

    def _lock_failed(self, error: ModelDeskError) -> None:
        self._set_locking(False)
        self.failed.emit(error)

    def _set_locking(self, locking: bool) -> None:
        if locking is not self._is_locking:
            self._is_locking = locking
            self.locking_changed.emit()
