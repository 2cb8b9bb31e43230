"""The plan that the page shows: its heading, its button, and what stands in the way."""

from PySide6.QtCore import QObject

from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr
from modeldesk.ui.build.notices import files_missing, no_engine
from modeldesk.ui.build.planning import Planning
from modeldesk.ui.build.views import BuildViews, Showing
from modeldesk.ui.build.words import plan_line
from modeldesk.ui.context import Context
from modeldesk.ui.links import SettingsLink, SettingsSection, TrialLink
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.banner import Notice
from modeldesk.ui.widgets.chip import ChipSpec

_SHORT_TAG = 16


class PlanInView(QObject):
    """Follows the choices, and the engine as it comes and goes."""

    def __init__(
        self, context: Context, views: BuildViews, planning: Planning, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._views, self._planning = context, views, planning
        views.form.changed.connect(self._changed)
        planning.facts_changed.connect(self._say_folder)
        views.recipe.measure_asked.connect(lambda: context.navigate(TrialLink(planning.folder)))
        context.hub.connection_changed.connect(self._connection_changed)
        # The one way out that a banner of this page offers.
        views.banner.action_chosen.connect(
            lambda _: context.navigate(SettingsLink(SettingsSection.NEW_VERSIONS))
        )

    def show(self) -> None:
        """Show the plan in hand, if there is one."""
        planning, views = self._planning, self._views
        if planning.prepared is None:
            return
        views.show_face(Showing.PLAN)
        views.heading.offer(views.heading.other, views.heading.build)
        self._say_folder()
        planning.fit_builder()
        views.form.set_editable(True)
        views.form.check()
        views.form.tag.setFocus()

    def _say_folder(self) -> None:
        if self._planning.prepared is not None:
            self._views.heading.line.set_text(plan_line(self._planning.prepared.plan))

    def say_unusable(self, error: InvalidInput) -> None:
        """What was chosen can't be built."""
        self._views.banner.present(Notice(error.message, error.hint))

    def _changed(self, _news: object = None) -> None:
        form, heading = self._views.form, self._views.heading
        if self._views.showing is not Showing.PLAN:
            return
        draft = form.draft
        name = printable(draft.model)
        chips = [ChipSpec(draft.channel, Tone.ACCENT)] if draft.channel else []
        heading.say(tr("Build {name} {version}", name=name, version=draft.tag), chips)
        tag = draft.tag if len(draft.tag) <= _SHORT_TAG else f"{draft.tag[:_SHORT_TAG]}…"
        heading.build.set_text(tr("Build {version}", version=tag))
        heading.build.setEnabled(form.usable and self._context.engine() is not None)
        heading.build.setToolTip(next(iter(form.problems.values()), ""))
        self._say_what_is_in_the_way()

    def _say_what_is_in_the_way(self) -> None:
        banner, prepared = self._views.banner, self._planning.prepared
        if self._context.engine() is None:
            banner.present(no_engine())
        elif prepared is not None and prepared.plan.folder.pointers:
            banner.present(files_missing(prepared.plan.folder))
        else:
            banner.dismiss()

    def _connection_changed(self, _news: object) -> None:
        if self._views.showing is Showing.PLAN:
            self._planning.fit_builder()
            self._changed()
