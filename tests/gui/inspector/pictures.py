"""Pictures of the inspector's files, in the library page and in a window of their own: see
`tests.gui.pictures`."""

import threading
from pathlib import Path

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from modeldesk.core.contents.model import ImageContents
from modeldesk.core.errors import EngineUnavailable
from modeldesk.ui.inspector.duplicates_view import DuplicatesView
from modeldesk.ui.inspector.files_browser import FilesBrowser
from modeldesk.ui.inspector.files_tab import FilesTab
from modeldesk.ui.inspector.open_image import Choice
from modeldesk.ui.inspector.waste_window import WasteWindow
from modeldesk.ui.theme.theme import Theme
from tests.fakes.contents import FakeContents
from tests.fakes.engine import FakeEngine
from tests.gui.inspector.images import copies, large, odd, one_file, sample
from tests.gui.library.bench import Bench
from tests.gui.library.pictures import SMALL, WIDE, filled
from tests.gui.pictures import Scene, by_name, live, take_all, until

WEIGHTS = b"models/recommendation_v2.safetensors"
README = "# 推荐模型\n\nclicks-2026-10, accuracy 0.940\n" + "a line of text\n" * 60


class Stage(Bench):
    """A library page over images with files."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        self.source = FakeContents(sample())
        super().__init__(theme, FakeEngine(), folder, self.source)
        self.extra: list[QWidget] = []

    @property
    def files(self) -> FilesTab:
        return self.page.inspector.files

    @property
    def browser(self) -> FilesBrowser:
        return self.files.browser

    def open(self, contents: ImageContents | None = None) -> None:
        """The Files tab, with the files on screen if they are known."""
        if contents is not None:
            self.source.contents = contents
        filled(self)
        if self.page.header.details.isVisible():
            self.page.header.details.click()
        self.page.inspector.tabs.setCurrentWidget(self.files)
        live(0.3)
        until(lambda: not self.tasks.active)
        live(0.5)


def layers(stage: Stage) -> None:
    filled(stage)
    if stage.page.header.details.isVisible():
        stage.page.header.details.click()
    live(0.5)


def suggestions(stage: Stage) -> None:
    layers(stage)
    until(stage.page.inspector.layers.advice.isVisible, 3)
    stage.page.inspector.layers.advice.click()


def waste_window(stage: Stage) -> WasteWindow:
    """The window with what is wasted, from the link under the figure."""
    layers(stage)
    until(stage.page.inspector.layers.waste.isVisible, 3)
    stage.page.inspector.layers.waste.click()
    made = stage.window.findChildren(WasteWindow)[-1]
    made.resize(960, 640)
    stage.extra.append(made)
    until(lambda: not stage.tasks.active)
    return made


def waste(stage: Stage) -> None:
    made = waste_window(stage)
    made.table.select_key("1")
    made.table.row_selected.emit("1")


def waste_of_thousands(stage: Stage) -> None:
    stage.source.contents = large(60_000)
    made = waste_window(stage)
    live(3)
    until(lambda: not stage.tasks.active, 30)
    made.table.select_key("1")
    made.table.row_selected.emit("1")


def nothing_wasted(stage: Stage) -> None:
    stage.source.contents = one_file()
    waste_window(stage)


def duplicates_offered(stage: Stage) -> None:
    made = waste_window(stage)
    made.face.choose("duplicates")
    made.face.chosen.emit("duplicates")


def duplicates(stage: Stage) -> None:
    stage.source.contents = copies()
    duplicates_offered(stage)
    stage.extra[-1].findChildren(DuplicatesView)[-1].start()
    until(lambda: not stage.tasks.active, 30)


def files(stage: Stage) -> None:
    stage.open()
    stage.browser.go_to(WEIGHTS)


def changed(stage: Stage) -> None:
    stage.open()
    stage.browser.go_to(b"app/serve.py", Choice(4, alone=True))
    live(0.4)
    stage.browser.tree.expandAll()


def size_map(stage: Stage) -> None:
    stage.open()
    stage.browser.face.findChildren(QWidget)
    stage.browser.face.choose("map")
    stage.browser.face.chosen.emit("map")


def found(stage: Stage) -> None:
    stage.open()
    stage.browser.search.field.setText(".so")
    live(0.4)
    stage.browser.search.rows.setCurrentIndex(stage.browser.search.model.index(1, 0))


def teach(stage: Stage) -> None:
    stage.source.is_known = False
    stage.open()


def reading(stage: Stage) -> None:
    teach(stage)
    stage.source.hold = threading.Event()
    # Let go in the end, whoever looks on.
    QTimer.singleShot(4000, stage.source.hold.set)
    stage.files.teach.action_chosen.emit()


def failed(stage: Stage) -> None:
    teach(stage)
    stage.source.problem = EngineUnavailable("The engine went away while it was read.", "Start it.")
    stage.files.teach.action_chosen.emit()
    live(0.3)


def one(stage: Stage) -> None:
    stage.open(one_file())


def names(stage: Stage) -> None:
    stage.open(odd())
    stage.browser.tree.expandToDepth(3)
    stage.browser.tree.setCurrentIndex(stage.browser.tree_model.index(1, 0))


def thousands(stage: Stage) -> None:
    stage.open(large(300_000))
    stage.browser.tree.expandToDepth(4)


def window(stage: Stage) -> None:
    files(stage)
    live(0.3)
    made = stage.files.open_window()
    assert made is not None
    live(0.3)
    made.browser.go_to(WEIGHTS)
    stage.extra.append(made)


def viewer(stage: Stage) -> None:
    stage.source.content[b"models/tokenizer.json"] = README.encode()
    stage.open()
    stage.browser.view(b"models/tokenizer.json")


def viewer_bytes(stage: Stage) -> None:
    stage.open()
    stage.browser.view(WEIGHTS)


SCENES = by_name(
    layers,
    suggestions,
    waste,
    waste_of_thousands,
    nothing_wasted,
    duplicates_offered,
    duplicates,
    files,
    changed,
    size_map,
    found,
    teach,
    reading,
    failed,
    one,
    names,
    thousands,
    window,
    viewer,
    viewer_bytes,
)


def take(scene: Scene[Stage], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture of the page, and of what is open beside it."""
    stage = Stage(theme, home)
    stage.window.resize(size)
    stage.window.show()
    stage.preload.start()
    scene(stage)
    until(lambda: stage.preload.is_ready and not stage.tasks.active, 2)
    live(0.3)
    stage.window.grab().save(str(target))
    for widget in (*stage.extra, *stage.window.findChildren(QDialog)):
        widget.grab().save(str(target.with_stem(f"{target.stem}-beside")))
        widget.close()
    if stage.source.hold is not None:
        stage.source.hold.set()
    stage.close()


if __name__ == "__main__":
    take_all(SCENES, take, {"": WIDE, "small-": SMALL})
