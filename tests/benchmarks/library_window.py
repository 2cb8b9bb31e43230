"""How long the library page keeps the event loop, and how soon the list stands, while a thousand
images list and their layers fill: ``python -m tests.benchmarks.library_window [IMAGES]``.

A timer of two milliseconds measures the gaps of the loop. The engine is the one in memory, so
its own list call takes next to no time and the figures are the window's alone.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from modeldesk import resources
from modeldesk.ui.library.versions_table import VersionsTable
from modeldesk.ui.shell.garbage import UiThreadGarbage
from modeldesk.ui.theme.theme import Theme, ThemeMode
from tests.benchmarks.gaps import Gaps
from tests.fakes.engine import FakeEngine, many_images
from tests.fakes.engine_images import BASE_STEPS, Step
from tests.gui.library.bench import Bench

_TAGS = 3


class Painted(QObject):
    """Watches for the first paint of a table that has rows."""

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._paints = 0
        viewport.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._paints += 1
        return False

    def with_rows(self, table: VersionsTable) -> bool:
        """Whether the table was painted after it had its rows."""
        if table.model().rowCount() == 0:
            self._paints = 0
        return self._paints > 0


def one_model(count: int) -> FakeEngine:
    """All images as versions of one model."""
    engine = FakeEngine()
    for number in range(count):
        tags = [f"registry.lan:5000/team/big:v1.{number}.{patch}" for patch in range(_TAGS)]
        steps = (
            Step("COPY --from=builder /venv /venv", 400_000_000, str(number // 10)),
            Step("COPY model.safetensors /models/", 100_000_000 + number, str(number)),
            Step("COPY app.py /app/", 4_000, str(number)),
        )
        engine.add_image(*tags, steps=steps, base=BASE_STEPS)
    return engine


def measure(name: str, engine: FakeEngine, theme: Theme) -> None:
    """One run, printed."""
    begin = time.perf_counter()
    images = len(engine.list_images())
    list_ms = (time.perf_counter() - begin) * 1000
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(theme, engine, Path(home))
        bench.window.resize(1380, 870)
        bench.window.show()
        bench.preload.start()
        while not bench.preload.is_ready:
            QApplication.processEvents()
        for _ in range(20):
            QApplication.processEvents()
        app = QApplication.instance()
        assert app is not None
        gaps = Gaps()
        begin = time.perf_counter()
        bench.connect_engine()
        painted = Painted(bench.page.table.viewport())
        while not painted.with_rows(bench.page.table):
            app.processEvents()
        listed_ms = (time.perf_counter() - begin) * 1000
        listing = gaps.worst(1)
        while not bench.complete:
            app.processEvents()
        for _ in range(20):
            app.processEvents()
        filled_s = time.perf_counter() - begin
        print(f"{name}: {images} images, {images * _TAGS} tags")
        print(f"  list call of the engine {list_ms:.0f} ms; on screen after {listed_ms:.0f} ms")
        print(f"  layers known after {filled_s:.2f} s")
        print(f"  worst gap while listing {listing}; at all {gaps.worst()}")
        bench.close()


def main() -> None:
    """Measure a thousand models of one version, and one model of a thousand versions."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    theme = Theme(resources.path("fonts").parent, ThemeMode.LIGHT)
    theme.apply(app)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    engines = {"Many models": many_images(count, _TAGS), "One model": one_model(count)}
    # As in the program: started when the window stands. The engines are not the window's.
    collector = UiThreadGarbage(app)
    collector.start()
    for name, engine in engines.items():
        measure(name, engine, theme)
    collector.stop()


if __name__ == "__main__":
    main()
