"""The store: asks once for what happened, tells once what is new."""

from typing import TYPE_CHECKING

from pytestqt.qtbot import QtBot

from modeldesk.core.changes import Changes
from modeldesk.core.errors import EngineError
from modeldesk.core.ids import ImageId
from tests.gui.library.bench import Bench

if TYPE_CHECKING:
    from modeldesk.core.library.model import LibrarySnapshot


def test_the_engines_own_event_after_our_write_alters_nothing(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    told: list[LibrarySnapshot] = []
    bench.hub.snapshot_changed.connect(told.append)
    new = bench.engine.add_image("python-like:v1", base=())
    bench.hub.publish_changes(Changes(images=frozenset({new})), bench.page)
    qtbot.waitUntil(lambda: bench.complete and bool(told), timeout=3000)
    # On a busy machine the layers' snapshot may still be on its way.
    qtbot.wait(300)
    told.clear()
    asked = bench.engine.calls["image_summary"]
    bench.hub.publish_changes(Changes(images=frozenset({new})))
    qtbot.waitUntil(lambda: bench.engine.calls["image_summary"] == asked + 1, timeout=3000)
    qtbot.waitUntil(lambda: bench.complete, timeout=3000)
    assert told == []


def test_a_burst_is_read_in_few_calls(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    listed = bench.engine.calls["list_images"]
    for _ in range(100):
        bench.hub.publish_changes(Changes(every_image=True))
    qtbot.waitUntil(lambda: bench.complete, timeout=3000)
    assert bench.engine.calls["list_images"] - listed <= 2


def test_nothing_is_inspected_before_the_list_is_told(qtbot: QtBot, bench: Bench) -> None:
    for number in range(30):
        bench.engine.add_image(f"m{number}:v1")
    inspected: list[int] = []
    bench.hub.snapshot_changed.connect(
        lambda _snapshot: inspected.append(bench.engine.calls.get("image_detail", 0))
    )
    bench.connect_engine()
    qtbot.waitUntil(lambda: bench.complete, timeout=3000)
    assert inspected[0] == 0
    assert bench.engine.calls["image_detail"] == 30
    assert bench.engine.calls["list_images"] == 1


def test_an_engine_that_refuses_is_said_with_another_try(qtbot: QtBot, bench: Bench) -> None:
    bench.engine.add_image("m:v1")
    bench.engine.fail_next("list_images", EngineError("The engine would not list its images."))
    bench.connect_engine()
    qtbot.waitUntil(lambda: bool(bench.heard.sayings), timeout=3000)
    saying = bench.heard.sayings[0]
    assert (saying.text, saying.action) == ("The engine would not list its images.", "Try again")
    assert saying.on_action is not None
    saying.on_action()
    qtbot.waitUntil(lambda: bench.complete, timeout=3000)
    assert bench.hub.snapshot.image_count == 1


def test_f5_reads_everything_again(qtbot: QtBot, bench: Bench, images: dict[str, ImageId]) -> None:
    bench.engine.add_image("made-in-silence:v1")
    bench.hub.refresh_asked.emit()
    qtbot.waitUntil(
        lambda: any(m.name == "made-in-silence" for m in bench.hub.snapshot.models), timeout=3000
    )
