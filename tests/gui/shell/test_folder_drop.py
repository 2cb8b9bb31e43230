"""A folder dropped anywhere on the window."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

from modeldesk.ui.links import BuildLink, CompareLink, PageKey
from modeldesk.ui.shell.folder_drop import dropped
from tests.gui.parts import Heard
from tests.gui.shell.conftest import Stage

COPY = Qt.DropAction.CopyAction
LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def of(*urls: QUrl) -> QMimeData:
    mime = QMimeData()
    mime.setUrls(urls)
    return mime


def local(path: Path) -> QUrl:
    return QUrl.fromLocalFile(str(path))


def enter(target: QObject, mime: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(300, 300), COPY, mime, LEFT, NO_KEYS)
    QCoreApplication.sendEvent(target, event)
    return event.isAccepted()


def move(target: QObject, mime: QMimeData) -> bool:
    event = QDragMoveEvent(QPoint(310, 300), COPY, mime, LEFT, NO_KEYS)
    QCoreApplication.sendEvent(target, event)
    return event.isAccepted()


def drop(target: QObject, mime: QMimeData) -> None:
    QCoreApplication.sendEvent(target, QDropEvent(QPointF(310, 300), COPY, mime, LEFT, NO_KEYS))


def test_one_folder_is_taken(tmp_path: Path) -> None:
    carried = dropped(of(local(tmp_path)))
    assert carried is not None
    assert carried.folder == tmp_path


@pytest.mark.parametrize("name", ["a folder", "模型", "50% done", "#1"])
def test_odd_names_are_taken_whole(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    carried = dropped(of(local(folder)))
    assert carried is not None
    assert carried.folder == folder


def test_what_can_not_be_built_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "metrics.json"
    file.touch()
    gone = tmp_path / "gone"
    cases = {
        "is a file": of(local(file)),
        "one folder at a time": of(local(tmp_path), local(file)),
        "not there any more": of(local(gone)),
        "not a folder on this machine": of(QUrl("https://example.org/model")),
    }
    for reason, mime in cases.items():
        carried = dropped(mime)
        assert carried is not None
        assert carried.folder is None
        assert reason in carried.refusal


def test_a_name_that_is_not_utf8_is_shown_without_harm(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.bin"))
    file.touch()
    carried = dropped(of(local(file)))
    assert carried is not None
    carried.refusal.encode("utf-8")


def test_text_is_none_of_our_business() -> None:
    mime = QMimeData()
    mime.setText("hello")
    assert dropped(mime) is None


@pytest.mark.parametrize("by_handle", [True, False])
def test_a_drop_on_the_window_plans_a_build(stage: Stage, tmp_path: Path, by_handle: bool) -> None:
    target = stage.window.windowHandle() if by_handle else stage.window
    assert target is not None
    mime = of(local(tmp_path))
    assert enter(target, mime)
    assert stage.window.drop.overlay.isVisible()
    assert tmp_path.name in stage.window.drop.overlay.text
    assert stage.window.drop.overlay.size() == stage.window.size()
    assert move(target, mime)
    drop(target, mime)
    assert not stage.window.drop.overlay.isVisible()
    assert stage.window.area.current is PageKey.BUILD
    assert stage.page(PageKey.BUILD).links == [BuildLink(folder=tmp_path)]


def test_an_archive_or_a_layout_is_to_be_compared(tmp_path: Path) -> None:
    names = ("image.TAR.gz", "image.tar.xz", "image.tar.bz2", "image.txz")
    archives, layout = [tmp_path / name for name in names], tmp_path / "layout"
    for archive in archives:
        archive.touch()
    layout.mkdir()
    (layout / "oci-layout").touch()
    for path in (*archives, layout):
        carried = dropped(of(local(path)))
        assert carried is not None
        assert (carried.folder, carried.archive, carried.refusal) == (None, path, "")


def test_a_dropped_archive_goes_to_the_compare_page(stage: Stage, tmp_path: Path) -> None:
    archive = tmp_path / "image.tar"
    archive.touch()
    mime = of(local(archive))
    assert enter(stage.window, mime)
    assert "look inside “image.tar”" in stage.window.drop.overlay.text
    drop(stage.window, mime)
    assert stage.window.area.current is PageKey.COMPARE
    assert stage.page(PageKey.COMPARE).links == [CompareLink(archive=archive)]


def test_a_field_of_a_page_does_not_take_the_folder_for_text(stage: Stage, tmp_path: Path) -> None:
    handle = stage.window.windowHandle()
    assert handle is not None
    field = stage.pages[PageKey.LIBRARY].field
    mime = of(local(tmp_path))
    mime.setText(str(tmp_path))
    enter(handle, mime)
    drop(handle, mime)
    assert field.text() == ""
    assert stage.window.area.current is PageKey.BUILD


def test_a_refusal_is_shown_while_dragging_and_said_on_a_drop(stage: Stage, tmp_path: Path) -> None:
    heard = Heard(stage.context)
    handle = stage.window.windowHandle()
    assert handle is not None
    file = tmp_path / "weights.bin"
    file.touch()
    mime = of(local(file))
    assert not enter(handle, mime)
    assert "weights.bin" in stage.window.drop.overlay.text
    drop(handle, mime)
    assert not stage.window.drop.overlay.isVisible()
    assert any("weights.bin" in text for text in heard.texts)
    assert stage.window.area.current is PageKey.LIBRARY


def test_the_overlay_goes_when_the_drag_leaves(stage: Stage, tmp_path: Path) -> None:
    mime = of(local(tmp_path))
    enter(stage.window, mime)
    QCoreApplication.sendEvent(stage.window, QDragLeaveEvent())
    assert not stage.window.drop.overlay.isVisible()
