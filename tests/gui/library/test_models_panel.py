"""The side panel: what it lists, finds and keeps."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.ui.links import FindLink, LibraryLink, ReleasesLink
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.skeleton import Skeleton
from tests.gui.library.bench import Bench


def titles(bench: Bench) -> list[str]:
    return [row.title for row in bench.panel.list.rows() if not row.header]


def test_grey_rows_stand_until_the_first_answer(bench: Bench) -> None:
    grey = bench.panel.findChild(Skeleton)
    assert grey is not None
    assert grey.isVisible()


def test_grey_rows_go_where_no_engine_will_answer(bench: Bench) -> None:
    grey = bench.panel.findChild(Skeleton)
    assert grey is not None
    bench.hub.publish_connection(Connection(ConnectionState.NONE))
    assert not grey.isVisible()
    bench.hub.publish_connection(Connection(ConnectionState.SEARCHING))
    assert grey.isVisible()


def test_models_come_first_then_base_images_then_what_has_no_name(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    rows = bench.panel.list.rows()
    assert [row.title for row in rows] == [
        "Models",
        "churn",
        "demand-forecast",
        "fraud-detector",
        "ocr-zh · 票据识别",
        "recommendation",
        "speech-keywords",
        "Other images",
        "python",
        "Untagged",
    ]
    by_title = {row.title: row for row in rows}
    assert by_title["Models"].right == "6"
    assert by_title["recommendation"].subtitle == "9 versions · 8.96 GB unique"
    assert by_title["python"].subtitle == "2 tags · base of 40 versions"
    assert by_title["Untagged"].subtitle == "11 images · 4.10 GB reclaimable"
    assert by_title["fraud-detector"].dot is Tone.GOOD
    assert by_title["ocr-zh · 票据识别"].dot is Tone.WARNING
    assert by_title["churn"].dot is None
    assert len(by_title["recommendation"].spark) == 9


def test_typing_filters_by_name_tag_and_image_id(bench: Bench, images: dict[str, ImageId]) -> None:
    search = bench.panel.search
    search.setText("RECO")
    assert titles(bench) == ["recommendation"]
    search.setText("v1.3.1")
    assert titles(bench) == ["recommendation"]
    assert bench.panel.list.rows()[1].subtitle == "v1.3.1"
    search.setText(images["v1.2.0"][7:19])
    assert bench.panel.list.rows()[1].subtitle == "v1.2.0"
    search.setText("churn v1.1.0")
    assert titles(bench) == ["churn"]
    search.setText("票据")
    assert titles(bench) == ["ocr-zh · 票据识别"]
    search.setText("no such thing")
    assert titles(bench) == []
    search.clear()
    assert len(titles(bench)) == 8


def test_return_goes_to_the_version_that_was_found(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.panel.search.setText("team/recommendation:v1.2.1")
    QTest.keyClick(bench.panel.search, Qt.Key.Key_Return)
    assert bench.choice.version is not None
    assert bench.choice.version.name == "v1.2.1"
    assert bench.heard.links[-1] == LibraryLink(ModelName("recommendation"), images["v1.2.1"])


def test_arrow_keys_pass_over_the_captions(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.choice.follow_link(LibraryLink(ModelName("speech-keywords")))
    bench.panel.list.setFocus()
    QTest.keyClick(bench.panel.list, Qt.Key.Key_Down)
    assert bench.choice.entry is not None
    assert bench.choice.entry.name == "python"
    QTest.keyClick(bench.panel.list, Qt.Key.Key_Up)
    assert bench.choice.entry.name == "speech-keywords"


def test_the_page_in_view_may_have_something_of_the_model(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    shown = ReleasesLink(model=ModelName("churn"))
    bench.panel._stays = lambda model: shown if model == "churn" else None
    for name in ("churn", "speech-keywords"):
        bench.panel.list.row_selected.emit(f"entry {name}")
    assert bench.heard.links == [shown, LibraryLink(ModelName("speech-keywords"))]


def test_what_another_page_shows_is_marked_and_the_choice_stays(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.choice.mark(ModelName("churn"))
    assert bench.panel.list.current_key() == "entry churn"
    assert bench.choice.entry is not None
    assert bench.choice.entry.name == "recommendation"
    bench.choice.mark(None)
    assert bench.panel.list.current_key() == "entry recommendation"


def test_the_choice_survives_what_happens_on_the_engine(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.choice.follow_link(LibraryLink(ModelName("churn")))
    new = bench.engine.add_image("aaa-first:v1.0.0")
    bench.hub.publish_changes(Changes(images=frozenset({new})))
    qtbot.waitUntil(lambda: "aaa-first" in titles(bench), timeout=3000)
    assert bench.panel.list.current_key() == "entry churn"
    assert bench.choice.entry is not None
    assert bench.choice.entry.name == "churn"


def test_five_thousand_tags_are_searched(qtbot: QtBot, bench: Bench) -> None:
    for number in range(1000):
        tags = [f"registry.lan:5000/m{number % 50}:v{number}.{patch}" for patch in range(5)]
        bench.engine.add_image(*tags)
    bench.connect_engine()
    qtbot.waitUntil(lambda: bench.complete, timeout=60_000)
    bench.panel.search.setText("v99.3")
    assert titles(bench) == ["m49"]
    bench.panel.search.setText("v99.3 m48")
    assert titles(bench) == []


def test_a_query_goes_to_the_page_that_answers_it(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.panel.search.setText("accuracy >= 0.9")
    assert "Press Enter" in bench.panel._nothing.text()
    QTest.keyClick(bench.panel.search, Qt.Key.Key_Return)
    assert bench.heard.links[-1] == FindLink("accuracy >= 0.9")
    bench.panel.search.setText("accuracy >")
    assert "Press Enter" in bench.panel._nothing.text()
    bench.panel.search.setText("recommendation")
    QTest.keyClick(bench.panel.search, Qt.Key.Key_Return)
    assert bench.heard.links[-1] != FindLink("recommendation")
