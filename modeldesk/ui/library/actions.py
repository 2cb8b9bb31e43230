"""What can be done with versions: the menu, and what each of its lines does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from modeldesk.core.channels.names import channel_references, is_only_known_as
from modeldesk.core.channels.service import ChannelService
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import Drift, Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.removal import RemovalPlanner, locked_reason
from modeldesk.core.versioning.channels import DEPRECATED, known_channels
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.channels.history_dialog import HistoryDialog
from modeldesk.ui.channels.move_dialog import MoveDialog
from modeldesk.ui.channels.moves import ChannelMoves
from modeldesk.ui.context import Context
from modeldesk.ui.library.add_tag import AddTagDialog
from modeldesk.ui.library.tags import TagActions
from modeldesk.ui.links import CompareLink, LibraryLink
from modeldesk.ui.registry.actions import RegistryActions
from modeldesk.ui.removal.dialog import RemoveDialog, WaysBack
from modeldesk.ui.removal.task import RemovalTask

RunVersion = Callable[[Version, QWidget], object]


class VersionActions(QObject):
    """Acts on behalf of `page`, over which its dialogs stand."""

    def __init__(
        self,
        context: Context,
        channels: Callable[[], ChannelService],
        run_version: RunVersion,
        page: QWidget,
        ways_back_to: WaysBack = lambda _: (),
        verify_version: RunVersion | None = None,
        registry: RegistryActions | None = None,
    ) -> None:
        """`channels` is called in worker threads. `ways_back_to` names the deployments that could
        go back to an image; `verify_version` makes a version again and compares both, `registry`
        moves it to and from registries, where those are to be had."""
        super().__init__(page)
        self._ways_back_to = ways_back_to
        self._context = context
        self._run_version = run_version
        self._verify_version = verify_version
        self._registry = registry
        self._page = page
        self._removing = RemovalTask(context, self)
        self.tags = TagActions(context, self)
        self.channels = ChannelMoves(context, channels, self)

    def run(self, version: Version) -> None:
        """Ask how to run `version`, then run it."""
        self._run_version(version, self._page)

    def push(self, version: Version) -> None:
        """Ask where `version` is to be pushed, then push it."""
        if self._registry is not None:
            self._registry.push(version, self._page)

    def pull(self, version: RemoteVersion, model: ModelName) -> None:
        """Have a version sent that only a registry has."""
        if self._registry is not None:
            self._registry.pull(version, model, self._page)

    def pull_drifted(self, drift: Drift) -> None:
        """Have what a tag names in its registry sent, in the place of what it names here."""
        if self._registry is not None:
            theirs = replace(drift.reference, digest=drift.remote_digest)
            self._registry.transfers.pull(theirs, drift.local.key.model)

    def remote_menu(self, version: RemoteVersion, model: ModelName) -> QMenu | None:
        """The context menu of a version that only a registry has."""
        if self._registry is None:
            return None
        return self._registry.remote_menu(version, model, self._page)

    def copy_names(self, versions: Sequence[Version]) -> None:
        """Put the versions' own references (ids, where they have none) on the clipboard."""
        names = [str(v.references[0]) if v.references else v.key.image for v in versions]
        if names:
            self._copy(*names)

    def compare(self, one: Version, other: Version) -> None:
        """Put two versions side by side, the older one at the left."""
        left, right = sorted((one, other), key=lambda version: version.created)
        self._context.navigate(CompareLink(_link(left), _link(right)))

    def add_tag(self, version: Version) -> AddTagDialog:
        """Ask for one more tag and give it."""
        dialog = AddTagDialog(
            self._context.hub.snapshot,
            version,
            lambda reference: self.tags.add_tag(version, reference),
            self._page,
        )
        dialog.open()
        return dialog

    def move_channel(self, version: Version, channel: str, *, off: bool = False) -> MoveDialog:
        """Ask before `channel` is given to `version`, or taken off it, and then do it."""
        dialog = MoveDialog(self._context, self.channels, version, channel, self._page, off=off)
        dialog.open()
        return dialog

    def show_channels(self, model: ModelName) -> HistoryDialog:
        """Who moved the model's channels, when and why, with the way back."""
        dialog = HistoryDialog(self._context, self.channels, model, self._page)
        dialog.open()
        return dialog

    def confirm_removal(self, versions: Sequence[Version]) -> RemoveDialog:
        """Ask, with everything that goes in sight, then remove."""
        planner = RemovalPlanner(self._context.hub.snapshot)
        dialog = RemoveDialog(
            planner,
            versions,
            self._removing.start,
            self._page,
            ways_back_to=self._ways_back_to,
        )
        dialog.open()
        return dialog

    def removal_refusal(self, versions: Sequence[Version]) -> str:
        """Why none of `versions` can be removed; empty when one can."""
        snapshot = self._context.hub.snapshot
        reasons = [locked_reason(snapshot, version) for version in versions]
        return reasons[0] if reasons and all(reasons) else ""

    def menu(self, versions: Sequence[Version]) -> QMenu:
        """The context menu of one or several versions."""
        menu = QMenu(self._page)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        online = self._context.engine() is not None
        if len(versions) == 1:
            self._fill_for_one(menu, versions[0], online=online)
        else:
            menu.addAction(tr("Copy references") + "\tCtrl+C", lambda: self.copy_names(versions))
        if len(versions) == 2:
            menu.addAction(tr("Compare"), lambda: self.compare(*versions))
        menu.addSeparator()
        count = len(versions)
        title = (
            tr("Remove…")
            if count == 1
            else trn("Remove {count} version…", "Remove {count} versions…", count)
        )
        remove = menu.addAction(
            title + "\tDel",
            lambda: self.confirm_removal(versions),
        )
        refusal = _away() if not online else self.removal_refusal(versions)
        remove.setEnabled(not refusal)
        remove.setToolTip(refusal)
        return menu

    def _fill_for_one(self, menu: QMenu, version: Version, *, online: bool) -> None:
        run = menu.addAction(tr("Run…"), lambda: self.run(version))
        run.setEnabled(online)
        menu.addSeparator()
        before = self._version_before(version)
        if before is not None:
            name = presentation.printable(before.name).replace("&", "&&")
            menu.addAction(
                tr("Compare with {version}", version=name), lambda: self.compare(before, version)
            )
            menu.addSeparator()
        self._fill_copies(menu, version)
        menu.addSeparator()
        self._fill_verify(menu, version, online=online)
        if version.key.model:
            self._fill_channels(menu, version, online=online)
        menu.addAction(tr("Add tag…"), lambda: self.add_tag(version)).setEnabled(online)
        self._fill_tags(menu, version, online=online)
        if self._registry is not None:
            menu.addSeparator()
            self._registry.fill(menu, version, self._page)

    def _fill_verify(self, menu: QMenu, version: Version, *, online: bool) -> None:
        verify = self._verify_version
        if verify is None or not version.references:
            return
        act = menu.addAction(tr("Rebuild and verify…"), lambda: verify(version, self._page))
        act.setEnabled(online and bool(version.commit) and not version.commit.endswith("-dirty"))
        if not version.commit:
            act.setToolTip(tr("It does not say which commit it was built from."))
        elif version.commit.endswith("-dirty"):
            act.setToolTip(tr("It was built with changes that no commit has."))

    def _version_before(self, version: Version) -> Version | None:
        """The next older version of the same model."""
        for entry in self._context.hub.snapshot.models:
            if entry.name == version.key.model:
                older = (v for v in entry.versions if v.created < version.created)
                return next(older, None)
        return None

    def _fill_copies(self, menu: QMenu, version: Version) -> None:
        menu.addAction(tr("Copy reference") + "\tCtrl+C", lambda: self.copy_names([version]))
        if version.digests:
            menu.addAction(tr("Copy digest"), lambda: self._copy(version.digests[0].digest))
        menu.addAction(tr("Copy image ID"), lambda: self._copy(version.key.image))

    def _copy(self, *names: str) -> None:
        QGuiApplication.clipboard().setText("\n".join(names))
        self._context.say(trn("Copied {name}", "Copied {count} names", len(names), name=names[0]))

    def _fill_channels(self, menu: QMenu, version: Version, *, online: bool) -> None:
        """Those it has not to be moved here, those it has to be taken off, and their history."""
        here = menu.addMenu(tr("Move channel here"))
        here.setEnabled(online and bool(channel_references(version, DEPRECATED)))
        for channel in known_channels():
            act = here.addAction(f"{channel}…", partial(self.move_channel, version, channel))
            act.setEnabled(channel not in version.channels)
        having = [one for one in known_channels() if one in version.channels]
        if having:
            off = menu.addMenu(tr("Take channel off"))
            off.setToolTipsVisible(True)
            off.setEnabled(online)
            for channel in having:
                act = off.addAction(
                    f"{channel}…", partial(self.move_channel, version, channel, off=True)
                )
                if is_only_known_as(version, channel):
                    act.setEnabled(False)
                    act.setToolTip(tr("It is the version's only tag; remove the version instead."))
        menu.addAction(tr("Channel history…"), partial(self.show_channels, version.key.model))

    def _fill_tags(self, menu: QMenu, version: Version, *, online: bool) -> None:
        if len(version.references) < 2:
            action = menu.addAction(tr("Remove tag"))
            action.setEnabled(False)
            action.setToolTip(tr("It is the version's only tag; remove the version instead."))
            return
        submenu = menu.addMenu(tr("Remove tag"))
        submenu.setEnabled(online)
        for reference in version.references:
            text = presentation.printable(str(reference)).replace("&", "&&")
            action = submenu.addAction(text)
            action.triggered.connect(
                lambda _on, reference=reference: self.tags.remove_tag(version, reference)
            )


def _away() -> str:
    return tr("The engine is away.")


def _link(version: Version) -> LibraryLink:
    return LibraryLink(version.key.model, version.key.image)
