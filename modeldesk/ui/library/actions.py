"""What can be done with versions: the menu, and what each of its lines does."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from modeldesk.core.errors import EngineUnavailable, ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.library import removal
from modeldesk.core.library.model import Version
from modeldesk.core.library.removal import RemovalPlan, locked_reason
from modeldesk.core.versioning.names import CHANNELS
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.library.add_tag import AddTagDialog
from modeldesk.ui.library.remove_dialog import RemoveDialog, WaysBack
from modeldesk.ui.library.tags import TagActions, channel_reference, is_only_known_as
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.tokens import Tone

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
        self.tags = TagActions(context, self)

    def run(self, version: Version) -> None:
        """Ask how to run `version`, then run it."""
        self._run_version(version, self._page)

    def copy_names(self, versions: Sequence[Version]) -> None:
        """Put the versions' own references (ids, where they have none) on the clipboard."""
        names = [str(v.references[0]) if v.references else v.key.image for v in versions]
        if names:
            self._copy(*names)

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
        dialog = RemoveDialog(
            self._context.hub.snapshot, versions, self._remove, self._page, self._ways_back_to
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
        self._fill_copies(menu, version)
        menu.addSeparator()
        if channel_reference(version, CHANNELS[0]) is not None:
            self._fill_channels(menu.addMenu(tr("Channel")), version).setEnabled(online)
        menu.addAction(tr("Add tag…"), lambda: self.add_tag(version)).setEnabled(online)
        self._fill_tags(menu, version, online=online)

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

    def _remove(self, plan: RemovalPlan) -> None:
        def work(job: Job) -> None:
            engine = self._context.engine()
            if engine is None:
                raise EngineUnavailable(
                    tr("No engine answers, so nothing was removed."),
                    tr("Try again when the engine is back."),
                )
            removal.remove(engine, plan, job)

        count = len(plan.removals)
        name = presentation.printable(plan.removals[0].version.name)
        title = (
            tr("Remove {name}", name=name)
            if count == 1
            else trn("Remove {count} version", "Remove {count} versions", count)
        )
        self._context.tasks.submit(
            work,
            lane=Lane.TRANSFER,
            title=title,
            owner=self,
            on_result=lambda _: self._removed(plan),
            on_error=lambda error: self._not_removed(plan, error),
            on_cancelled=lambda: self._publish(plan),
        )

    def _removed(self, plan: RemovalPlan) -> None:
        self._publish(plan)
        text = trn("{count} version removed.", "{count} versions removed.", len(plan.removals))
        if plan.bytes_back:
            back = presentation.size(plan.bytes_back)
            text = tr("{text} {size} freed.", text=text, size=back)
        self._context.say(text, Tone.GOOD)

    def _not_removed(self, plan: RemovalPlan, error: ModelDeskError) -> None:
        self._publish(plan)
        self._context.say(str(error), Tone.BAD)

    def _publish(self, plan: RemovalPlan) -> None:
        self._context.hub.publish_changes(plan.changes, self)


def _away() -> str:
    return tr("The engine is away.")
