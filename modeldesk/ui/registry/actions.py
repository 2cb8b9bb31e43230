"""What can be done with a version's place in registries: the lines of menus, and their dialogs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.references import Reference
from modeldesk.core.transfers.destinations import destinations
from modeldesk.core.transfers.pushing import pushable
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.registry.copy_dialog import CopyDialog
from modeldesk.ui.registry.push_dialog import PushDialog
from modeldesk.ui.registry.remove_dialog import RegistryRemoveDialog
from modeldesk.ui.registry.transfers import Transfers
from modeldesk.ui.widgets.choose_folder import choose_folder


class RegistryActions(QObject):
    """One per program. Each act gets the widget over which its dialog stands."""

    def __init__(self, context: Context, transfers: Transfers, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.transfers = transfers

    def push(self, version: Version, over: QWidget) -> PushDialog:
        """Ask where to, and push."""
        known = self._destinations(version.key.model)
        dialog = PushDialog(
            version, known, lambda targets: self.transfers.push(version, targets), over
        )
        dialog.open()
        return dialog

    def pull(self, version: RemoteVersion, model: ModelName, over: QWidget) -> None:
        """Have it sent, by its digest: to the engine, or to a folder that is asked for where it
        is a model without an image."""
        if version.artifact:
            self.download(reference_of(version), over)
        else:
            self.transfers.pull(reference_of(version), model)

    def download(self, reference: Reference, over: QWidget) -> QFileDialog:
        """Ask for a folder, and have the files of a model in it."""
        return choose_folder(
            over.window(),
            lambda folder: self._download(reference, Path(folder)),
            tr("Pull to a folder"),
        )

    def _download(self, reference: Reference, folder: Path) -> None:
        self.transfers.download(reference, folder)

    def copy(self, source: Reference, model: ModelName, over: QWidget) -> CopyDialog:
        """Ask where to, and copy."""
        known = self._destinations(model)
        transfers = self.transfers
        dialog = CopyDialog(
            self._context, transfers.registries, source, known, transfers.copy, over
        )
        dialog.open()
        return dialog

    def remove(self, reference: Reference, over: QWidget) -> RegistryRemoveDialog:
        """Ask, with everything that goes in sight, and remove."""
        transfers = self.transfers
        dialog = RegistryRemoveDialog(
            self._context, transfers.registries, reference, transfers.remove, over
        )
        dialog.open()
        return dialog

    def fill(self, menu: QMenu, version: Version, over: QWidget) -> None:
        """The lines for a version that is here."""
        push = menu.addAction(tr("Push…"), lambda: self.push(version, over))
        push.setEnabled(self._context.engine() is not None)
        places = places_of(version)
        model = version.key.model
        _one_or_several(
            menu, tr("Copy to another registry…"), places, lambda one: self.copy(one, model, over)
        )
        _one_or_several(
            menu, tr("Remove from registry…"), places, lambda one: self.remove(one, over)
        )

    def remote_menu(self, version: RemoteVersion, model: ModelName, over: QWidget) -> QMenu:
        """The menu of a version that only a registry has."""
        menu = QMenu(over)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        reference = reference_of(version)
        name = str(replace(reference, digest=""))
        text = (
            tr("Pull {version} to a folder…", version=_plain(version.tag))
            if version.artifact
            else tr("Pull {version}", version=_plain(version.tag))
        )
        pull = menu.addAction(text, lambda: self.pull(version, model, over))
        pull.setEnabled(bool(version.artifact) or self._context.engine() is not None)
        menu.addSeparator()
        menu.addAction(tr("Copy reference"), lambda: self._copy_text(name))
        menu.addAction(tr("Copy digest"), lambda: self._copy_text(version.digest))
        menu.addSeparator()
        menu.addAction(tr("Copy to another registry…"), lambda: self.copy(reference, model, over))
        menu.addAction(tr("Remove from registry…"), lambda: self.remove(reference, over))
        return menu

    def _destinations(self, model: ModelName) -> tuple[str, ...]:
        context = self._context
        return destinations(context.hub.snapshot, model, context.settings.current.registries)

    def _copy_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._context.say(trn("Copied {name}", "Copied {count} names", 1, name=text))


def reference_of(version: RemoteVersion) -> Reference:
    """Its name in the registry, with tag and digest."""
    return replace(Reference.parse(f"{version.repository}:{version.tag}"), digest=version.digest)


def places_of(version: Version) -> tuple[Reference, ...]:
    """Where the version lies in registries, by digest, with the tag it has here beside it."""
    tags = {one.name: one.tag for one in reversed(version.references)}
    return tuple(replace(one, tag=tags.get(one.name, "")) for one in pushable(version.digests))


def _one_or_several(
    menu: QMenu, text: str, places: Sequence[Reference], act: Callable[[Reference], object]
) -> None:
    if len(places) == 1:
        menu.addAction(text, lambda: act(places[0]))
        return
    if not places:
        line = menu.addAction(text)
        line.setEnabled(False)
        line.setToolTip(tr("It is in no registry that is known. Push it first."))
        return
    submenu = menu.addMenu(text)
    for place in places:
        submenu.addAction(_plain(place.name), partial(act, place))


def _plain(text: str) -> str:
    return presentation.printable(text).replace("&", "&&")
