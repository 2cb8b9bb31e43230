"""The compare page: choosing, reading, showing, exporting."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from modeldesk.core.changes import Changes
from modeldesk.core.contents.model import ArchiveImage, RegistryImage
from modeldesk.core.errors import RegistryDenied
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.compare.pick_dialog import PickDialog
from modeldesk.ui.compare.picks import PlacePick, VersionPick
from modeldesk.ui.compare.row_table import RowTable
from modeldesk.ui.compare.store import State
from modeldesk.ui.inspector.inside_window import InsideWindow
from modeldesk.ui.links import CompareLink, LibraryLink
from tests.gui.compare.bench import Bench, multi_stage, single_stage

Versions = tuple[VersionPick, VersionPick]


def compared(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    bench.page.store.choose(*versions)
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)
    qtbot.waitUntil(lambda: bench.page.result.complete, timeout=5000)


def listed(bench: Bench, key: str) -> list[tuple[str, ...]]:
    """The rows of one of the lists, chosen as a click does."""
    differences = bench.page.result.differences
    differences.choice.choose(key)
    differences.choice.chosen.emit(key)
    return texts(differences.tables[key])


def texts(table: RowTable) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row.cells) for row in table.lines.rows()]


def dialog_of(bench: Bench) -> PickDialog:
    [dialog] = bench.page.findChildren(PickDialog)
    return dialog


def test_the_empty_page_teaches_and_proposes(
    qtbot: QtBot, bench: Bench, versions: Versions
) -> None:
    assert "Choose two images" in bench.page.empty.accessibleName()
    bench.looked_at = bench.context.hub.snapshot.models[0]
    bench.page.shown()
    bench.page.empty.action_chosen.emit()
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)
    # The fake engine's newest version comes first in its list.
    assert {bench.page.store.left, bench.page.store.right} == set(versions)


def test_two_versions_side_by_side(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    compared(qtbot, bench, versions)
    result = bench.page.result
    assert result.words.text().startswith("v1.1.0 is 710 MB smaller than v1.0.0.")
    assert "the pip cache /root/.cache/pip/http (212 MB)" in result.words.text()
    facts = {row[0]: row[1:] for row in texts(result.facts)}
    assert facts["Image size"] == ("1.16 GB", "448 MB", "−61.3 %")
    assert facts["Packages: Debian"] == ("212", "97", "−54.2 %")
    assert facts["accuracy"] == ("0.941", "0.943", "+0.002")
    assert [row[0] for row in texts(result.layers)] == [
        "only left", "only left", "only right", "changed", "▸",
    ]  # fmt: skip
    folders = texts(result.differences.tables["folders"])
    assert folders[0] == ("−", "/root/.cache/pip/http", "−106", "−212 MB")
    sized = {kind: size for bar, kind, size, _ in result.bars.parts() if bar.key == "right"}
    assert sum(sized.values()) == multi_stage().size_bytes
    assert sized[LayerKind.MODEL_WEIGHTS] == 44_000_000
    assert "1.16 GB" in result.bars.accessibleName()
    assert bench.page.note.text() == "164 MB in shared layers"


def test_the_shared_layers_are_one_row_that_opens(
    qtbot: QtBot, bench: Bench, versions: Versions
) -> None:
    compared(qtbot, bench, versions)
    table = bench.page.result.layers
    closed = texts(table)
    assert closed[-1][2:] == ("2 shared layers, 164 MB", "164 MB", "164 MB")
    table.select_key("shared")
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert [row[0] for row in texts(table)[-3:]] == ["▾", "shared", "shared"]
    assert [row[3] for row in texts(table)[-2:]] == ["120 MB", "44.0 MB"]
    assert table.current_key() == "shared"
    place = table.row_rect("shared").center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert texts(table) == closed


def test_of_the_same_image_all_layers_are_seen(
    qtbot: QtBot, bench: Bench, versions: Versions
) -> None:
    compared(qtbot, bench, (versions[0], versions[0]))
    shown = texts(bench.page.result.layers)
    assert [row[0] for row in shown] == ["▾", *["shared"] * 5]


def test_others_hear_that_layers_were_looked_into(
    qtbot: QtBot, bench: Bench, versions: Versions
) -> None:
    heard: list[Changes] = []
    bench.context.hub.changed.connect(lambda changes, _initiator: heard.append(changes))
    compared(qtbot, bench, versions)
    of_both = [
        layer.blob.diff_id
        for pick in versions
        for layer in bench.contents.images[pick.image].layers
    ]
    assert heard == [Changes(layers=frozenset(of_both))]


def test_packages_and_configuration(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    compared(qtbot, bench, versions)
    assert listed(bench, "packages")[0] == ("numpy", "pip", "1.26.4", "2.0.1", "newer")
    assert ("User", "–", "app") in listed(bench, "config")
    assert ("Variable DEBUG", "1", "–") in listed(bench, "config")


def test_the_other_way_round(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    compared(qtbot, bench, versions)
    bench.page.swap.click()
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)
    assert bench.page.result.words.text().startswith("v1.0.0 is 710 MB larger than v1.1.0.")


def test_a_link_chooses_two_versions(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    left, right = (LibraryLink(pick.model, pick.image) for pick in versions)
    bench.page.activate(CompareLink(left, right))
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)
    assert (bench.page.store.left, bench.page.store.right) == versions
    # A link back to the page leaves what is there.
    bench.page.activate(CompareLink())
    assert bench.page.store.state is State.READY


def test_unknown_layers_are_read_with_progress(
    qtbot: QtBot, bench: Bench, versions: Versions
) -> None:
    bench.contents.gate.clear()
    bench.contents.unread.update(pick.image for pick in versions)
    bench.page.store.choose(*versions)
    qtbot.waitUntil(lambda: bench.page.progress.bar.fraction() not in (None, 0.0), timeout=5000)
    assert bench.page.cancel.isVisible()
    [task] = [task for task in bench.tasks.active if task.shown]
    assert "recommendation · v1.0.0" in task.title
    bench.contents.gate.set()
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)
    assert bench.contents.reads == [pick.image for pick in versions]


def test_reading_can_be_cancelled_and_begun_again(
    qtbot: QtBot, bench: Bench, versions: Versions
) -> None:
    bench.contents.gate.clear()
    bench.contents.unread.add(versions[0].image)
    bench.page.store.choose(*versions)
    qtbot.waitUntil(lambda: bool(bench.contents.reads), timeout=5000)
    bench.page.cancel.click()
    qtbot.waitUntil(lambda: bench.page.store.state is State.STOPPED, timeout=5000)
    assert bench.page.banner.notice.sentence == "Reading was cancelled."
    bench.contents.gate.set()
    bench.page.banner.action_chosen.emit(0)
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)


def test_another_choice_ends_the_reading(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    third = bench.add_version("recommendation:v1.2.0", multi_stage())
    bench.connect_engine()
    bench.contents.gate.clear()
    bench.contents.unread.add(versions[0].image)
    bench.page.store.choose(*versions)
    qtbot.waitUntil(lambda: bool(bench.contents.reads), timeout=5000)
    bench.page.store.choose(versions[1], third)
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=5000)
    assert bench.page.store.comparison is not None
    assert (
        bench.page.store.comparison.left.image
        == bench.contents.images[versions[1].image].image.detail.id
    )


def test_a_failure_is_said_with_a_way_out(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    error = RegistryDenied("The registry wants a sign-in.", "Sign in with: docker login")
    bench.contents.failing[versions[0].image] = error
    bench.page.store.choose(*versions)
    qtbot.waitUntil(lambda: bench.page.store.state is State.FAILED, timeout=5000)
    assert bench.page.banner.notice.sentence == "The registry wants a sign-in."
    assert not bench.page.export.isEnabled()
    bench.contents.failing.clear()
    bench.page.banner.action_chosen.emit(0)
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)


def test_without_an_engine_versions_can_not_be_read(bench: Bench, versions: Versions) -> None:
    bench.online = False
    bench.page.store.choose(*versions)
    assert bench.page.store.state is State.FAILED
    assert "engine" in bench.page.banner.notice.sentence


def test_picking_by_keyboard(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    bench.page.left.click()
    dialog = dialog_of(bench)
    QTest.keyClicks(dialog.field, "v1.1")
    assert [row.title for row in dialog.list.rows()] == ["recommendation · v1.1.0"]
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert bench.page.store.left == versions[1]
    assert bench.page.store.state is State.CHOOSING
    bench.page.right.click()
    [second] = [one for one in bench.page.findChildren(PickDialog) if one.isVisible()]
    QTest.keyClick(second.field, Qt.Key.Key_Down)
    QTest.keyClick(second.field, Qt.Key.Key_Return)
    assert bench.page.store.right in versions
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)


def test_a_registry_s_name_can_be_typed(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    bench.page.right.click()
    dialog = dialog_of(bench)
    dialog.field.setText("registry.lan:5000/team/rec")
    assert [row.title for row in dialog.list.rows()] == ["registry.lan:5000/team/rec:latest"]
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert bench.page.store.right == PlacePick(RegistryImage("registry.lan:5000/team/rec:latest"))
    assert "registry.lan:5000/team/rec:latest" in bench.page.right.accessibleName()


def test_a_dropped_archive_takes_the_free_side(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    paths = [tmp_path / "one.tar", tmp_path / "two.tar"]
    bench.archives = {"one.tar": ("rec:v1",), "two.tar": ("rec:v2", "rec:v3")}
    second = ArchiveImage(paths[1], "rec:v3")
    bench.contents.images = {str(paths[0]): single_stage(), second.name: multi_stage()}
    bench.page.activate(CompareLink(archive=paths[0]))
    qtbot.waitUntil(lambda: bench.page.store.left is not None, timeout=5000)
    assert bench.page.store.left == PlacePick(ArchiveImage(paths[0]))
    bench.page.activate(CompareLink(archive=paths[1]))
    [dialog] = [one for one in bench.page.findChildren(PickDialog) if one.isVisible()]
    qtbot.waitUntil(lambda: len(dialog.list.rows()) == 2, timeout=5000)
    dialog.list.select_key("a1")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)
    assert bench.page.store.right == PlacePick(second)


def test_what_is_no_archive_is_said_in_the_dialog(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.page.activate(CompareLink(archive=tmp_path / "x.tar"))
    dialog = dialog_of(bench)
    qtbot.waitUntil(dialog.banner.isVisible, timeout=5000)
    assert "x.tar" in dialog.banner.notice.sentence
    dialog.reject()


@pytest.mark.parametrize("name", ["report.html", "report.md", "report.json"])
def test_export(qtbot: QtBot, bench: Bench, versions: Versions, tmp_path: Path, name: str) -> None:
    assert not bench.page.export.isEnabled()
    compared(qtbot, bench, versions)
    bench.page.export_to(tmp_path / name)
    qtbot.waitUntil(lambda: any("Saved" in text for text in bench.heard.texts), timeout=5000)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "v1.1.0 is 710 MB smaller than v1.0.0." in text.replace("\\", "")
    if name.endswith("json"):
        assert json.loads(text)["delta_bytes"] < 0


def test_export_that_fails_is_said(
    qtbot: QtBot, bench: Bench, versions: Versions, tmp_path: Path
) -> None:
    compared(qtbot, bench, versions)
    bench.page.export_to(tmp_path / "nowhere" / "report.html")
    qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=5000)
    assert "could not be written" in bench.heard.texts[0]


def test_a_row_is_copied(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    compared(qtbot, bench, versions)
    table = bench.page.result.differences.tables["folders"]
    table.setFocus()
    table.select_key(table.lines.key(0))
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "/root/.cache/pip/http" in QGuiApplication.clipboard().text()


def test_names_without_end_do_not_hold_the_window_wide(qtbot: QtBot, bench: Bench) -> None:
    long = "模型" * 60
    first = bench.add_version(f"{'x' * 90}:{'v1' * 40}", single_stage())
    bench.connect_engine()
    archive = PlacePick(ArchiveImage(Path(f"/tmp/{long}.tar")))
    bench.contents.images[archive.place.name] = multi_stage()
    bench.page.store.choose(first, archive)
    qtbot.waitUntil(lambda: bench.page.store.state is State.READY, timeout=5000)
    bench.page.resize(692, 646)
    content = bench.page.result.widget()
    assert content is not None
    assert bench.page.minimumSizeHint().width() <= 692
    assert content.minimumSizeHint().width() <= bench.page.result.viewport().width()


def test_a_dialog_closes_by_escape(qtbot: QtBot, bench: Bench) -> None:
    bench.page.left.click()
    dialog = dialog_of(bench)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not bench.page.findChildren(QDialog), timeout=2000)


def windows_of(bench: Bench) -> list[InsideWindow]:
    return [one for one in bench.page.findChildren(InsideWindow) if one.isVisible()]


def test_a_dropped_archive_can_be_looked_into_without_an_engine(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.online = False
    path = tmp_path / "one.tar"
    bench.archives = {"one.tar": ("rec:v1",)}
    bench.contents.images = {str(path): single_stage()}
    assert not bench.page.left_inside.isVisible()
    bench.page.activate(CompareLink(archive=path))
    qtbot.waitUntil(bench.page.left_inside.isVisible, timeout=5000)
    assert not bench.page.right_inside.isVisible()
    assert bench.page.left_inside.accessibleName() == "Look inside one.tar"
    assert bench.page.empty.accessibleName().startswith("Look inside this image")
    bench.page.empty.action_chosen.emit()
    [window] = windows_of(bench)
    assert window.subject.place == ArchiveImage(path)
    qtbot.waitUntil(lambda: window.layers is not None and window.layers.isVisible(), timeout=5000)
    assert window.layers is not None
    rows = window.layers.list.rows
    qtbot.waitUntil(lambda: len(rows()) == 5, timeout=5000)
    # Asked again, the same window comes to the front.
    bench.page.left_inside.click()
    assert windows_of(bench) == [window]
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=5000)


def test_of_an_archive_with_several_images_one_is_chosen_to_look_into(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    path = tmp_path / "two.tar"
    bench.archives = {"two.tar": ("rec:v2", "rec:v3")}
    second = ArchiveImage(path, "rec:v3")
    bench.contents.images = {second.name: multi_stage()}
    bench.look_inside(path)
    qtbot.waitUntil(lambda: bool(bench.page.findChildren(PickDialog)), timeout=5000)
    dialog = dialog_of(bench)
    assert [row.title for row in dialog.list.rows()] == ["rec:v2", "rec:v3"]
    dialog.list.select_key("a1")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    [window] = windows_of(bench)
    assert window.subject.place == second
    qtbot.waitUntil(lambda: window.layers is not None and window.layers.isVisible(), timeout=5000)
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=5000)


def test_what_is_no_archive_to_look_into_is_said(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    bench.look_inside(tmp_path / "x.tar")
    qtbot.waitUntil(lambda: bool(bench.heard.texts), timeout=5000)
    assert bench.heard.texts == ["“x.tar” is no image archive. Choose another file."]
    assert windows_of(bench) == []


def test_each_side_can_be_looked_into(qtbot: QtBot, bench: Bench, versions: Versions) -> None:
    compared(qtbot, bench, versions)
    bench.page.right_inside.click()
    bench.page.left_inside.click()
    names = {window.subject.name for window in windows_of(bench)}
    assert names == {"recommendation · v1.0.0", "recommendation · v1.1.0"}
    for window in windows_of(bench):
        window.close()
    qtbot.waitUntil(lambda: not bench.page.findChildren(InsideWindow), timeout=5000)
    assert bench.page.store.state is State.READY


def test_a_version_is_not_looked_into_without_an_engine(bench: Bench, versions: Versions) -> None:
    bench.page.store.choose(None, versions[1])
    bench.online = False
    bench.page.empty.action_chosen.emit()
    assert windows_of(bench) == []
    assert "Archives and registries can be read without one." in bench.heard.texts[0]


def test_a_pick_takes_the_room_there_is(bench: Bench) -> None:
    button = bench.page.left
    name = "/tmp/a-name-that-goes-on-and-on.tar"
    bench.page.store.choose(PlacePick(ArchiveImage(Path(name))), None)
    QCoreApplication.processEvents()
    assert "…" not in button.text()
    bench.page.store.choose(PlacePick(ArchiveImage(Path(name.replace("on", "on" * 40)))), None)
    bench.page.resize(692, 646)
    QCoreApplication.processEvents()
    assert "…" in button.text()
    assert button.minimumSizeHint().width() < button.width() < 360
