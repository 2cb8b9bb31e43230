"""The window and the command line change the settings side by side."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from modeldesk.adapters.file_locks import hold_settings
from modeldesk.core.errors import SettingsError
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import Settings, load
from modeldesk.core.settings_file import SettingsFile
from modeldesk.ui.context import Context, SettingsStore
from modeldesk.ui.shell.settings_watch import SettingsWatch
from modeldesk.ui.tasks.runner import TaskRunner

TEAM = KnownRegistry("r.lan")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "settings.json"


class Hold:
    """The lock of the settings; refuses so often first."""

    def __init__(self) -> None:
        self.refuses = 0

    def __call__(self, path: Path) -> AbstractContextManager[None]:
        return self._held(path)

    @contextmanager
    def _held(self, path: Path) -> Iterator[None]:
        if self.refuses:
            self.refuses -= 1
            raise SettingsError("Not now.")
        with hold_settings(path):
            yield


@pytest.fixture
def hold() -> Hold:
    return Hold()


@pytest.fixture
def store(path: Path, tasks: TaskRunner, hold: Hold) -> SettingsStore:
    file = SettingsFile(path, hold)
    return SettingsStore(tasks, file, file.read().settings)


def command(path: Path, **changes: object) -> None:
    """Another program changes the settings."""
    before = load(path).settings
    SettingsFile(path, hold_settings).change(before, replace(before, **changes))  # type: ignore[arg-type]


def idle(tasks: TaskRunner, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not tasks.active)


def test_what_a_command_wrote_outlives_a_change_in_the_window(
    store: SettingsStore, path: Path, tasks: TaskRunner, qtbot: QtBot
) -> None:
    command(path, registries=(TEAM,))
    store.change(replace(store.current, theme="dark"))
    idle(tasks, qtbot)
    assert load(path).settings == Settings(theme="dark", registries=(TEAM,))
    assert store.current == load(path).settings


def test_changes_one_after_the_other_are_all_kept(
    store: SettingsStore, path: Path, tasks: TaskRunner, qtbot: QtBot
) -> None:
    seen: list[Settings] = []
    store.changed.connect(seen.append)
    for theme in ("dark", "light", "dark", "system"):
        store.change(replace(store.current, theme=theme))
        command(path, release_author=theme)
    store.read_again()
    idle(tasks, qtbot)
    assert store.current == load(path).settings == Settings(release_author="system")
    assert [one.theme for one in seen][:4] == ["dark", "light", "dark", "system"]
    assert all(one.theme == "system" for one in seen[4:])


def test_what_could_not_be_saved_holds_and_is_tried_again_with_the_next_change(
    store: SettingsStore, path: Path, hold: Hold, tasks: TaskRunner, qtbot: QtBot
) -> None:
    hold.refuses = 1
    store.change(replace(store.current, theme="dark"))
    idle(tasks, qtbot)
    assert not path.exists()
    command(path, registries=(TEAM,))
    store.read_again()
    idle(tasks, qtbot)
    assert store.current == Settings(theme="dark", registries=(TEAM,))
    store.change(replace(store.current, language="en"))
    idle(tasks, qtbot)
    assert load(path).settings == Settings(theme="dark", language="en", registries=(TEAM,))


def test_the_window_notices_what_a_command_changes(
    store: SettingsStore, path: Path, qtbot: QtBot
) -> None:
    path.parent.mkdir()
    watch = SettingsWatch(store, path, store)
    watch.start()
    for theme in ("dark", "light", "system"):
        with qtbot.waitSignal(store.changed):
            command(path, theme=theme, registries=(KnownRegistry(f"{theme}.lan"),))
        assert store.current == load(path).settings
        assert store.current.theme == theme


def test_where_there_is_no_folder_yet_coming_back_to_the_window_is_enough(
    store: SettingsStore, path: Path, context: Context, qtbot: QtBot
) -> None:
    watch = SettingsWatch(store, path, store)
    watch.start()
    command(path, theme="dark")
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)
    with qtbot.waitSignal(store.changed):
        app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert store.current.theme == "dark"


def test_what_the_window_wrote_itself_is_no_news(
    store: SettingsStore, path: Path, tasks: TaskRunner, qtbot: QtBot
) -> None:
    path.parent.mkdir()
    SettingsWatch(store, path, store).start()
    store.change(replace(store.current, theme="dark"))
    seen: list[Settings] = []
    store.changed.connect(seen.append)
    qtbot.wait(300)
    idle(tasks, qtbot)
    assert seen == []
