import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from modeldesk.core import settings
from modeldesk.core.errors import SettingsError
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.settings import Settings


def test_a_missing_file_gives_the_defaults(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "none.json") == settings.LoadedSettings(Settings())


def test_what_was_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    chosen = Settings(theme="dark", notify_after_s=3.0, default_registry="registry.lan:5000/队")
    settings.write_content(path, asdict(chosen))
    assert settings.load(path) == settings.LoadedSettings(chosen)
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


def test_keep_rules_are_read_and_what_can_not_be_one_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    chosen = Settings(keep_rule=KeepRule(3, 0), keep_rules={"票据 ocr": KeepRule(20, 365)})
    settings.write_content(path, asdict(chosen))
    assert settings.load(path) == settings.LoadedSettings(chosen)
    wrong = {
        "zero": {"newest": 0, "days": 1},
        "text": {"newest": "3", "days": 1},
        "sign": {"newest": 3, "days": -1},
        "yes": {"newest": True, "days": 1},
        "none": None,
        "part": {"newest": 3},
    }
    good = {"newest": 2, "days": 9}
    path.write_text(json.dumps({"keep_rule": wrong["zero"], "keep_rules": {**wrong, "a": good}}))
    assert settings.load(path).settings == Settings(keep_rules={"a": KeepRule(2, 9)})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1, 2]",
        b"\xff\xfe",
        b"null",
        b"[" * 100_000,
        b'{"notify_after_s": ' + b"1" * 5000 + b"}",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_damaged_file_is_kept_aside_and_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    loaded = settings.load(path)
    assert loaded.settings == Settings()
    [aside] = tmp_path.iterdir()
    assert aside.name.startswith("settings.json.damaged-")
    assert aside.read_bytes() == content
    assert str(aside) in loaded.problem


def test_a_mark_that_an_editor_puts_before_a_file_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b'\xef\xbb\xbf{"base_image": "python:3.12"}')
    loaded = settings.load(path)
    assert loaded.settings.base_image == "python:3.12"
    assert not loaded.problem


@pytest.mark.parametrize(
    "content",
    [
        '{"theme": "blue"}',
        '{"language": "tlh"}',
        '{"version_scheme": ""}',
        '{"notify_after_s": -1}',
        '{"notify_after_s": NaN}',
        '{"notify_after_s": 1e300}',
    ],
)
def test_a_value_that_is_no_choice_falls_back_to_its_default(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content)
    assert settings.load(path) == settings.LoadedSettings(Settings())


def test_values_of_a_wrong_type_and_unknown_keys_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"format": 9, "theme": 3, "notify_after_s": 2, "new": {}}))
    assert settings.load(path).settings == Settings(notify_after_s=2.0)


def test_a_failed_save_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    settings.write_content(path, asdict(Settings(theme="light")))

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(SettingsError) as caught:
        settings.write_content(path, asdict(Settings(theme="dark")))
    assert "No space left" in caught.value.detail
    assert settings.load(path).settings.theme == "light"
    assert [p.name for p in tmp_path.iterdir()] == ["settings.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders are POSIX's")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    os.mkfifo(path)
    loaded = settings.load(path)
    assert loaded.settings == Settings()
    assert "settings.json.damaged-" in loaded.problem


def test_a_damaged_file_that_can_not_be_moved_is_not_said_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{")

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    assert "kept" not in settings.load(path).problem
    assert path.exists()
