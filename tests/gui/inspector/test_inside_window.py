"""An image that is no version of the library, looked into in a window of its own."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from modeldesk.composition import Parts
from modeldesk.core.contents.model import ArchiveImage, Place, RegistryImage
from modeldesk.core.errors import ArchiveError
from modeldesk.paths import Paths
from modeldesk.ui.inspector.advice_dialog import AdviceDialog
from modeldesk.ui.inspector.contents_store import Knowing, Subject
from modeldesk.ui.inspector.file_viewer import FileViewer
from modeldesk.ui.inspector.files_tab import FilesTab
from modeldesk.ui.inspector.inside_window import InsideWindow
from modeldesk.ui.inspector.layers_tab import LayersTab
from modeldesk.ui.inspector.open_image import Choice
from modeldesk.ui.inspector.waste_window import WasteWindow
from modeldesk.ui.links import CompareLink
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.gui.inspector.desk import Desk
from tests.unit.core.archives.crafting import Image, layout, legacy_save, modern_save, tar, write

ARCHIVE = ArchiveImage(Path("/exports/recommendation.tar"))
WEIGHTS = b"models/recommendation_v2.safetensors"


class InsideDesk(Desk):
    """The window over an image in memory that was not read before; there is no engine."""

    def __init__(self, qtbot: QtBot, theme: Theme, tasks: TaskRunner, folder: Path) -> None:
        super().__init__(qtbot, theme, tasks, folder)
        self.source.is_known = False
        self.over = QWidget()
        qtbot.addWidget(self.over)

    def open(self, place: Place = ARCHIVE) -> InsideWindow:
        subject = Subject(place, "recommendation.tar", 0, CompareLink())
        window = InsideWindow(self.context, self.source, subject, self.over)
        window.show()
        return window

    def filled(self, window: InsideWindow) -> tuple[LayersTab, FilesTab]:
        """Its parts, once all of the image is shown."""
        self.until(lambda: window.layers is not None and window.layers.isVisible())
        self.rest()
        assert window.layers is not None
        assert window.files is not None
        return window.layers, window.files


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Iterator[InsideDesk]:
    made = InsideDesk(qtbot, theme, tasks, tmp_path)
    yield made
    made.let_go()


def test_the_window_is_there_before_its_parts(desk: InsideDesk) -> None:
    window = desk.open()
    assert window.isVisible()
    assert window.files is None
    assert window.title.text() == "recommendation.tar"
    desk.filled(window)


def test_layers_files_and_waste_of_an_archive_without_an_engine(desk: InsideDesk) -> None:
    layers, files = desk.filled(desk.open())
    assert desk.source.read_places == [ARCHIVE]
    assert [row.title for row in layers.list.rows()] == [
        "Application", "Model weights", "Dependencies", "System packages", "Base image",
    ]  # fmt: skip
    told = {row.label: row.value for row in layers.figures.rows()}
    assert told["Reclaimable"] == "38.0 MB"
    assert set(told) == {"Unpacked", "In the archive", "Reclaimable", "Efficiency"}
    assert files.browser.tree_model.rowCount() > 0
    assert files.browser.map.isVisible()
    assert not files.window_button.isVisible()


def test_what_a_registry_has_is_called_so(desk: InsideDesk) -> None:
    window = desk.open(RegistryImage("registry.lan:5000/team/rec:v1"))
    layers, _ = desk.filled(window)
    assert "Compressed in registry" in {row.label for row in layers.figures.rows()}
    assert window.note.text() == "registry.lan:5000/team/rec:v1 · linux/amd64"


def test_a_layer_that_is_picked_shows_its_files_and_the_other_way_round(desk: InsideDesk) -> None:
    layers, files = desk.filled(desk.open())
    layers.list.row_selected.emit("3")
    desk.rest()
    assert files.browser.choice.choice == Choice(3)
    assert layers.detail.isVisible()
    files.browser.choice.choose(Choice(1, alone=True))
    files.browser.choice.chosen.emit(Choice(1, alone=True))
    desk.rest()
    assert layers.list.current_key() == "1"
    assert files.browser.choice.choice == Choice(1, alone=True)


def test_a_large_file_and_the_suggestions_are_led_to(desk: InsideDesk) -> None:
    window = desk.open()
    layers, files = desk.filled(window)
    layers.largest.file_chosen.emit(WEIGHTS)
    desk.until(lambda: files.browser.tree.current_path() == WEIGHTS)
    desk.until(layers.advice.isVisible)
    layers.advice.click()
    [dialog] = window.findChildren(AdviceDialog)
    dialog.close()
    desk.rest()


def test_the_wasted_files_have_a_window_over_it(desk: InsideDesk) -> None:
    window = desk.open()
    layers, _ = desk.filled(window)
    desk.until(layers.waste.isVisible)
    layers.waste.click()
    desk.until(lambda: bool(window.findChildren(WasteWindow)))
    [waste] = window.findChildren(WasteWindow)
    desk.until(lambda: waste.model.rowCount() > 0)
    waste.close()
    desk.rest()


def test_a_failure_is_said_and_can_be_tried_again(desk: InsideDesk) -> None:
    desk.source.problem = ArchiveError("The archive ends too early.", "Save it again.")
    window = desk.open()
    desk.until(lambda: window.files is not None and window.files.teach.isVisible())
    desk.rest()
    assert window.files is not None
    assert window.layers is not None
    desk.until(lambda: window.files is not None and window.files.store.failure is not None)
    assert window.files.teach.accessibleName() == "The archive ends too early."
    assert window.layers.isHidden()
    # It is tried again when a person says so, not by itself.
    assert len(desk.source.read_places) == 1
    desk.source.problem = None
    window.files.teach.action_chosen.emit()
    desk.filled(window)


def test_reading_can_be_cancelled(desk: InsideDesk) -> None:
    desk.source.hold = threading.Event()
    window = desk.open()
    desk.until(lambda: bool(desk.source.read_places))
    assert window.files is not None
    desk.until(window.files.cancel.isVisible)
    window.files.cancel.click()
    desk.rest()
    assert window.files.store.knowing is Knowing.UNREAD
    assert window.files.teach.isVisible()


def test_closing_ends_the_reading(desk: InsideDesk) -> None:
    desk.source.hold = threading.Event()
    window = desk.open()
    desk.until(lambda: bool(desk.source.read_places))
    QTest.keyClick(window, Qt.Key.Key_Escape)
    desk.rest()
    assert not desk.source.is_known
    desk.until(lambda: not desk.over.findChildren(InsideWindow))


def test_escape_empties_the_filter_first(desk: InsideDesk) -> None:
    window = desk.open()
    _, files = desk.filled(window)
    files.browser.search.field.setText(".so")
    QTest.keyClick(files.browser.search.field, Qt.Key.Key_Escape)
    desk.rest()
    assert files.browser.search.field.text() == ""
    assert window.isVisible()
    QTest.keyClick(files.browser.search.field, Qt.Key.Key_Escape)
    desk.until(lambda: not desk.over.findChildren(InsideWindow))


@pytest.mark.parametrize("form", ["legacy.tar", "modern.tar", "layout"])
def test_archives_as_programs_write_them(desk: InsideDesk, tmp_path: Path, form: str) -> None:
    """Through the program's own services, without an engine, to the text of a file."""
    image = Image((tar({"etc/motd": b"hello"}), tar({"app/serve.py": b"print('hi')\n"})))
    path = tmp_path / form
    if form == "layout":
        write(path, layout([image]))
    else:
        path.write_bytes(legacy_save(image) if form == "legacy.tar" else modern_save(image))
    parts = Parts(Paths.under(tmp_path / "home"))
    subject = Subject(ArchiveImage(path), form, 0, CompareLink())
    window = InsideWindow(desk.context, parts.contents_here, subject, desk.over)
    window.show()
    layers, files = desk.filled(window)
    assert [row.subtitle for row in layers.list.rows()] == ["COPY part1 /", "COPY part0 /"]
    assert str(path) in window.note.text()
    files.browser.view(b"app/serve.py")
    [viewer] = files.browser.findChildren(FileViewer)
    desk.until(viewer.face.isEnabled)
    assert viewer.text.toPlainText().startswith("print('hi')")
    viewer.close()
    desk.rest()
    parts.close()


def test_closing_while_it_is_made_leaves_nothing(desk: InsideDesk) -> None:
    window = desk.open()
    window.close()
    desk.until(lambda: not desk.over.findChildren(InsideWindow))
    desk.rest()
    assert desk.source.read_places == []
