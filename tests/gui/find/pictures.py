"""Pictures of the page that finds versions: see `tests.gui.pictures`."""

from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPainter

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.library.remote_model import RegistryLook
from modeldesk.core.metadata.model import Section
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.search.model import Entry, Fact
from modeldesk.ui.registry.states import RegistryState
from modeldesk.ui.theme.theme import Theme
from tests.gui.find.bench import NOW, Bench
from tests.gui.pictures import Scene, by_name, live, take_all, until

WIDE, SMALL = QSize(1440 - 60 - 272, 900 - 30), QSize(1024 - 60 - 272, 700 - 30)


def everything(bench: Bench) -> None:
    known = KnownRegistry("registry.lan:5000", "Team")
    look = RegistryLook(known.host, NOW - timedelta(minutes=7), 4, 120, 0)
    bench.named.known = (RegistryState(known, look),)
    bench.named.changed.emit()


def asked(bench: Bench) -> None:
    bench.page.box.set_text(
        'accuracy >= 0.9 and dataset = "clicks-2025-11" and channel != deprecated'
    )


def wrong(bench: Bench) -> None:
    bench.page.box.set_text("accuracy >= 0.9 and size < big")


def unknown(bench: Bench) -> None:
    bench.page.box.set_text("acuracy >= 0.9")


def nothing(bench: Bench) -> None:
    bench.page.box.set_text("accuracy > 2")


def suggesting(bench: Bench) -> None:
    until(lambda: bool(bench.page.entries()))
    bench.page.box.set_text("accuracy > 0.9 and c")
    bench.page.box.field.setFocus()
    live(0.3)
    bench.page.box.suggest()


def absurd(bench: Bench) -> None:
    long = "ein-sehr-langer-name-" * 9
    bench.search.refresh = lambda *_: None  # type: ignore[method-assign]
    entries = [
        Entry(ModelName(long), ImageId(f"sha256:{n:064x}"), f"v{n}-{long}", f"{long}:v{n}", True,
              (long,), NOW, channels=("stable", "candidate", "deprecated"), dataset=long,
              size_bytes=10**14, facts=(Fact(Section.METRIC, long, 1e300),
                                        Fact(Section.TAG, "note", "票据识别 " * 90)))
        for n in range(3000)
    ]  # fmt: skip
    engine = bench.engine.identity().id
    bench.index.update(engine, {(e.model, e.image): ("", e) for e in entries}, ())
    bench.page.box.set_text(f"{long} > 1 or note ~ 票据")


SCENES: dict[str, Scene[Bench]] = by_name(
    everything, asked, wrong, unknown, nothing, suggesting, absurd
)


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture, with what is open over the page."""
    bench = Bench(theme, home)
    bench.page.resize(size)
    bench.page.show()
    bench.page.shown()
    scene(bench)
    live(0.6)
    picture = bench.page.grab()
    popup = bench.page.box.popup
    if popup.isVisible():
        painter = QPainter(picture)
        painter.drawPixmap(popup.pos() - bench.page.mapToGlobal(QPoint()), popup.grab())
        painter.end()
    picture.save(str(target))
    bench.close()


if __name__ == "__main__":
    take_all(SCENES, take, {"": WIDE, "small-": SMALL})
