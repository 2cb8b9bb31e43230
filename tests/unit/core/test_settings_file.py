"""Settings that several programs change at once."""

import json
import threading
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.adapters.file_locks import hold_settings
from modeldesk.core.errors import SettingsError
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import Settings, load, write_content
from modeldesk.core.settings_file import SettingsFile, merged

A, B, C = (KnownRegistry(f"{name}.lan") for name in "abc")


def opened(path: Path) -> SettingsFile:
    return SettingsFile(path, hold_settings)


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    file = opened(path)
    assert file.change(Settings(), Settings()) == Settings()
    assert not path.exists()
    chosen = Settings(theme="dark", registries=(A,))
    assert file.change(Settings(), chosen) == chosen
    assert load(path).settings == chosen
    assert set(json.loads(path.read_text())) == {"format", "theme", "registries"}


def test_what_another_program_changed_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    window, command = opened(path), opened(path)
    before = window.read().settings
    command.change(Settings(), Settings(registries=(A,)))
    now = window.change(before, replace(before, theme="dark"))
    assert now == load(path).settings == Settings(theme="dark", registries=(A,))


def test_what_a_newer_program_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    write_content(path, {"theme": "dark", "colour_of_tomorrow": [1], "language": "tlh"})
    opened(path).change(Settings(), Settings(release_author="Ada"))
    written = json.loads(path.read_text())
    assert written["colour_of_tomorrow"] == [1]
    assert (written["theme"], written["language"]) == ("dark", "tlh")
    assert load(path).settings == Settings(theme="dark", release_author="Ada")


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    hosts = [f"r{number}.lan" for number in range(24)]

    def add(host: str) -> None:
        before = Settings()
        opened(path).change(before, replace(before, registries=(KnownRegistry(host),)))

    threads = [threading.Thread(target=add, args=(host,)) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.host for one in load(path).settings.registries) == sorted(hosts)


@pytest.mark.parametrize(
    ("before", "after", "now", "then"),
    [
        ((), (A,), (B,), (B, A)),
        ((A,), (), (A, B), (B,)),
        ((A, B), (B,), (A,), ()),
        ((A,), (A, C), (), (C,)),
        ((A,), (replace(A, name="Team"),), (), (replace(A, name="Team"),)),
        (
            (A,),
            (replace(A, name="Team"),),
            (replace(A, user="mia", keeper="keyring"), B),
            (replace(A, name="Team", user="mia", keeper="keyring"), B),
        ),
    ],
)
def test_registries_are_merged_one_by_one(
    before: tuple[KnownRegistry, ...],
    after: tuple[KnownRegistry, ...],
    now: tuple[KnownRegistry, ...],
    then: tuple[KnownRegistry, ...],
) -> None:
    found = merged(*(Settings(registries=known) for known in (before, after, now)))
    assert found.registries == then


def test_keep_rules_are_merged_one_by_one() -> None:
    one, two, three = (KeepRule(number, 0) for number in (1, 2, 3))
    before = Settings(keep_rules={"a": one, "b": one})
    after = Settings(keep_rules={"a": two})
    now = Settings(keep_rules={"a": one, "b": one, "c": three})
    assert merged(before, after, now).keep_rules == {"a": two, "c": three}


def test_only_what_another_program_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    file = opened(path)
    assert file.read().settings == Settings()
    assert file.read_changed() is None
    file.change(Settings(), Settings(theme="dark"))
    assert file.read_changed() is None
    opened(path).change(Settings(), Settings(language="en"))
    assert file.read_changed() == Settings(theme="dark", language="en")
    assert file.read_changed() is None


@pytest.mark.parametrize("content", ["", "{", "[]", "nonsense"])
def test_a_file_that_is_being_written_by_hand_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    file = opened(path)
    path.write_text(content)
    assert file.read_changed() is None
    assert path.read_text() == content


def test_a_damaged_file_is_kept_aside_by_a_change(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{")
    SettingsFile(path, lambda _: nullcontext()).change(Settings(), Settings(theme="dark"))
    assert load(path).settings == Settings(theme="dark")
    assert [one.read_text() for one in tmp_path.glob("settings.json.damaged-*")] == ["{"]


def test_where_no_lock_can_be_made_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    (tmp_path / ".settings.json.lock").mkdir()
    with pytest.raises(SettingsError, match="could not be saved"):
        opened(path).change(Settings(), Settings(theme="dark"))
    assert not path.exists()
