"""The folder that is planned: looked into, its recipe fitted to the builder, and what is chosen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.build.model import Asked, Builder, BuildRequest
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.service import BuildService
from modeldesk.core.containers.secrets import HIDDEN
from modeldesk.core.ids import ModelName
from modeldesk.core.recipes.choice import Form, RecipeChoice, Stages, form_for
from modeldesk.core.recipes.lock import Lock
from modeldesk.core.recipes.service import RecipeService
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.words import tr
from modeldesk.ui.build.draft import request_for
from modeldesk.ui.build.fitting import Fitted, RecipeFitting
from modeldesk.ui.build.form import VersionForm
from modeldesk.ui.build.found import FoundCard
from modeldesk.ui.build.keeping_out import KeepingOut
from modeldesk.ui.build.lock_dialog import LockDialog
from modeldesk.ui.build.next_version import NextVersion
from modeldesk.ui.build.preparing import Prepared, preparing
from modeldesk.ui.build.recipe import RecipeCard
from modeldesk.ui.build.words import short_folder
from modeldesk.ui.context import Context
from modeldesk.ui.making import Maker, Making
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone

_TYPED_MS = 400
"""After that long without a key, what the Dockerfile asks for is read again."""


class Planning(QObject):
    """Holds one plan at a time, and keeps the cards that show it at one."""

    replaced = Signal()
    """There is another plan, which is not shown yet."""
    looked = Signal()
    """It is shown."""
    failed = Signal(object)
    """The `ModelDeskError` for which there is none."""
    facts_changed = Signal()
    """Other files with changes enter the image of the plan in hand, or its requirements are
    locked, or no longer."""

    def __init__(
        self,
        context: Context,
        builds: BuildService,
        form: VersionForm,
        found: FoundCard,
        recipe: RecipeCard,
        recipes: Callable[[], RecipeService],
        parent: QObject,
    ) -> None:
        """`recipes` is called in worker threads."""
        super().__init__(parent)
        self.folder = Path()
        """What is looked into, or was last."""
        self.prepared: Prepared | None = None
        """The plan in hand."""
        self._wish: RecipeChoice | None = None
        """How its Dockerfile was last asked for."""
        self._asked: Asked | None = None
        """An earlier build whose choices the next plan is to have."""
        self._looked_for = ("", "")
        """The base image of the settings as the folder was looked into."""
        self._wanted: Stages | None = None
        """What the next plan's Dockerfile is to have."""
        self._context = context
        self._builds = builds
        self._form, self._found, self._recipe = form, found, recipe
        self._looking = Latest(context.tasks, self)
        self._maker = Maker(context.tasks.courtesy, self)
        self._filling: Making[None] | None = None
        """What shows the plan in hand, until it is shown."""
        self._fitting = RecipeFitting(context, recipes, self)
        self._next_version = NextVersion(context, builds, form, self)
        self.keeping_out = KeepingOut(context, found, recipe, self)
        self.keeping_out.git_seen.connect(self._git_seen)
        form.recipe_chosen.connect(self._recipe_chosen)
        recipe.stages_chosen.connect(self._stages_chosen)
        self._typed = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._typed.timeout.connect(self._offer_given)
        recipe.dockerfile.text_changed.connect(self._typed.start)
        self._connect()

    def look(
        self,
        folder: Path,
        model: ModelName | None = None,
        *,
        revision: str = "",
        asked: Asked | None = None,
        stages: Stages | None = None,
    ) -> None:
        """Look into `folder`, or what it was in `revision`, for a version of `model` if that is
        given, to be built with the choices of an earlier build if those are, by a Dockerfile that
        is proposed in `stages` if those are."""
        self._fill_up()
        self.folder = folder
        self._asked, self._wanted = asked, stages
        self._looked_for = self._named_base
        hub, settings = self._context.hub, self._context.settings.current
        self._looking.submit(
            preparing(
                self._builds,
                folder,
                hub.snapshot,
                settings,
                self._builder_form(),
                model,
                revision,
                asked.choice if asked is not None else None,
                asked.weights_from if asked is not None else "",
            ),
            title=tr("Look into {folder}", folder=short_folder(folder)),
            on_result=self._looked,
            on_error=self.failed.emit,
        )

    def stop(self) -> None:
        """Look no further."""
        self._looking.cancel()
        self._fill_up()
        self.keeping_out.stop()
        self._fitting.stop()
        self._next_version.stop()

    def request(self) -> BuildRequest | None:
        """What is to be built; None while a choice can't be used. Raises `InvalidInput`."""
        if self.prepared is None or self._filling is not None or not self._form.usable:
            return None
        draft = replace(
            self._form.draft,
            dockerfile=self._recipe.edited_text,
            dockerignore=self._recipe.edited_ignore,
            secrets=self._form.given.secrets_given(),
        )
        builder = Builder(self._context.settings.current.builder)
        return replace(request_for(self.prepared.plan, draft), builder=builder)

    def fit_builder(self) -> None:
        """Propose for the builder that the engine has by now. What a person edited stays."""
        prepared, form = self.prepared, self._builder_form()
        self._form.given.set_buildkit(self._has_buildkit)
        if prepared is None or self._filling is not None or self._context.engine() is None:
            return
        if prepared.choice.form is form:
            return
        self._wish_for(replace(self._wish or prepared.choice, form=form))

    @property
    def model(self) -> ModelName | None:
        """The model that a version is planned of."""
        return self.prepared.plan.model if self.prepared is not None else None

    @property
    def stands(self) -> bool:
        """Whether the plan in hand is of the folder that is, or was last, looked into."""
        planned = self.prepared.plan.folder.path if self.prepared is not None else None
        return planned == self.folder.resolve()

    @property
    def outdated(self) -> bool:
        """Whether something is proposed, and the settings name another base image by now."""
        prepared = self.prepared
        if prepared is None:
            return True
        return prepared.plan.recipe is not None and self._looked_for != self._named_base

    @property
    def _named_base(self) -> tuple[str, str]:
        """The base image that the settings name, and where it comes from."""
        settings = self._context.settings.current
        return settings.base_image, settings.base_mirror

    def _connect(self) -> None:
        recipe, fitting = self._recipe, self._fitting
        # A lock holds for one base image.
        recipe.base.chosen.connect(
            lambda kind: self._change(lambda wish: replace(wish, kind=kind, lock=None))
        )
        self._form.reproducible.clicked.connect(
            lambda on: self._change(lambda wish: replace(wish, reproducible=on))
        )
        recipe.lock.clicked.connect(self._lock_asked)
        recipe.edited.connect(self._allow)
        fitting.fitted.connect(self._fitted)
        fitting.locked.connect(self._show_lock)
        fitting.saved.connect(lambda: self.look(self.folder))
        fitting.failed.connect(self.failed)
        fitting.locking_changed.connect(self._show_locking)

    def _looked(self, prepared: Prepared) -> None:
        for asked in (self._fitting, self.keeping_out, self._next_version):
            asked.stop()
        self.prepared, self._wish = prepared, prepared.choice
        self.replaced.emit()
        self._filling = self._fill(prepared)
        self._maker.hurry(self._filling)

    def _fill_up(self) -> None:
        """What is half shown is of one plan, though nobody waits for it any more."""
        filling, self._filling = self._filling, None
        if filling is not None:
            self._maker.finish(filling)

    def _fill(self, prepared: Prepared) -> Making[None]:
        """Show the plan in every part of the page, in turns of the event loop; then tell, where
        that is still waited for. Nothing is built or fitted meanwhile."""
        plan = prepared.plan
        self._found.show_plan(plan)
        yield
        self._recipe.show_plan(plan, plan.recipe, plan.dockerfile)
        self.keeping_out.show_plan(plan)
        yield
        self._form.show_plan(plan, prepared.recipes)
        yield
        self._recipe.base.show_choice(plan.folder, prepared.choice)
        self._next_version.show_plan(plan)
        self._offer_given()
        if self._wanted is not None:
            self._form.choose_proposed(self._wanted)
            self._recipe_chosen()
            self._wanted = None
        if self._asked is not None:
            self._repeat(self._asked, prepared)
        yield
        if self._filling is None:
            return
        self._filling = None
        self.looked.emit()
        if prepared.recipes.proposed:
            self._fitting.pin(plan, prepared.choice)

    def _git_seen(self, git: GitFacts | None) -> None:
        if self.prepared is not None:
            plan = replace(self.prepared.plan, git=git)
            self.prepared = replace(self.prepared, plan=plan)
            self._form.show_git(plan)
            self.facts_changed.emit()

    def _repeat(self, asked: Asked, prepared: Prepared) -> None:
        """Choose as that build did; a text with something hidden in it can't be built again, nor
        one with a lock of other requirements."""
        self._form.no_cache.setChecked(asked.no_cache)
        if asked.choice is not None:
            self._form.choose_proposed(asked.choice.stages)
            self._form.reproducible.setChecked(asked.choice.reproducible)
            self._show_locking()
            self._recipe_chosen()
        if prepared.lock_left_out:
            self._context.say(
                tr("The requirements are not those that were locked for that build. The "
                   "Dockerfile is proposed anew, without the lock."),
                Tone.WARNING,
            )  # fmt: skip
        elif asked.given_dockerfile and HIDDEN in asked.dockerfile:
            self._context.say(
                tr("The Dockerfile of that build had a secret in it and was not kept as it was."),
                Tone.WARNING,
            )
        elif asked.given_dockerfile:
            self._recipe.edit(asked.dockerfile, asked.dockerignore)
        self._form.given.repeat(asked)
        self._form.check()

    def _offer_given(self) -> None:
        self._form.given.show_dockerfile(self._recipe.dockerfile.text())
        self._form.given.set_buildkit(self._has_buildkit)

    def _change(self, change: Callable[[RecipeChoice], RecipeChoice]) -> None:
        """What a person chose beside the Dockerfile, after what they chose before."""
        if self._wish is not None:
            self._wish_for(change(self._wish))

    def _wish_for(self, choice: RecipeChoice) -> None:
        if self.prepared is not None:
            self._wish = replace(choice, base_notes=())
            self._fitting.fit(self.prepared.plan, self._wish)

    def _fitted(self, fitted: Fitted) -> None:
        prepared = self.prepared
        if prepared is None or self._recipe.edited_text is not None:
            return
        plan, first = prepared.plan, next(iter(fitted.recipes.proposed), None)
        if plan.recipe is not None and first is not None:
            plan = plan.with_recipe(first)
        self.prepared = replace(prepared, plan=plan, recipes=fitted.recipes, choice=fitted.choice)
        self._wish = fitted.choice
        self._form.show_recipes(fitted.recipes)
        if _notes(plan) != _notes(prepared.plan):
            self._found.show_plan(plan)
            self.facts_changed.emit()
        self._recipe.base.show_choice(plan.folder, fitted.choice)
        self._show_locking()
        self._recipe_chosen()

    def _lock_asked(self) -> None:
        prepared = self.prepared
        if prepared is None:
            return
        if self._fitting.is_locking:
            self._fitting.stop_locking()
        elif prepared.choice.lock is not None:
            self._change(lambda wish: replace(wish, lock=None))
        else:
            self._fitting.lock(prepared.plan, prepared.choice)

    def _allow(self) -> None:
        """Where the text was edited, or is the folder's own, nothing is proposed anew."""
        proposed = self._form.draft.recipe is not None
        free = proposed and self._recipe.edited_text is None and not self._form.tag.isReadOnly()
        self._form.reproducible.setEnabled(free)
        why = "" if proposed else tr("For a proposed Dockerfile only.")
        self._form.reproducible.setToolTip(why)

    def _show_locking(self) -> None:
        locked = self.prepared is not None and self.prepared.choice.lock is not None
        self._recipe.show_locking(locked=locked, under_way=self._fitting.is_locking)

    def _show_lock(self, lock: Lock) -> None:
        prepared = self.prepared
        if prepared is None or prepared.plan.folder.requirements is None:
            return
        own = prepared.plan.folder.requirements
        dialog = LockDialog(self._context.theme, own, lock, self._recipe.window())
        dialog.used.connect(lambda: self._change(lambda wish: replace(wish, lock=lock)))
        dialog.saved.connect(lambda: self._fitting.save(prepared.plan, lock))
        dialog.open()

    def _recipe_chosen(self) -> None:
        if self.prepared is not None:
            plan = self.prepared.plan
            self._recipe.show_plan(plan, self._form.draft.recipe, plan.dockerfile)
            self.keeping_out.show_plan(plan)
            self._next_version.show_plan(plan)
            self._offer_given()

    def _stages_chosen(self) -> None:
        self._form.choose_stages(self._recipe.stages.current)
        self._recipe_chosen()

    def _builder_form(self) -> Form:
        """Every builder takes the classic form, so that is the one while there is no engine."""
        engine = self._context.engine()
        return form_for(engine is not None and engine.info.builds_with_buildkit)

    @property
    def _has_buildkit(self) -> bool:
        """Until there is an engine nothing is refused."""
        engine = self._context.engine()
        return engine is None or engine.info.builds_with_buildkit


def _notes(plan: BuildPlan) -> tuple[str, ...]:
    return plan.recipe.notes if plan.recipe else ()
