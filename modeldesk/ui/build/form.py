"""How the next version is to be named and described, as a person fills it in."""

from collections.abc import Mapping
from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.build.plan import BuildPlan, versions_for
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.versioning.names import CHANNELS, ProposedVersion, Scheme
from modeldesk.core.words import tr
from modeldesk.ui.build.draft import (
    Draft,
    Entry,
    Recipes,
    also_tag,
    first_draft,
    problems,
    repository_of,
    taken_by,
)
from modeldesk.ui.build.metric_fields import MetricFields
from modeldesk.ui.build.words import also_note
from modeldesk.ui.context import Context
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.segmented import Segmented

_OWN, _PROPOSED = "own", "proposed"


class VersionForm(Card):
    """The left card of the page. Checks itself as it is filled in."""

    changed = Signal()
    """Any choice, or whether all of them can be used."""
    recipe_chosen = Signal()
    """Another Dockerfile is to be used."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(tr("Version"), parent=parent)
        self._context = context
        self._plan: BuildPlan | None = None
        self._recipes = Recipes(own=False, proposed=())
        self._stages: Stages | None = None
        self._versions: Mapping[Scheme, ProposedVersion] = {}
        self._quiet = False
        self._problems: dict[Entry, str] = {}
        self.scheme = Segmented(
            [
                (Scheme.SEMANTIC.value, tr("Semantic")),
                (Scheme.COMMIT.value, tr("Commit")),
                (Scheme.TIMESTAMP.value, tr("Timestamp")),
            ],
            tr("How versions are named"),
        )
        self.tag = NotedLineEdit()
        self.also = NotedLineEdit()
        self.channel = QComboBox()
        self.model = NotedLineEdit(mono=False)
        self.repository = NotedLineEdit()
        self.dataset = NotedLineEdit()
        self.dockerfile = QComboBox()
        self.no_cache = QCheckBox(tr("No cache: run every step again"))
        self.metrics = MetricFields()
        self.fields = {
            Entry.TAG: Field(tr("Tag"), self.tag),
            Entry.ALSO: Field(tr("Also tag"), self.also),
            Entry.MODEL: Field(tr("Model"), self.model),
            Entry.REPOSITORY: Field(tr("Repository"), self.repository),
        }
        self._dockerfile_field = Field(tr("Dockerfile"), self.dockerfile)
        self._arrange()
        self._connect()

    def show_plan(self, plan: BuildPlan, recipes: Recipes) -> None:
        """Propose what `plan` does."""
        draft = first_draft(plan)
        self._plan, self._recipes, self._stages = plan, recipes, None
        self._versions = plan.versions
        self._quiet = True
        for scheme, version in plan.versions.items():
            self.scheme.set_option_enabled(scheme.value, bool(version.tag), version.reason)
        self.scheme.choose(plan.scheme.value)
        self.tag.setText(draft.tag)
        self.also.setText(draft.also)
        self.channel.setCurrentIndex(0)
        self.model.setText(draft.model)
        self.repository.setText(draft.repository)
        self.dataset.setText(draft.dataset_version)
        self.metrics.show_metrics(draft.metrics)
        self.dataset.set_note(tr("from the folder") if self.dataset.text() else "")
        self._show_recipes(plan)
        self.no_cache.setChecked(False)
        self._quiet = False
        self.set_editable(True)
        self.check()

    @property
    def draft(self) -> Draft:
        """Every choice as it stands."""
        proposed = self.dockerfile.currentData() == _PROPOSED
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
        )

    def show_recipes(self, recipes: Recipes) -> None:
        """Propose other Dockerfiles of the same number."""
        self._recipes = recipes

    def choose_stages(self, stages: Stages) -> None:
        """The proposed Dockerfile is to have `stages`, where there is such a one."""
        self._stages = stages

    @property
    def usable(self) -> bool:
        """Whether a build can be made of the choices."""
        return self._plan is not None and not self._problems

    @property
    def problems(self) -> Mapping[Entry, str]:
        """What is wrong, by field."""
        return self._problems

    def set_editable(self, editable: bool) -> None:
        """Let the choices be changed, or only read."""
        for edit in (
            self.tag,
            self.also,
            self.model,
            self.repository,
            self.dataset,
            *self.metrics.edits.values(),
        ):
            edit.setReadOnly(not editable)
        for widget in (self.scheme, self.channel, self.no_cache):
            widget.setEnabled(editable)
        self.dockerfile.setEnabled(editable and self.dockerfile.count() > 1)

    def _arrange(self) -> None:
        self.channel.addItem(tr("none"), "")
        for name in CHANNELS:
            self.channel.addItem(name, name)
        content = QWidget()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._area, 1)
        # While it is empty: it is measured here, and all that is in it with it.
        self._area.setWidget(content)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, Space.XS, 0)
        self._column.setSpacing(Space.M)
        self._column.addWidget(self.scheme)
        self._column.addWidget(self.fields[Entry.TAG])
        self._column.addWidget(self.fields[Entry.ALSO])
        self._column.addWidget(Field(tr("Channel"), self.channel))
        self._column.addWidget(self.fields[Entry.MODEL])
        self._column.addWidget(self.fields[Entry.REPOSITORY])
        self._column.addWidget(self.metrics)
        self._column.addWidget(Field(tr("Dataset version"), self.dataset))
        self._column.addWidget(self._dockerfile_field)
        self._column.addWidget(self.no_cache)
        self._column.addStretch(1)

    def _connect(self) -> None:
        self.scheme.chosen.connect(self._scheme_chosen)
        for edit in (self.tag, self.also, self.repository):
            edit.textChanged.connect(self.check)
        self.metrics.changed.connect(self.check)
        self.model.textEdited.connect(self._model_edited)
        self.dockerfile.currentIndexChanged.connect(self._recipe_changed)
        self._context.hub.snapshot_changed.connect(self._snapshot_changed)

    def _show_recipes(self, plan: BuildPlan) -> None:
        self.dockerfile.clear()
        if self._recipes.own:
            self.dockerfile.addItem(tr("The folder’s own"), _OWN)
        if self._recipes.proposed:
            self.dockerfile.addItem(tr("Proposed"), _PROPOSED)
        note = "" if plan.own_dockerfile else tr("The folder has none.")
        self._dockerfile_field.set_note(note)

    def _scheme_chosen(self, key: str) -> None:
        scheme = Scheme(key)
        self._quiet = True
        self.tag.setText(self._versions[scheme].tag)
        if self._plan is not None:
            self.also.setText(also_tag(self._plan, scheme))
        self._quiet = False
        self.check()

    def _model_edited(self) -> None:
        """Another model belongs elsewhere and has versions of its own."""
        hub, settings = self._context.hub, self._context.settings.current
        self._quiet = True
        self.repository.setText(repository_of(self.draft.model, hub.snapshot, settings))
        self._quiet = False
        self._propose_again()

    def _snapshot_changed(self, _snapshot: object) -> None:
        """Versions came or went: what is proposed may be taken, or be another by now."""
        if self.isVisible() and not self.tag.isReadOnly():
            self._propose_again()

    def _propose_again(self) -> None:
        """A tag that is as it was proposed follows the proposal; one that was typed stays."""
        if self._plan is None:
            return
        scheme = Scheme(self.scheme.current)
        untouched = self.tag.text() == self._versions[scheme].tag
        taken = taken_by(self.draft, self._context.hub.snapshot)
        self._versions = versions_for(taken, self._plan.git, datetime.now(UTC).astimezone())
        self._quiet = True
        if untouched and self._versions[scheme].tag:
            self.tag.setText(self._versions[scheme].tag)
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
        self._problems = problems(self.draft, self._context.hub.snapshot)
        for entry, field in self.fields.items():
            if entry in self._problems:
                field.set_error(self._problems[entry])
            else:
                field.clear_error()
        self.metrics.check(self._problems.get(Entry.METRIC, ""))
        proposed = self._versions[Scheme(self.scheme.current)]
        same = self.tag.text().strip() == proposed.tag
        self.tag.set_note(proposed.reason if same else "")
        self.also.set_note(also_note(self._plan) if self.also.text() else tr("optional"))
        self.changed.emit()
