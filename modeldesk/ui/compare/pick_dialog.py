"""Asks for an image: a version of the library, an archive, or a name in a registry."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QWidget,
)

from modeldesk.core.contents.model import ArchiveImage, RegistryImage
from modeldesk.core.errors import InvalidReference, ModelDeskError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.references import Reference
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.compare.picks import Pick, PlacePick, VersionPick, version_text
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.banner import Notice
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.choose_archive import choose_archive
from modeldesk.ui.widgets.search_list_dialog import SearchListDialog
from modeldesk.ui.widgets.two_line_list import TwoLineRow

ListArchive = Callable[[Path, CancelToken], tuple[str, ...]]
"""The names of the images in an archive; called in a worker. Raises `ArchiveError`."""
_LISTED = 400


class PickDialog(SearchListDialog):
    """Typing filters what the library has. What is typed as a registry's name can be chosen
    too."""

    picked = Signal(object)
    """The `Pick`."""

    def __init__(
        self, context: Context, list_archive: ListArchive, title: str, parent: QWidget
    ) -> None:
        searched = tr("Model or version, or registry/repository:tag")
        super().__init__(context.theme, title, title, searched, parent)
        self._context = context
        self._list_archive = list_archive
        self._looking = Latest(context.tasks, self)
        self._picks: dict[str, Pick] = {}
        self.resize(560, 520)
        self.field.textChanged.connect(self._show)
        self.chosen.connect(self._choose)
        self.archive = PlainButton(tr("Open archive…"))
        self.archive.clicked.connect(lambda: choose_archive(self, self.open_archive))
        self.archive.setAutoDefault(False)
        self.stand_beside_cancel(self.archive, wide=False)
        context.hub.snapshot_changed.connect(self._show)
        self._show()

    def _choose(self, key: str) -> None:
        if key in self._picks:
            self._take(self._picks[key])

    def open_archive(self, path: Path) -> None:
        """Take the archive's image, or have one chosen of several."""
        list_archive = self._list_archive
        self.banner.dismiss()
        self._looking.submit(
            lambda job: list_archive(path, job.token),
            title=tr("Look into the archive"),
            on_result=lambda names: self.offer(path, names),
            on_error=self._archive_failed,
        )

    def offer(self, path: Path, names: tuple[str, ...]) -> None:
        """Have one of an archive's images chosen; where there is no choice, take it."""
        if len(names) < 2:
            self._take(PlacePick(ArchiveImage(path)))
            return
        self.field.clear()
        self._picks = {f"a{n}": PlacePick(ArchiveImage(path, name)) for n, name in enumerate(names)}
        file = presentation.printable(path.name)
        self._set_rows(
            [
                TwoLineRow(f"a{n}", presentation.printable(name), file)
                for n, name in enumerate(names)
            ]
        )

    def _archive_failed(self, error: ModelDeskError) -> None:
        self.banner.present(Notice(error.message, error.hint, tone=Tone.BAD))

    def _show(self, _news: object = None) -> None:
        text = self.field.text().strip()
        self._picks = {}
        rows = []
        for row, pick in _rows(self._context.hub.snapshot, text):
            self._picks[row.key] = pick
            rows.append(row)
        self._set_rows(rows)

    def _set_rows(self, rows: list[TwoLineRow]) -> None:
        self.nothing.setText(
            tr("Nothing matches.")
            if self.field.text().strip()
            else tr("No images yet. Open an archive, or name an image in a registry.")
        )
        self.show_rows(rows)

    def _take(self, pick: Pick) -> None:
        self.picked.emit(pick)
        self.accept()


def _rows(snapshot: LibrarySnapshot, text: str) -> Iterator[tuple[TwoLineRow, Pick]]:
    """What matches every word that is typed, and the name in a registry that it may be."""
    words = text.casefold().split()
    count = 0
    for entry in (*snapshot.models, *snapshot.others):
        for version in entry.versions:
            name = version_text(entry, version)
            tags = ", ".join(str(reference) for reference in version.references)
            if not all(word in f"{name} {tags}".casefold() for word in words):
                continue
            count += 1
            if count > _LISTED:
                return
            yield (
                TwoLineRow(
                    f"{entry.name}\n{version.key.image}",
                    name,
                    presentation.printable(tags) or presentation.short_digest(version.key.image),
                    right=presentation.size(version.size_bytes),
                ),
                VersionPick(entry.name, version.key.image),
            )
    place = _registry_image(text)
    if place is not None:
        yield (
            TwoLineRow("registry", place.name, tr("Read from the registry, without pulling it")),
            PlacePick(place),
        )


def _registry_image(text: str) -> RegistryImage | None:
    head, slash, _ = text.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        return None
    try:
        reference = Reference.parse(text)
    except InvalidReference:
        return None
    if not reference.tag and not reference.digest:
        reference = reference.with_tag("latest")
    return RegistryImage(str(reference))
