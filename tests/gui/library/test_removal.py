"""Removing versions: nothing goes that was not named."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import InUse
from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import Version
from modeldesk.ui.removal.dialog import RemoveDialog
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import REGISTRY

NAME = f"{REGISTRY}/recommendation"


def versions(bench: Bench, *names: str) -> list[Version]:
    entry = bench.choice.entry
    assert entry is not None
    return [version for version in entry.versions if version.name in names]


def test_the_question_names_every_tag_what_comes_back_and_the_command(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    dialog = bench.page.acts.confirm_removal(versions(bench, "v1.5.0-rc1", "v1.4.1"))
    texts = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert texts == [
        f"v1.5.0-rc1  ·  917 MB\n{NAME}:v1.5.0-rc1\n{NAME}:candidate",
        f"v1.4.1  ·  904 MB\n{NAME}:v1.4.1",
    ]
    assert dialog.command.toPlainText() == (
        f"docker image rm {NAME}:v1.5.0-rc1 {NAME}:candidate {NAME}:v1.4.1"
    )
    facts = {row.label: row.value for row in dialog.facts.rows()}
    assert facts == {
        "Names that go": "3",
        "In no registry that is known": "2",
        "Containers that use them": "none",
        "Comes back on disk": "701 MB",
    }
    assert dialog.remove.text() == "Remove 2 versions"
    assert dialog.cancel.isDefault()
    dialog.cancel.click()
    assert "remove_image" not in bench.engine.calls


def test_what_is_in_use_can_not_be_picked_and_says_why(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    dialog = bench.page.acts.confirm_removal(versions(bench, "v1.4.0", "v1.4.1"))
    item = dialog.list.item(1)
    assert "v1.4.0" in item.text()
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "shop-recommendation" in item.toolTip()
    assert "v1.4.0" not in dialog.plan.command
    dialog.reject()
    assert "shop-recommendation" in bench.page.acts.removal_refusal(versions(bench, "v1.4.0"))
    menu = bench.page.acts.menu(versions(bench, "v1.4.0"))
    remove = menu.actions()[-1]
    assert not remove.isEnabled()
    assert "shop-recommendation" in remove.toolTip()


def test_what_is_unpicked_stays(qtbot: QtBot, bench: Bench, images: dict[str, ImageId]) -> None:
    dialog = bench.page.acts.confirm_removal(versions(bench, "v1.4.1", "v1.1.0"))
    dialog.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert dialog.remove.text() == "Remove v1.4.1"
    dialog.remove.click()
    qtbot.waitUntil(lambda: bench.page.table.model().rowCount() == 8, timeout=3000)
    assert bench.engine.image_summary(images["v1.4.1"]) is None
    assert bench.engine.image_summary(images["v1.1.0"]) is not None
    assert bench.heard.texts == ["1 version removed. 344 MB came back."]


def test_the_delete_key_asks_for_every_selected_row(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    table = bench.page.table
    table.select_key(str(images["v1.2.0"]))
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [v.name for v in table.selected_versions()] == ["v1.2.0", "v1.1.0"]
    QTest.keyClick(table, Qt.Key.Key_Delete)
    dialog = bench.window.findChild(RemoveDialog)
    assert dialog is not None
    assert [removal.version.name for removal in dialog.plan.removals] == ["v1.2.0", "v1.1.0"]
    dialog.reject()
    menu = bench.page.acts.menu(table.selected_versions())
    assert [a.text().partition("\t")[0] for a in menu.actions() if a.text()] == [
        "Copy references",
        "Compare",
        "Remove 2 versions…",
    ]


def test_a_refusal_by_the_engine_is_said_and_everything_read_again(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.engine.fail_next("remove_image", InUse("A container came to be.", "Stop it first."))
    dialog = bench.page.acts.confirm_removal(versions(bench, "v1.0.0"))
    dialog.remove.click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=3000)
    assert bench.heard.texts == ["A container came to be. Stop it first."]
    assert bench.page.table.model().rowCount() == 9
