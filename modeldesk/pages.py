"""What the pages share, and the pages made of it: stores, actions and their wiring.

Imported after the window's first paint, by `modeldesk.app` alone.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from modeldesk.composition import Parts
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import DeploymentName, ImageId, ModelName
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.context import Context, Page
from modeldesk.ui.library.choice import LibraryChoice
from modeldesk.ui.library.models_panel import ModelsPanel
from modeldesk.ui.library.past import PastVersions
from modeldesk.ui.library.registries import RegistryCatalog
from modeldesk.ui.library.remote import RemotePast
from modeldesk.ui.library.store import LibraryStore
from modeldesk.ui.links import Link, PageKey, ReleasesLink
from modeldesk.ui.making import Making
from modeldesk.ui.releases.actions import ReleaseActions
from modeldesk.ui.releases.canaries import EngineCanaries
from modeldesk.ui.releases.canary_watching import CanaryWatching
from modeldesk.ui.releases.entries import RunningEntry, entries
from modeldesk.ui.releases.findings import FindingsStore
from modeldesk.ui.releases.store import ReleaseStore

if TYPE_CHECKING:
    from modeldesk.core.swarm.rolling import Rolling
    from modeldesk.ui.library.actions import VersionActions
    from modeldesk.ui.registry.actions import RegistryActions
    from modeldesk.ui.run.starting import Starter
    from modeldesk.ui.shell.command_palette import PaletteEntry


class Pages(QObject):
    """The stores and actions that pages share, and the pages made of them."""

    def __init__(
        self,
        context: Context,
        parts: Parts,
        activity: ActivityStore,
        in_view: Callable[[], PageKey | None],
        parent: QObject,
    ) -> None:
        """`in_view` says which page was gone to last."""
        super().__init__(parent)
        self._in_view = in_view
        self._acts: VersionActions | None = None
        self._context = context
        self._parts = parts
        self._activity = activity
        self.preload = Preload(self)
        self._choice = LibraryChoice(context.hub, self)
        self._library = LibraryStore(context, parts.library, self)
        self._past = PastVersions(context, lambda: parts.kept_versions, self)
        self._remote = RemotePast(context, lambda: parts.remote_versions, self)
        self._registries = RegistryCatalog(context, self._library, lambda: parts.browsing, self)
        self._registries.details_asked.connect(self._show_registries)
        self._registries.joined.connect(self._remote.reread)
        self._remote.changed.connect(lambda _model: self._registries.reread())
        self.canaries = CanaryWatching(context, parts.canary_watch, self)
        rollouts = EngineCanaries(
            lambda: parts.rollout_records,
            parts.releases.history,
            parts.canaries,
            lambda: self.canaries.watch,
        )
        self._rollouts = rollouts
        self._releases = ReleaseStore(context, parts.deployments, rollouts, self)
        self._actions = ReleaseActions(context, parts.deployments, lambda: parts.swarms, self)
        self.findings = FindingsStore(context, lambda: parts.remedies, self)
        self._starter: Starter | None = None
        self._moves: RegistryActions | None = None

    def models_panel(self) -> Making[ModelsPanel]:
        """The list of models at the left of most pages."""
        yield
        return ModelsPanel(
            self._context,
            self._library,
            self._choice,
            self._stays,
            registries=self._registries,
        )

    def _show_registries(self) -> None:
        from modeldesk.ui.library.registries_dialog import RegistriesDialog

        window = QApplication.activeWindow()
        if window is not None:
            RegistriesDialog(self._context, self._registries, window).open()

    def library_page(self) -> Making[Page]:
        """Models and versions."""
        from modeldesk.ui.library.page import LibraryPage
        from modeldesk.ui.library.parts import library_parts

        parts = yield from library_parts(
            self._context,
            self._parts.library,
            self._parts.late_contents,
            self.preload,
            lambda: self._parts.metadata,
        )
        page = LibraryPage(
            self._context,
            self._library,
            self._choice,
            self._past,
            self._remote,
            self._releases,
            lambda: self._parts.channels,
            self._run_version,
            self._actions.confirm_rollback,
            parts,
            verify_version=self._verify,
            registry=self._moving(),
        )
        yield
        page.show_choice()
        return page

    def build_page(self) -> Making[Page]:
        """A folder on its way to an image."""
        from modeldesk.ui.build.page import BuildPage
        from modeldesk.ui.build.views import build_views

        views = yield from build_views(self._context, lambda: self._parts.linter)
        return BuildPage(
            self._context,
            self._parts.builds,
            views,
            lambda: self._parts.recipes,
            self._choice.follow_link,
        )

    def compare_page(self) -> Making[Page]:
        """Two images side by side, or two recipes for one folder."""
        from modeldesk.ui.compare.images_view import ImagesView
        from modeldesk.ui.compare.result import make_result
        from modeldesk.ui.compare.room import CompareRoom
        from modeldesk.ui.compare.trial_view import make_trial_view

        result = yield from make_result(self._context.theme)
        yield
        images = ImagesView(
            self._context,
            self._parts.late_contents,
            _names_in,
            lambda: self._choice.entry,
            result,
        )
        yield
        recipes = yield from make_trial_view(self._context, self._parts.trials)
        yield
        return CompareRoom(images, recipes)

    def look_inside(self, archive: Path, over: QWidget) -> None:
        """What is in an archive, in a window of its own."""
        from modeldesk.ui.compare.looking import look_inside_archive

        contents = self._parts.late_contents
        look_inside_archive(self._context, contents, _names_in, archive, over)

    def releases_page(self) -> Making[Page]:
        """What runs."""
        from modeldesk.ui.releases.canary_actions import CanaryActions
        from modeldesk.ui.releases.following import RolloutFollowing
        from modeldesk.ui.releases.page import ReleasesPage
        from modeldesk.ui.releases.parts import releases_parts
        from modeldesk.ui.releases.swarm_following import SwarmFollowing

        parts = yield from releases_parts(self._context, self.preload, self.findings)
        yield
        return ReleasesPage(
            self._context,
            self._releases,
            self._actions,
            CanaryActions(self._context, self._rollouts, self),
            RolloutFollowing(self._context, self._rollouts, self),
            SwarmFollowing(self._context.require_engine, self._follow_swarm),
            parts,
            self._choice.mark,
        )

    def _follow_swarm(
        self, engine: ImageEngine, name: DeploymentName, token: CancelToken, canary: bool
    ) -> "Iterator[Rolling]":
        return self._parts.swarms.follow(engine, name, token, canary=canary)

    def _manages_swarm(self, engine: ImageEngine) -> bool:
        from modeldesk.core.swarm.model import Membership

        return self._parts.swarms.swarm(engine).membership() is Membership.MANAGER

    def cleanup_page(self) -> Making[Page]:
        """What could go."""
        from modeldesk.ui.cleanup.page import CleanupPage

        yield
        return CleanupPage(self._context, lambda: self._library.loaded, self._parts.releases)

    def find_page(self) -> Making[Page]:
        """Versions by what is known of them."""
        from modeldesk.ui.find.page import FindPage

        yield
        return FindPage(
            self._context,
            lambda: self._parts.search,
            lambda: self._parts.gatherer,
            self._registries,
        )

    def activity_page(self) -> Making[Page]:
        """All work."""
        from modeldesk.ui.activity.detail import TaskDetail
        from modeldesk.ui.activity.page import ActivityPage

        detail = TaskDetail(self._context.theme, self._activity)
        yield
        return ActivityPage(self._context, self._activity, detail)

    def settings_page(self) -> Making[Page]:
        """What a person may choose."""
        from modeldesk.ui.settings.page import SettingsPage, make_sections

        sections = yield from make_sections(
            self._context,
            self._parts.late_finder,
            lambda: self._parts.layer_records,
            lambda: self._parts.weights,
            lambda: self._parts.accounts,
            lambda: self._parts.own_registries,
            lambda: self._parts.release_events,
        )
        return SettingsPage(sections)

    def acts(self, window: QWidget) -> "Iterator[PaletteEntry]":
        """What can be done with what is chosen and with what runs."""
        from modeldesk.ui.shell.acts import choice_entries, remote_entries, running_entries

        entry = self._choice.entry
        if entry is not None:
            acts = self._acts_over(window)
            remote = self._remote.of(entry, ask=False).versions
            yield from choice_entries(self._context, entry, self._choice.version, acts)
            yield from remote_entries(self._context, entry, remote, acts)
        if self._context.engine() is None:
            return
        for one in self._running():
            ways = self._releases.facts.earlier.get(one.deployment.name) if one.deployment else None
            yield from running_entries(one, next(iter(ways or ()), None), self._actions, window)

    def _acts_over(self, window: QWidget) -> "VersionActions":
        if self._acts is None:
            from modeldesk.ui.library.actions import VersionActions

            self._acts = VersionActions(
                self._context,
                lambda: self._parts.channels,
                self._run_version,
                window,
                self._releases.ways_back_to,
                self._verify,
                self._moving(),
            )
        return self._acts

    def _running(self) -> tuple[RunningEntry, ...]:
        facts = self._releases.facts
        return entries(self._context.hub.snapshot, facts.deployments, self._context.engine_host)

    def _attach_metadata(
        self, image: ImageId, names: Sequence[Reference], token: CancelToken
    ) -> tuple[ModelDeskError, ...]:
        return self._parts.metadata.attach_to(image, names, token)

    def _stays(self, model: ModelName) -> Link | None:
        """Whoever looks at what runs is shown what runs of the model, if anything does."""
        here = self._in_view() is PageKey.RELEASES
        if here and any(one.model == model for one in self._running()):
            return ReleasesLink(model=model)
        return None

    def _run_version(self, version: Version, over: QWidget) -> None:
        from modeldesk.ui.run.dialog import RunDialog

        RunDialog(
            self._context,
            version,
            self._parts.deployments,
            self._starting(),
            self._manages_swarm,
            over,
        ).open()

    def _verify(self, version: Version, over: QWidget) -> None:
        from modeldesk.ui.verify.dialog import VerifyDialog

        VerifyDialog(self._context, lambda: self._parts.verify, version, over).open()

    def _moving(self) -> "RegistryActions":
        if self._moves is None:
            from modeldesk.ui.registry.actions import RegistryActions
            from modeldesk.ui.registry.transfers import Transfers

            transfers = Transfers(
                self._context,
                lambda: self._parts.registries,
                self._parts.locks,
                self,
                self._attach_metadata,
            )
            self._moves = RegistryActions(self._context, transfers, self)
        return self._moves

    def _starting(self) -> "Starter":
        if self._starter is None:
            from modeldesk.ui.run.starting import Starter

            parts = self._parts
            self._starter = Starter(self._context, parts.deployments, parts.probe, self)
        return self._starter


def _names_in(path: Path, token: CancelToken) -> tuple[str, ...]:
    """The images of an archive; what reads it is imported by the worker that asks."""
    from modeldesk.core.archives.names import names_in

    return names_in(path, token)
