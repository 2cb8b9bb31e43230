"""What can be done with versions: the menu, and what each of its lines does."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from modeldesk.core.library.model import Version
from modeldesk.core.library.removal import RemovalPlanner, locked_reason
from modeldesk.core.versioning.names import CHANNELS
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.library.add_tag import AddTagDialog
from modeldesk.ui.library.tags import TagActions, channel_reference, is_only_known_as
from modeldesk.ui.links import CompareLink, LibraryLink
from modeldesk.ui.removal.dialog import RemoveDialog, WaysBack
from modeldesk.ui.removal.task import RemovalTask

RunVersion = Callable[[Version, QWidget], object]


class VersionActions(QObject):
    """Acts on behalf of `page`, over which its dialogs stand."""

    def __init__(
        self,
        context: Context,
        run_version: RunVersion,
        page: QWidget,
        ways_back_to: WaysBack = lambda _: (),
    ) -> None:
        """`ways_back_to` names the deployments that could go back to an image."""
        super().__init__(page)
        self._ways_back_to = ways_back_to
        self._context = context
        self._run_version = run_version
        self._page = page
        self._removing = RemovalTask(context, self)
        self.tags = TagActions(context, self)

    def run(self, version: Version) -> None:
        """Ask how to run `version`, then run it."""
        self._run_version(version, self._page)

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
        if channel_reference(version, CHANNELS[0]) is not None:
            self._fill_channels(menu.addMenu(tr("Channel")), version).setEnabled(online)
        menu.addAction(tr("Add tag…"), lambda: self.add_tag(version)).setEnabled(online)
        self._fill_tags(menu, version, online=online)

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

    def _fill_channels(self, menu: QMenu, version: Version) -> QMenu:
        for channel in CHANNELS:
            action = menu.addAction(channel)
            action.setCheckable(True)
            action.setChecked(channel in version.channels)
            action.triggered.connect(
                lambda on, channel=channel: (
                    self.tags.set_channel(version, channel)
                    if on
                    else self.tags.clear_channel(version, channel)
                )
            )
            if channel in version.channels and is_only_known_as(version, channel):
                action.setEnabled(False)
        return menu

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
