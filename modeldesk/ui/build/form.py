"""How the next version is to be named and described, as a person fills it in."""

from collections.abc import Mapping
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from modeldesk.core.build.plan import BuildPlan, versions_for
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.versioning.names import Scheme, tag_of
from modeldesk.core.versioning.proposals import ProposedVersion, free_name
from modeldesk.ui.build.draft import (
    Draft,
    Entry,
    Recipes,
    also_tag,
    first_draft,
    problems,
    repository_of,
    rule_problem,
    taken_by,
)
from modeldesk.ui.build.fields import PROPOSED, VersionFields
from modeldesk.ui.build.names import Taken, channel_note, tag_note
from modeldesk.ui.build.words import also_note, found_note
from modeldesk.ui.context import Context


class VersionForm(VersionFields):
    """The left card of the page: checks itself as it is filled in, and its proposals follow."""

    changed = Signal()
    """Any choice, or whether all of them can be used."""
    recipe_chosen = Signal()
    """Another Dockerfile is to be used."""
    names_changed = Signal()
    """Versions are counted on from others: of another model, or some came or went."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context.theme, parent)
        self._context = context
        self._plan: BuildPlan | None = None
        self._recipes = Recipes(own=False, proposed=())
        self._stages: Stages | None = None
        self._versions: Mapping[Scheme, ProposedVersion] = {}
        self._quiet = False
        self._problems: dict[Entry, str] = {}
        self._looking = False
        self._found_dataset = ""
        self._connect()

    def set_editable(self, editable: bool) -> None:
        """See `VersionFields`. What is only read is not being looked at any more."""
        super().set_editable(editable)
        if not editable and self._looking:
            self.tag_field.set_note("")

    def show_plan(self, plan: BuildPlan, recipes: Recipes) -> None:
        """Propose what `plan` does."""
        draft = first_draft(plan)
        self._plan, self._recipes, self._stages = plan, recipes, None
        self._versions = plan.versions
        self._quiet = True
        for scheme, version in plan.versions.items():
            self.scheme.set_option_enabled(scheme.value, bool(version.tag), version.reason)
        self.scheme_field.choose(plan.scheme)
        self.tag.setText(draft.tag)
        self.also.setText(draft.also)
        self.show_channels()
        self.model.setText(draft.model)
        self.repository.setText(draft.repository)
        self.dataset.setText(draft.dataset_version)
        self.metrics.show_metrics(draft.metrics)
        self._found_dataset = draft.dataset_version
        self.show_dockerfiles(recipes)
        self.given.forget()
        self.source.show_plan(plan)
        self.git_tag.show_plan(plan)
        self.no_cache.setChecked(False)
        self.reproducible.setChecked(False)
        self._quiet = False
        self.set_editable(True)
        self.check()

    def show_git(self, plan: BuildPlan) -> None:
        """Other files with changes enter the image that `plan`, the one that is shown, is of."""
        self._plan = plan
        self.source.show_plan(plan)
        if not self.tag.isReadOnly():
            self.git_tag.allow(plan.git)
            commit = versions_for(self._taken().all, plan.git, _now())[Scheme.COMMIT]
            self._propose({**self._versions, Scheme.COMMIT: commit})

    @property
    def draft(self) -> Draft:
        """Every choice as it stands."""
        proposed = self.dockerfile.currentData() == PROPOSED
        return Draft(
            tag=self.tag.text().strip(),
            also=self.also.text().strip(),
            channel=self.channel.currentData() or "",
            model=self.model.text().strip(),
            repository=self.repository.text().strip(),
            metrics=self.metrics.texts(),
            dataset_version=self.dataset.text().strip(),
            recipe=self._recipes.in_stages(self._stages) if proposed else None,
            no_cache=self.no_cache.isChecked(),
            build_args=self.given.build_args,
            git_tag=self.git_tag.chosen_name,
            git_message=self.git_tag.chosen_message,
        )

    def show_recipes(self, recipes: Recipes) -> None:
        """Propose other Dockerfiles of the same number."""
        self._recipes = recipes

    def choose_stages(self, stages: Stages) -> None:
        """The proposed Dockerfile is to have `stages`, where there is such a one."""
        self._stages = stages

    def choose_proposed(self, stages: Stages | None) -> None:
        """Take the Dockerfile that is proposed in `stages`, else the preferred one, also in place
        of the folder's own."""
        self._stages = stages
        place = self.dockerfile.findData(PROPOSED)
        if place >= 0:
            self.dockerfile.setCurrentIndex(place)

    def show_looking(self, *, looking: bool) -> None:
        """Whether it is being looked at what changed."""
        self._looking = looking
        self.check()

    def show_next(self, proposed: ProposedVersion) -> None:
        """The semantic version that comes next by what changed. A tag that is as it was proposed
        follows it; one that was typed stays."""
        if self._plan is None or self.tag.isReadOnly():
            return
        self._propose({**self._versions, Scheme.SEMANTIC: proposed})

    @property
    def usable(self) -> bool:
        """Whether a build can be made of the choices."""
        return self._plan is not None and not self._problems

    @property
    def problems(self) -> Mapping[Entry, str]:
        """What is wrong, by field."""
        return self._problems

    def _connect(self) -> None:
        self.scheme.chosen.connect(self._scheme_chosen)
        self.tag_field.taken.connect(self.tag.setText)
        self.channel.currentIndexChanged.connect(self.check)
        for edit in (self.tag, self.also, self.repository, self.dataset):
            edit.textChanged.connect(self.check)
        self.metrics.changed.connect(self.check)
        self.given.changed.connect(self.check)
        self.git_tag.changed.connect(self.check)
        self.model.textEdited.connect(self._model_edited)
        self.dockerfile.currentIndexChanged.connect(self._recipe_changed)
        self._context.hub.snapshot_changed.connect(self._snapshot_changed)

    def _scheme_chosen(self, key: str) -> None:
        scheme = Scheme(key)
        self._quiet = True
        self.tag.setText(self._versions[scheme].tag)
        self.also.setText(also_tag(self._versions, scheme))
        self._quiet = False
        self.check()

    def _model_edited(self) -> None:
        """Another model belongs elsewhere and has versions of its own."""
        hub, settings = self._context.hub, self._context.settings.current
        self._quiet = True
        self.repository.setText(repository_of(self.draft.model, hub.snapshot, settings))
        self._quiet = False
        if self._plan is not None:
            self._propose(versions_for(self._taken().all, self._plan.git, _now()))
            self.names_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # While it was out of sight it did not follow.
        self._snapshot_changed(None)

    def _snapshot_changed(self, _snapshot: object) -> None:
        """Versions came or went: what is proposed may be taken, or be another by now."""
        if self._plan is None or not self.isVisible() or self.tag.isReadOnly():
            return
        versions = versions_for(self._taken().all, self._plan.git, _now())
        semantic = self._versions[Scheme.SEMANTIC]
        same = versions[Scheme.SEMANTIC].reason == semantic.reason
        if same:
            # The same version comes before: what changed since is known, or about to be.
            versions[Scheme.SEMANTIC] = semantic
        self._propose(versions)
        if not same:
            self.names_changed.emit()

    def _propose(self, versions: Mapping[Scheme, ProposedVersion]) -> None:
        """Tags that are as they were proposed follow the proposal; what was typed stays."""
        scheme = self.scheme_field.current
        untouched = self.tag.text() == self._versions[scheme].tag
        also_untouched = self.also.text() == also_tag(self._versions, scheme)
        self._versions = versions
        self._quiet = True
        if untouched and self._versions[scheme].tag:
            self.tag.setText(self._versions[scheme].tag)
        if also_untouched:
            self.also.setText(also_tag(versions, scheme))
        self._quiet = False
        self.check()

    def _recipe_changed(self) -> None:
        if not self._quiet:
            self.recipe_chosen.emit()
            self.check()

    def check(self, _news: object = None) -> None:
        """Look at every field again and say what is wrong beside it."""
        if self._quiet or self._plan is None or self.tag.isReadOnly():
            return
        pattern = self._context.settings.current.git_tag_pattern
        self.git_tag.follow(pattern, self.model.text().strip(), self.tag.text().strip())
        draft, taken, snapshot = self.draft, self._taken(), self._context.hub.snapshot
        self._problems = problems(draft, taken)
        rules = self._context.settings.current.channel_rules
        if broken := rule_problem(self._plan, draft, rules):
            self._problems[Entry.CHANNEL] = broken
        if self.given.problem:
            self._problems[Entry.GIVEN] = self.given.problem
        for entry, field in self.fields.items():
            if entry in self._problems:
                field.set_error(self._problems[entry])
            else:
                field.clear_error()
        self.metrics.check(self._problems.get(Entry.METRIC, ""))
        self.git_tag.show_problem(self._problems.get(Entry.GIT_TAG, ""))
        proposed = self._versions[self.scheme_field.current]
        below = tag_note(draft.tag, proposed, looking=self._looking)
        self.tag.set_note(proposed.reason if draft.tag == proposed.tag and not below else "")
        self.tag_field.set_note(below)
        tag = tag_of(draft.tag)
        self.tag_field.offer(free_name(tag, taken.all, _now()) if tag in taken.all else "")
        self.channel_field.set_note(channel_note(draft.channel, draft.repository, snapshot))
        self.dataset.set_note(found_note(draft.dataset_version, self._found_dataset))
        self.also.set_note(also_note(self._versions, draft.also))
        self.changed.emit()

    def _taken(self) -> Taken:
        assert self._plan is not None
        return taken_by(self.draft, self._context.hub.snapshot, self._plan)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
