"""The files of a version, as a person goes through them."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from modeldesk.core.contents.extract import plan
from modeldesk.core.contents.model import ImageContents, RegistryImage
from modeldesk.core.contents.waste import WastedPath
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.inspector.contents_store import Knowing, Subject
from modeldesk.ui.inspector.extracting import TakenDialog
from modeldesk.ui.inspector.file_columns import NAME
from modeldesk.ui.inspector.file_viewer import FileViewer
from modeldesk.ui.inspector.files_browser import FilesBrowser, files_browser
from modeldesk.ui.inspector.files_tab import FilesTab
from modeldesk.ui.inspector.open_image import Choice
from modeldesk.ui.inspector.waste_rows import what_layers_did
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.making import at_once
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.contents import image_contents, layer_index
from tests.gui.inspector.desk import Desk
from tests.gui.inspector.images import odd
from tests.gui.parts import Heard

_TIP = Qt.ItemDataRole.ToolTipRole
WEIGHTS = b"models/recommendation_v2.safetensors"


class FilesDesk(Desk):
    """A Files tab over an image in memory."""

    def __init__(self, qtbot: QtBot, theme: Theme, tasks: TaskRunner, folder: Path) -> None:
        super().__init__(qtbot, theme, tasks, folder)
        self.heard = Heard(self.context)
        browser = at_once(files_browser(self.context, self.source))
        self.tab = FilesTab(self.context, self.source, browser)
        self.store = self.tab.store
        qtbot.addWidget(self.tab)
        self.tab.resize(372, 800)
        self.tab.show()

    @property
    def browser(self) -> FilesBrowser:
        return self.tab.browser

    def look_at(self, name: str = "m:v1", base_layers: int | None = None) -> None:
        subject = Subject(RegistryImage(name), name, 903_000_000, LibraryLink(), base_layers)
        self.store.look_at(subject)

    def open(self, contents: ImageContents | None = None) -> None:
        if contents is not None:
            self.source.contents = contents
        with self.qtbot.waitSignal(self.browser.shown):
            self.look_at()
        self.rest()

    def names(self) -> list[str]:
        """The top of the tree."""
        model = self.browser.tree_model
        return [model.index(row, NAME).data() for row in range(model.rowCount())]


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Iterator[FilesDesk]:
    made = FilesDesk(qtbot, theme, tasks, tmp_path)
    yield made
    made.let_go()


def test_known_files_show_at_once_and_add_up(desk: FilesDesk) -> None:
    desk.open()
    assert desk.names()[:2] == ["venv", "models"]
    assert desk.browser.summary.text().endswith("38.0 MB removed")
    assert desk.browser.choice.choice == Choice(4)
    assert desk.source.read_places == []


def test_an_image_that_was_not_read_is_read_when_asked(desk: FilesDesk) -> None:
    desk.source.is_known = False
    desk.source.hold = threading.Event()
    desk.look_at()
    desk.until(lambda: desk.store.knowing is Knowing.UNREAD)
    assert desk.tab.teach.isVisible()
    desk.tab.teach.action_chosen.emit()
    desk.until(lambda: desk.tab.progress.bar.fraction() is not None)
    assert desk.store.knowing is Knowing.READING
    assert desk.tab.cancel.isVisible()
    desk.source.hold.set()
    desk.until(lambda: bool(desk.names()))
    assert desk.browser.isVisible()


def test_a_reading_that_is_cancelled_can_be_asked_for_again(desk: FilesDesk) -> None:
    desk.source.is_known = False
    desk.source.hold = threading.Event()
    desk.look_at()
    desk.until(lambda: desk.store.knowing is Knowing.UNREAD)
    desk.store.read()
    desk.until(lambda: bool(desk.source.read_places))
    desk.tab.cancel.click()
    desk.until(lambda: desk.store.knowing is Knowing.UNREAD)
    assert desk.tab.teach.isVisible()


def test_a_reading_goes_on_while_another_image_is_looked_at(desk: FilesDesk) -> None:
    desk.source.is_known = False
    desk.source.hold = threading.Event()
    desk.look_at("m:v1")
    desk.until(lambda: desk.store.knowing is Knowing.UNREAD)
    desk.store.read()
    desk.look_at("m:v2")
    desk.until(lambda: desk.store.knowing is Knowing.UNREAD)
    desk.look_at("m:v1")
    assert desk.store.knowing is Knowing.READING
    desk.source.hold.set()
    desk.until(lambda: bool(desk.names()))


def test_what_went_wrong_is_said_with_another_try(desk: FilesDesk) -> None:
    desk.source.is_known = False
    desk.source.problem = EngineUnavailable("It went away.")
    desk.look_at()
    desk.until(lambda: desk.store.knowing is Knowing.UNREAD)
    desk.store.read()
    desk.until(lambda: desk.store.failure is not None)
    assert desk.tab.teach.accessibleName() == "It went away."
    desk.source.problem = None
    desk.tab.teach.action_chosen.emit()
    desk.until(lambda: bool(desk.names()))


def test_a_layer_alone_and_what_it_did(desk: FilesDesk) -> None:
    desk.open()
    layers = desk.browser.choice.layers
    assert layers.count() == 5
    assert layers.itemText(0).startswith("5 · ")
    layers.setCurrentIndex(3)
    with desk.qtbot.waitSignal(desk.browser.shown):
        layers.activated.emit(3)
    assert desk.browser.choice.choice == Choice(1)
    assert "venv" not in desk.names()
    desk.browser.choice.reach.choose("alone")
    with desk.qtbot.waitSignal(desk.browser.shown):
        desk.browser.choice.reach.chosen.emit("alone")
    assert desk.names() == ["var", "usr"]


def test_sorting_by_a_click_on_the_head_keeps_the_place(desk: FilesDesk) -> None:
    desk.open()
    desk.browser.go_to(WEIGHTS)
    desk.until(lambda: desk.browser.tree.current_path() == WEIGHTS)
    with desk.qtbot.waitSignal(desk.browser.shown):
        desk.browser.tree.sort_asked.emit(NAME)
    assert desk.names() == ["app", "etc", "models", "usr", "var", "venv"]
    desk.until(lambda: desk.browser.tree.current_path() == WEIGHTS)


def test_filtering_tells_the_exact_count_largest_first(desk: FilesDesk) -> None:
    desk.open()
    desk.browser.search.field.setFocus()
    QTest.keyClicks(desk.browser.search.field, ".SO")
    desk.until(lambda: desk.browser.search.rows.isVisible() and not desk.tasks.active)
    assert desk.browser.summary.text().startswith("11 of 470 files · ")
    first = desk.browser.search.model.index(0, NAME).data()
    assert first == "venv/lib/python3.11/site-packages/torch/lib/libtorch.so"
    QTest.keyClick(desk.browser.search.field, Qt.Key.Key_Down)
    assert desk.browser.search.rows.hasFocus()
    assert desk.browser.detail.isVisible()
    desk.browser.search.field.setFocus()
    QTest.keyClick(desk.browser.search.field, Qt.Key.Key_Escape)
    assert desk.browser.tree.isVisible()
    assert desk.browser.summary.text().startswith("470 files")


def test_what_was_found_can_be_shown_in_the_tree(desk: FilesDesk) -> None:
    desk.open()
    desk.browser.search.field.setText("libtorch")
    desk.rest()
    desk.browser.go_to(b"venv/lib/python3.11/site-packages/torch/lib/libtorch.so")
    desk.until(
        lambda: desk.browser.tree.current_path() is not None and desk.browser.tree.isVisible()
    )
    assert desk.browser.search.field.text() == ""
    assert (desk.browser.tree.current_path() or b"").endswith(b"libtorch.so")


def test_the_layers_that_touched_a_path_are_told_and_lead_there(desk: FilesDesk) -> None:
    desk.open()
    desk.browser.go_to(b"etc/motd")
    desk.until(lambda: len(desk.browser.detail.links) == 2)
    texts = [link.text() for link in desk.browser.detail.links]
    assert texts == ["Layer 1 · + wrote it, 286 B", "Layer 5 · ~ changed it, 310 B"]
    desk.browser.detail.links[0].click()
    desk.until(lambda: desk.browser.choice.choice == Choice(0, alone=True))
    desk.until(lambda: desk.browser.tree.current_path() == b"etc/motd")


def test_a_removed_path_tells_who_removed_it(desk: FilesDesk) -> None:
    desk.open()
    desk.browser.go_to(b"models/README.md")
    desk.until(lambda: bool(desk.browser.detail.links))
    assert desk.browser.detail.links[-1].text() == "Layer 5 · − removed it"


def test_the_tree_opens_and_closes_by_the_keyboard(desk: FilesDesk) -> None:
    desk.open()
    tree, model = desk.browser.tree, desk.browser.tree_model
    tree.setFocus()
    tree.setCurrentIndex(model.index(1, NAME))
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert tree.isExpanded(model.index(1, NAME))
    QTest.keyClick(tree, Qt.Key.Key_Right)
    QTest.keyClick(tree, Qt.Key.Key_Right)
    assert (tree.current_path() or b"").startswith(b"models/")
    QTest.keyClick(tree, Qt.Key.Key_Left)
    QTest.keyClick(tree, Qt.Key.Key_Left)
    assert not tree.isExpanded(model.index(1, NAME))


def test_the_map_goes_down_and_up(desk: FilesDesk) -> None:
    desk.open()
    desk.browser.face.choose("map")
    desk.browser.face.chosen.emit("map")
    chart = desk.browser.map.chart
    desk.until(lambda: bool(chart.placed()))
    shown = {one.tile.name: one.tile for one in chart.placed()}
    assert shown["venv/lib/python3.11/site-packages"].kind is LayerKind.DEPENDENCIES
    assert shown["models"].kind is LayerKind.MODEL_WEIGHTS
    chart.opened.emit(b"models")
    desk.until(lambda: {one.tile.key for one in chart.placed()} >= {WEIGHTS})
    assert desk.browser.map.path.text() == "/models"
    chart.picked.emit(WEIGHTS)
    assert desk.browser.detail.path.text() == WEIGHTS.decode()
    desk.browser.map.up.click()
    desk.until(lambda: any(one.tile.key == b"models" for one in chart.placed()))


def test_odd_names_are_shown_escaped(desk: FilesDesk) -> None:
    desk.open(odd())
    assert {"caf\\xe9", "line\\nbreak", "<b>bold<", "..", "数据集"} <= set(desk.names())
    desk.browser.go_to(b"caf\xe9/\xff\xfe.bin")
    desk.until(desk.browser.detail.isVisible)
    assert desk.browser.detail.path.text() == "caf\\xe9/\\xff\\xfe.bin"


def test_a_window_of_its_own_stays_with_its_image(desk: FilesDesk) -> None:
    desk.open()
    window = desk.tab.open_window()
    assert window is not None
    desk.until(lambda: window.browser.tree_model.rowCount() > 0)
    desk.source.is_known = False
    desk.look_at("m:v2")
    desk.until(lambda: desk.store.knowing is Knowing.UNREAD)
    assert window.browser.image is not None
    desk.until(lambda: bool(window.browser.map.chart.placed()))
    window.close()


def test_a_menu_offers_what_makes_sense(desk: FilesDesk) -> None:
    desk.open()
    desk.browser.tree.context_requested.emit(WEIGHTS, QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    texts = [action.text() for action in menu.actions()]
    assert texts == ["View", "Extract…", "Go to the layer that wrote it (4)"]
    menu.close()
    desk.browser.tree.context_requested.emit(b"usr/bin/python3", QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert [a.text() for a in menu.actions()] == ["Go to the layer that wrote it (1)"]
    menu.close()


def view_file(desk: FilesDesk, path: bytes) -> FileViewer:
    desk.browser.view(path)
    viewer = desk.browser.findChildren(FileViewer)[-1]
    desk.until(viewer.face.isEnabled)
    return viewer


def test_text_is_shown_as_text(desk: FilesDesk) -> None:
    desk.open()
    text = "# 模型\n<b>not bold</b>\n" + "\n".join(f"line {number}" for number in range(3000))
    desk.source.content[b"models/tokenizer.json"] = text.encode("gb18030")
    viewer = view_file(desk, b"models/tokenizer.json")
    desk.until(lambda: viewer.text.is_written)
    assert viewer.text.toPlainText() == text
    assert "GB18030" in viewer.note.text()
    viewer.face.choose("bytes")
    viewer.face.chosen.emit("bytes")
    assert viewer.bytes.toPlainText().startswith("00000000  23 20 ")
    viewer.close()


def test_of_a_large_file_the_beginning_is_shown_and_that_is_said(desk: FilesDesk) -> None:
    desk.open()
    viewer = view_file(desk, WEIGHTS)
    assert viewer.face.current == "bytes"
    assert viewer.note.text().startswith("Only the first 256 kB are shown")
    desk.until(lambda: viewer.bytes.is_written)
    assert viewer.bytes.blockCount() == 16_000
    viewer.close()


def test_a_picture_is_shown_as_one(desk: FilesDesk, tmp_path: Path) -> None:
    desk.open()
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("#3C58F9"))
    assert image.save(str(tmp_path / "logo.png"))
    desk.source.content[b"app/static/logo.png"] = (tmp_path / "logo.png").read_bytes()
    viewer = view_file(desk, b"app/static/logo.png")
    assert viewer.face.current == "picture"
    assert viewer.note.text() == "30 × 20 pixels"
    assert viewer.picture.pixmap().width() == 30
    viewer.close()


def test_extracting_writes_the_file_and_says_where(desk: FilesDesk, tmp_path: Path) -> None:
    desk.open()
    desk.source.content[b"app/serve.py"] = b"print('hello')\n".ljust(8_200)
    desk.browser.extract(b"app/serve.py")
    extraction = desk.browser.extraction
    desk.until(lambda: extraction.dialog is not None)
    dialog = extraction.dialog
    assert isinstance(dialog, QFileDialog)
    assert "serve.py" in dialog.windowTitle()
    dialog.fileSelected.emit(str(tmp_path))
    dialog.close()
    desk.until(lambda: (tmp_path / "serve.py").exists() and not desk.tasks.active)
    assert (tmp_path / "serve.py").read_bytes().startswith(b"print('hello')\n")
    desk.until(lambda: any("serve.py" in text for text in desk.heard.texts))


def test_a_name_that_is_taken_is_asked_about(desk: FilesDesk, tmp_path: Path) -> None:
    desk.open()
    image = desk.store.image
    assert image is not None
    view = image.files(Choice(image.top)).view
    planned = plan(view, b"app/serve.py", CancelToken())
    (tmp_path / "serve.py").write_text("mine")
    desk.browser.extraction.into(image, planned, tmp_path)
    question = desk.browser.extraction.question
    assert isinstance(question, TakenDialog)
    assert not question.replaced.isHidden()
    question.cancel.click()
    desk.rest()
    assert (tmp_path / "serve.py").read_text() == "mine"
    desk.browser.extraction.into(image, planned, tmp_path)
    question = desk.browser.extraction.question
    assert question is not None
    question.accept_button.click()
    desk.until(lambda: (tmp_path / "serve (2).py").exists() and not desk.tasks.active)
    desk.browser.extraction.into(image, planned, tmp_path)
    question = desk.browser.extraction.question
    assert question is not None
    question.replaced.click()
    desk.until(lambda: (tmp_path / "serve.py").stat().st_size == 8_200)
    desk.rest()
    folder = plan(view, b"app", CancelToken())
    (tmp_path / "app").mkdir()
    desk.browser.extraction.into(image, folder, tmp_path)
    question = desk.browser.extraction.question
    assert question is not None
    assert question.replaced.isHidden()
    question.reject()


def test_a_link_has_nothing_to_extract(desk: FilesDesk) -> None:
    desk.open()
    desk.browser.extract(b"usr/bin/python3")
    desk.until(lambda: bool(desk.heard.texts))
    assert desk.browser.extraction.dialog is None


def test_an_image_without_layers_and_one_without_files(desk: FilesDesk) -> None:
    empty = layer_index({})
    desk.open(image_contents([("RUN true", LayerKind.OTHER, empty)]))
    assert desk.names() == []
    assert desk.browser.summary.text() == "0 files · 0 B"


def test_the_base_that_the_library_found_is_told_and_a_better_one_too(desk: FilesDesk) -> None:
    desk.look_at("m:v1", 1)
    desk.until(lambda: desk.source.base_layers == 1)
    desk.rest()
    desk.look_at("m:v1", 2)
    desk.until(lambda: desk.source.base_layers == 2)
    desk.rest()


def test_what_was_found_goes_with_the_image(desk: FilesDesk) -> None:
    desk.open()
    search = desk.browser.search
    search.field.setText(".so")
    desk.until(lambda: search.model.rowCount() > 0 and not desk.tasks.active)
    assert search.figures
    desk.browser.clear()
    assert search.model.rowCount() == 0
    assert search.figures == ""
    # Nor does an answer come that was under way, or a search that was about to be made ready.
    with desk.qtbot.waitSignal(desk.browser.shown):
        desk.look_at("m:v2")
    search.field.setText(".py")
    desk.browser.clear()
    desk.rest()
    QTest.qWait(600)
    assert search.model.rowCount() == 0
    assert not desk.tasks.active


def test_what_made_a_layer_is_told_without_its_secrets(desk: FilesDesk) -> None:
    made = layer_index({"app/x": 5})
    instruction = "RUN curl -H 'Authorization: Bearer s3cret' https://lan/x"
    desk.open(image_contents([(instruction, LayerKind.OTHER, made)]))
    layers = desk.browser.choice.layers
    desk.browser.map.picked.emit(b"app/x")
    [link] = desk.browser.detail.links
    for told in (layers.itemText(0), layers.itemData(0, _TIP), link.toolTip()):
        assert "••••••" in told
        assert "s3cret" not in told
    path = WastedPath(b"app/x", 5, 0, (0,), (), ())
    assert what_layers_did(path, [instruction]) == [
        "Layer 1 wrote it · RUN curl -H 'Authorization: Bearer ••••••' https://lan/x"
    ]
