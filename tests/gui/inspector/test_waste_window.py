"""What an image wastes, in a window of its own."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import ImageContents, Place, RegistryImage
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.inspector.files_window import FilesWindow
from modeldesk.ui.inspector.open_image import Choice, OpenImage
from modeldesk.ui.inspector.waste_rows import MOST_ROWS
from modeldesk.ui.inspector.waste_window import WasteWindow
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.contents import FakeContents, FileSpec, image_contents, layer_index
from tests.gui.inspector.desk import Desk
from tests.gui.inspector.images import copies, one_file

CACHE = b"var/cache/apt/pkgcache.bin"


class Held(FakeContents):
    """Reads nothing before `go` is set, but stops when it is told to."""

    def __init__(self, contents: ImageContents) -> None:
        super().__init__(contents)
        self.go = threading.Event()
        self.began = threading.Event()
        self.stopped = threading.Event()

    def file(
        self, place: Place, layer: DiffId, entry: Entry, token: CancelToken, stamp: str
    ) -> Iterator[bytes]:
        if self.problem is not None:
            raise self.problem
        self.began.set()
        while not self.go.wait(0.01):
            if token.cancelled:
                self.stopped.set()
            token.raise_if_cancelled()
        yield from super().file(place, layer, entry, token, stamp)


class WasteDesk(Desk):
    """Opens windows over images in memory."""

    def __init__(self, qtbot: QtBot, theme: Theme, tasks: TaskRunner, folder: Path) -> None:
        super().__init__(qtbot, theme, tasks, folder)
        self.over = QWidget()
        qtbot.addWidget(self.over)

    def open(self, contents: ImageContents | None = None) -> WasteWindow:
        image = OpenImage(RegistryImage("m:v1"), contents or self.source.contents)
        window = WasteWindow(self.context, self.source, image, "m:v1", self.over)
        window.show()
        self.until(lambda: not window.after_paint.waits and not self.tasks.active)
        return window


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> WasteDesk:
    return WasteDesk(qtbot, theme, tasks, tmp_path)


def texts(window: WasteWindow) -> list[list[str]]:
    model = window.model
    return [
        [model.cell(row, column).text for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_the_paths_and_the_layers_that_wrote_changed_and_removed_them(desk: WasteDesk) -> None:
    window = desk.open()
    assert texts(window) == [
        ["/var/cache/apt/pkgcache.bin", "38.0 MB", "2", "", "5"],
        ["/models/README.md", "2.80 kB", "4", "", "5"],
        ["/etc/motd", "286 B", "1", "5", ""],
    ]
    assert window.reclaimable.text() == "38.0 MB reclaimable"
    assert window.reclaimable_note.text() == "of 1.34 GB in all layers · 3 paths"
    assert window.dive.text() == (
        "97.17 % efficient · 38.0 MB wasted · 2.9 % of the layers above the lowest"
    )
    assert "rules of the tool dive" in window.dive.toolTip()
    window.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in texts(window)] == [
        "/etc/motd",
        "/models/README.md",
        "/var/cache/apt/pkgcache.bin",
    ]
    window.close()


def test_a_selected_path_tells_what_each_layer_did(desk: WasteDesk) -> None:
    window = desk.open()
    window.table.setCurrentIndex(window.model.index(0, 0))
    assert [line.text() for line in window.detail.lines if line.isVisible()] == [
        "Layer 2 wrote it · RUN apt-get install -y libgomp1",
        "Layer 5 removed it · COPY serve.py preprocess.py /app/",
    ]
    window.close()


def test_a_path_is_shown_among_the_files_of_the_layer_that_wrote_it(desk: WasteDesk) -> None:
    window = desk.open()
    window.table.row_activated.emit("0")
    files = window.files
    assert files is not None
    desk.until(lambda: files.browser.tree.current_path() == CACHE)
    assert files.browser.choice.choice == Choice(1, alone=True)
    window.table.setCurrentIndex(window.model.index(1, 0))
    window.detail.show_button.click()
    desk.until(lambda: files.browser.tree.current_path() == b"models/README.md")
    assert len(desk.over.findChildren(FilesWindow)) == 1
    files.close()
    desk.until(lambda: window.files is None)
    window.close()


def test_an_image_without_waste_says_so(desk: WasteDesk) -> None:
    window = desk.open(one_file())
    assert window.reclaimable.text() == "0 B reclaimable"
    assert not window.table.isVisible()
    window.close()


def test_of_very_many_paths_the_largest_are_shown(desk: WasteDesk) -> None:
    count = MOST_ROWS + 30
    files: dict[str | bytes, FileSpec] = {f"cache/{n:05}": 5000 - n for n in range(count)}
    window = desk.open(
        image_contents(
            [
                ("RUN make", LayerKind.OTHER, layer_index(files)),
                ("RUN rm -r /cache", LayerKind.OTHER, layer_index({"cache": None})),
            ]
        )
    )
    desk.until(lambda: window.model.rowCount() == MOST_ROWS and not desk.tasks.active)
    assert texts(window)[-1][0] == f"/cache/{MOST_ROWS - 1:05}"
    assert window.note.text() == (
        "The largest are shown; 89.6 kB more is reclaimable in 30 smaller paths."
    )
    window.close()


def test_duplicates_are_looked_for_when_asked(desk: WasteDesk) -> None:
    window = desk.open(copies())
    window.face.choose("duplicates")
    window.face.chosen.emit("duplicates")
    view = window.duplicates
    assert view.offer.isVisible()
    view.offer.action_chosen.emit()
    desk.until(view.table.isVisible)
    model = view.model
    assert [
        [model.cell(row, column).text for column in range(4)] for row in range(model.rowCount())
    ] == [
        ["6.00 MB", "3 × 3.00 MB", "/app/weights/model.bin", "3"],
        ["", "", "/models/model.safetensors", "1"],
        ["", "", "/root/.cache/huggingface/blobs/0f2c", "2"],
        ["310 kB", "2 × 310 kB", "/usr/lib/x86_64-linux-gnu/libgomp.so.1", "3"],
        ["", "", "/venv/lib/libgomp.so.1", "2"],
    ]
    assert view.line.text() == (
        "2 files are there more than once; their copies take 6.31 MB. "
        "Files smaller than 64.0 kB were not compared."
    )
    view.table.row_activated.emit("1")
    files = window.files
    assert files is not None
    desk.until(lambda: files.browser.tree.current_path() == b"models/model.safetensors")
    files.close()
    window.close()


def test_the_search_is_stopped_by_cancel_and_by_closing(desk: WasteDesk) -> None:
    for how in ("cancel", "close"):
        source = desk.source = Held(copies())
        window = desk.open()
        view = window.duplicates
        view.start()
        desk.until(source.began.is_set)
        if how == "cancel":
            view.cancel.click()
            assert view.currentWidget() is view.offer
        window.close()
        desk.until(source.stopped.is_set)
        desk.until(lambda: not desk.tasks.active)


def test_what_went_wrong_is_said_with_another_try(desk: WasteDesk) -> None:
    source = desk.source = Held(copies())
    source.problem = EngineUnavailable("It went away.")
    window = desk.open()
    view = window.duplicates
    view.start()
    desk.until(lambda: view.offer.accessibleName() == "It went away.")
    source.problem = None
    source.go.set()
    view.offer.action_chosen.emit()
    desk.until(lambda: view.model.rowCount() > 0)
    window.close()
