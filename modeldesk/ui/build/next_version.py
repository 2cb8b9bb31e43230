"""Looks at what changed since the newest version, for as long as a folder is planned."""

from PySide6.QtCore import QObject

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import InvalidReference, ModelDeskError
from modeldesk.core.ids import ModelName
from modeldesk.core.references import Reference
from modeldesk.core.versioning.proposals import ProposedVersion
from modeldesk.core.words import tr
from modeldesk.ui.build.form import VersionForm
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest

_ANY = "v0.0.0"
"""Stands for the version whose name is looked for."""


class NextVersion(QObject):
    """Tells the form which semantic version comes next by what changed. Gigabytes that were not
    read before take seconds: until then, and where they can't be read, the form's own proposal
    stands."""

    def __init__(
        self, context: Context, builds: BuildService, form: VersionForm, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._builds = builds
        self._form = form
        self._plan: BuildPlan | None = None
        self._reading = Latest(context.tasks, self)
        form.names_changed.connect(self._look)

    def show_plan(self, plan: BuildPlan) -> None:
        """Look at what changed in the folder of `plan`."""
        self._plan = plan
        self._look()

    def stop(self) -> None:
        """Look no further."""
        self._plan = None
        self._reading.cancel()

    def _look(self) -> None:
        plan, draft = self._plan, self._form.draft
        if plan is None or not draft.model:
            return
        try:
            repository = Reference.parse(draft.repository)
        except InvalidReference:
            return
        recipe = draft.recipe
        request = plan.request(
            _ANY,
            model=ModelName(draft.model),
            repository=Reference(repository.registry, repository.repository),
            dockerfile=recipe.dockerfile if recipe else None,
            dockerignore=(recipe.dockerignore or None) if recipe else None,
        )
        snapshot = self._context.hub.snapshot
        self._form.show_looking(looking=True)
        self._reading.submit(
            lambda job: self._builds.next_semantic(request, snapshot, job),
            title=tr("Look at what changed in {folder}", folder=plan.folder.path.name),
            on_result=self._found,
            on_error=self._failed,
            lane=Lane.ANALYSIS,
        )

    def _found(self, proposed: ProposedVersion) -> None:
        self._form.show_looking(looking=False)
        self._form.show_next(proposed)

    def _failed(self, _error: ModelDeskError) -> None:
        """What can't be read is said when the folder is looked into, and when it is built."""
        self._form.show_looking(looking=False)
