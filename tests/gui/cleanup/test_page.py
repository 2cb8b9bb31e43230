"""The clean-up page: nothing goes that was not chosen and confirmed; true bytes, live."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.containers.model import ContainerSpec
from modeldesk.core.engine.model import BuildCache
from modeldesk.core.errors import InUse, RecordsDamaged
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.settings import Settings
from modeldesk.ui.links import CleanupLink, LibraryLink
from modeldesk.ui.removal.dialog import RemoveDialog
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.gui.cleanup.bench import Bench

MB = 1_000_000
BASE = (Step("ADD rootfs", 75 * MB),)


def weights(name: str, size: int = 10) -> list[Step]:
    return [Step("RUN pip install", 5 * MB), Step(f"COPY {name}", size * MB)]


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Bench]:
    """The page with a rule that keeps two, before any engine has answered."""
    settings = Settings(theme="light", keep_rule=KeepRule(2, 0))
    made = Bench(theme, FakeEngine(), tmp_path, settings)
    made.window.resize(1100, 820)
    made.window.show()
    yield made
    made.close()


@pytest.fixture
def images(qtbot: QtBot, bench: Bench) -> dict[str, ImageId]:
    """Five versions, the oldest in use and one deprecated; two untagged images; a cache."""
    engine, now = bench.engine, datetime.now(UTC)
    made = {}
    for number in range(5):
        name = f"v1.{number}.0"
        tags = [f"rec:{name}", *(["rec:deprecated"] if number == 1 else [])]
        made[name] = engine.add_image(
            *tags, steps=weights(name), base=BASE, created=now - timedelta(days=50 - number)
        )
    engine.create_container(ContainerSpec(made["v1.0.0"], "serving"))
    for number in range(2):
        key = f"untagged {number}"
        made[key] = engine.add_image(
            steps=weights(key, 20), base=BASE, created=now - timedelta(days=9 - number)
        )
    engine.cache = BuildCache(own_bytes=300 * MB)
    show(qtbot, bench)
    return made


def show(qtbot: QtBot, bench: Bench) -> None:
    bench.connect_engine()
    settled(qtbot, bench)


def settled(qtbot: QtBot, bench: Bench) -> None:
    qtbot.waitUntil(lambda: bench.complete, timeout=5000)
    qtbot.wait(80)
    qtbot.waitUntil(lambda: bench.complete, timeout=5000)


def told(bench: Bench) -> list[tuple[str, bool]]:
    """Every line: a heading's title or a version's name, and whether it is locked."""
    return [
        (line.candidate.version.name if line.candidate else line.title, bool(line.locked))
        for line in bench.lines()
    ]


def choose(bench: Bench, *titles: str) -> None:
    bench.page.table.lines.choose([bench.key(title) for title in titles])


def test_everything_that_could_go_by_groups(bench: Bench, images: dict[str, ImageId]) -> None:
    first, second = (images[f"untagged {n}"].removeprefix("sha256:")[:12] for n in (1, 0))
    assert told(bench) == [
        ("Untagged images", False),
        (first, False),
        (second, False),
        ("Deprecated versions", False),
        ("v1.1.0", False),
        ("Old versions of rec", False),
        ("v1.2.0", False),
        ("v1.0.0", True),
        ("Left by builds", False),
        ("Build cache", False),
    ]
    assert bench.lines()[0].note == "2 images · 40.0 MB would come back"


def test_a_dry_run_untagged_images_are_chosen_and_nothing_is_removed(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    footer = bench.page.footer
    assert len(bench.page.chosen) == 2
    assert footer.back.text() == "40.0 MB come back"
    assert "sizes add up to 200 MB" in footer.meaning.text()
    assert footer.remove.text() == "Remove 2 images…"
    assert footer.command.text().startswith("docker image rm ")
    assert "remove_image" not in bench.engine.calls


def test_the_bytes_are_those_of_the_set(bench: Bench, images: dict[str, ImageId]) -> None:
    choose(bench, "v1.1.0")
    assert bench.page.footer.back.text() == "10.0 MB come back"
    choose(bench, "v1.1.0", "v1.2.0")
    assert bench.page.footer.back.text() == "20.0 MB come back"
    choose(bench, "v1.1.0", "Build cache")
    assert bench.page.footer.back.text() == "310 MB come back"
    assert bench.page.footer.command.text() == (
        "docker image rm rec:v1.1.0 rec:deprecated && docker builder prune"
    )
    bench.page.footer.copy.click()
    assert QGuiApplication.clipboard().text() == bench.page.footer.command.text()


def test_what_may_stay_in_the_build_cache_is_said(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.engine.cache = BuildCache(300 * MB, 8 * MB)
    bench.page.shown()
    settled(qtbot, bench)
    choose(bench, "v1.1.0")
    assert "Up to 8.00 MB of it once the build cache is emptied" in bench.page.footer.meaning.text()
    choose(bench, "v1.1.0", "Build cache")
    assert "Up to" not in bench.page.footer.meaning.text()


def test_what_is_locked_says_why_and_can_not_be_chosen(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    lines = bench.page.table.lines
    index = lines.index_of(bench.key("v1.0.0"))
    why = lines.cell(index.row(), 2).text
    assert why == "A stopped container still needs it: serving. Remove it first."
    assert "serving" in str(lines.data(index.siblingAtColumn(1), Qt.ItemDataRole.ToolTipRole))
    assert lines.data(index, Qt.ItemDataRole.AccessibleTextRole) == "locked"
    choose(bench, "v1.0.0")
    assert bench.page.chosen == []
    assert not bench.page.footer.remove.isEnabled()


class TestKeyboardAndMouse:
    def test_space_checks_a_line_and_a_heading_its_group(
        self, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        table = bench.page.table
        table.lines.choose(())
        table.select_key(bench.key("v1.2.0"))
        QTest.keyClick(table, Qt.Key.Key_Space)
        assert [one.version.name for one in bench.page.chosen] == ["v1.2.0"]
        QTest.keyClick(table, Qt.Key.Key_Space)
        assert bench.page.chosen == []
        table.select_key(bench.key("Untagged images"))
        QTest.keyClick(table, Qt.Key.Key_Space)
        assert len(bench.page.chosen) == 2

    def test_space_checks_all_selected_lines(
        self, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        table = bench.page.table
        table.lines.choose(())
        QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(table, Qt.Key.Key_Space)
        assert len(table.lines.chosen) == 5

    def test_a_click_into_the_first_column(self, bench: Bench, images: dict[str, ImageId]) -> None:
        table = bench.page.table
        key = bench.key("v1.2.0")
        place = QPoint(table.header().sectionSize(0) // 2, table.row_rect(key).center().y())
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert key in table.lines.chosen
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert key not in table.lines.chosen

    def test_a_heading_says_how_much_of_its_group_is_chosen(
        self, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        lines = bench.page.table.lines
        row = lines.index_of(bench.key("Untagged images"))
        assert lines.data(row, Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        lines.toggle([row.row() + 1])
        assert lines.data(row, Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.PartiallyChecked
        assert lines.counts(lines.row(row.row())) == (1, 2)

    def test_enter_goes_to_the_version(self, bench: Bench, images: dict[str, ImageId]) -> None:
        bench.page.table.select_key(bench.key("v1.2.0"))
        QTest.keyClick(bench.page.table, Qt.Key.Key_Return)
        assert bench.heard.links == [LibraryLink(ModelName("rec"), images["v1.2.0"])]

    def test_the_model_is_a_sound_one(self, bench: Bench, images: dict[str, ImageId]) -> None:
        lines = bench.page.table.lines
        fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
        tester = QAbstractItemModelTester(lines, fatal)
        lines.toggle([0])
        lines.show_lines(lines.rows()[:4], lines.chosen)
        assert tester.model() is lines


class TestRemoving:
    def test_one_question_then_the_result_is_counted(
        self, qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        choose(bench, "v1.1.0", "v1.2.0")
        bench.page.footer.remove.click()
        (dialog,) = bench.window.findChildren(RemoveDialog)
        facts = {row.label: row.value for row in dialog.facts.rows()}
        assert facts == {
            "Names that go": "3",
            "In no registry that is known": "2",
            "Containers that use them": "none",
            "Freed on disk": "20.0 MB",
        }
        assert dialog.cancel.isDefault()
        assert "remove_image" not in bench.engine.calls
        dialog.remove.click()
        qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=3000)
        assert bench.heard.texts == ["2 versions removed. 20.0 MB freed."]
        settled(qtbot, bench)
        assert "v1.1.0" not in dict(told(bench))
        assert bench.engine.image_summary(images["untagged 0"]) is not None

    def test_the_build_cache_alone(
        self, qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        choose(bench, "Build cache")
        assert bench.page.footer.remove.text() == "Empty the build cache…"
        dialog = bench.page.confirm()
        assert dialog is not None
        assert dialog.command.toPlainText() == "docker builder prune"
        dialog.remove.click()
        qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=3000)
        assert bench.heard.texts == ["300 MB freed."]
        settled(qtbot, bench)
        assert "Build cache" not in dict(told(bench))

    def test_a_refusal_is_told_with_its_reason_and_the_rest_goes(
        self, qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        bench.engine.fail_next("remove_image", InUse("A container uses it."))
        dialog = bench.page.confirm()
        assert dialog is not None
        dialog.remove.click()
        qtbot.waitUntil(bench.page.banner.isVisible, timeout=3000)
        notice = bench.page.banner.notice
        assert notice.sentence == "1 version removed. 1 was refused. 20.0 MB freed."
        assert "A container uses it." in notice.reason
        settled(qtbot, bench)

    def test_a_cancel_in_the_middle_is_counted_too(
        self, qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        before = bench.engine.calls["build_cache"]
        bench.engine.latency_s = 0.1
        dialog = bench.page.confirm()
        assert dialog is not None
        dialog.remove.click()
        (task,) = (one for one in bench.tasks.active if one.shown)
        # The run asks for the cache first; then the first removal is on its way.
        qtbot.waitUntil(lambda: bench.engine.calls["build_cache"] > before, timeout=3000)
        task.cancel()
        qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=3000)
        assert bench.heard.texts == ["Stopped. 1 version removed. 20.0 MB freed."]
        bench.engine.latency_s = 0
        settled(qtbot, bench)
        assert bench.page.footer.remove.isEnabled()

    def test_not_while_the_engine_is_away(self, bench: Bench, images: dict[str, ImageId]) -> None:
        bench.lose_engine()
        assert not bench.page.footer.remove.isEnabled()
        assert bench.page.footer.remove.toolTip() == "The engine is away."
        assert bench.page.confirm() is None


class TestRules:
    def test_another_rule_holds_at_once_and_is_kept(
        self, qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        bench.page.bar.fields.newest.setValue(4)
        settled(qtbot, bench)
        assert "v1.2.0" not in dict(told(bench))
        bench.page.bar.fields.newest.setValue(1)
        settled(qtbot, bench)
        assert "v1.3.0" in dict(told(bench))
        assert bench.context.settings.current.keep_rule == KeepRule(1, 0)

    def test_a_model_gets_one_of_its_own(
        self, qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
    ) -> None:
        dialog = bench.page.open_rules(ModelName("rec"))
        assert not dialog.fields.isEnabled()
        dialog.own.click()
        dialog.fields.newest.setValue(5)
        settled(qtbot, bench)
        assert bench.context.settings.current.keep_rules == {"rec": KeepRule(5, 0)}
        assert "Old versions of rec" not in dict(told(bench))
        assert bench.page.bar.own.text() == "Rules by model (1)…"
        dialog.own.click()
        settled(qtbot, bench)
        assert bench.context.settings.current.keep_rules == {}
        assert "Old versions of rec" in dict(told(bench))
        dialog.accept()

    def test_the_menu_of_a_version(self, bench: Bench, images: dict[str, ImageId]) -> None:
        menu = bench.page.menu(bench.key("v1.2.0"))
        assert menu is not None
        texts = [action.text() for action in menu.actions() if action.text()]
        assert texts == ["Show in library", "Keep rule…", "Copy reference"]
        assert bench.page.menu(bench.key("Build cache")) is None
        menu.deleteLater()


def test_what_appears_and_goes_elsewhere_is_followed_and_the_choice_survives(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    choose(bench, "v1.2.0")
    bench.engine.add_image(steps=weights("new"), base=BASE)
    bench.engine.remove_image(str(images["untagged 0"]))
    bench.hub.refresh_asked.emit()
    settled(qtbot, bench)
    names = [one.version.name for one in bench.page.chosen]
    assert "v1.2.0" in names
    assert len(names) == 2
    assert images["untagged 0"] not in {one.key.image for one in bench.page.chosen}


def test_a_link_leads_to_a_model(qtbot: QtBot, bench: Bench, images: dict[str, ImageId]) -> None:
    bench.page.activate(CleanupLink(ModelName("rec")))
    assert bench.page.table.current_key() == bench.key("Old versions of rec")


def test_nothing_to_clean_up_teaches(qtbot: QtBot, bench: Bench) -> None:
    bench.engine.add_image("rec:v1.0.0")
    show(qtbot, bench)
    assert bench.lines() == ()
    empty = bench.page._faces.empty
    assert empty.isVisible()
    assert empty.accessibleName().startswith("Nothing to clean up")


def test_without_the_records_nothing_is_offered(
    qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_engine: object) -> None:
        raise RecordsDamaged("The records can't be read.", "Restore them.")

    bench.engine.add_image(steps=weights("x"))
    monkeypatch.setattr(bench.releases, "deployments", damaged)
    show(qtbot, bench)
    assert bench.lines() == ()
    assert bench.page.banner.notice.sentence == "The records can't be read."
    monkeypatch.undo()
    bench.page.banner.action_chosen.emit(0)
    settled(qtbot, bench)
    assert len(bench.lines()) == 2


def test_thousands_of_lines_do_not_hold_the_window(qtbot: QtBot, bench: Bench) -> None:
    for number in range(2000):
        bench.engine.add_image(
            f"m{number % 20}:v{number // 20}.0.0", steps=weights(str(number)), base=BASE
        )
    bench.connect_engine()
    qtbot.waitUntil(lambda: len(bench.lines()) > 1900 and bench.complete, timeout=30_000)
    settled(qtbot, bench)
    began = datetime.now(UTC)
    for row in range(1, 11):
        bench.page.table.lines.toggle([row])
    assert (datetime.now(UTC) - began).total_seconds() / 10 < 0.05
    assert bench.page.footer.back.text() == "100 MB come back"
