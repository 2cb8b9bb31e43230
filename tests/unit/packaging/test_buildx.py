"""Where the tests get buildx from; nothing is downloaded here."""

from pathlib import Path

import pytest

import buildx
import debian
import kept_archives


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def test_that_of_the_machine(tmp_path: Path) -> None:
    own = tmp_path / "bin" / "docker-buildx"
    own.parent.mkdir()
    own.touch(0o755)
    assert buildx.ensure() == own


def test_the_one_that_was_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(debian, "can_install", lambda: False)
    assert buildx.ensure() is None
    kept = kept_archives.folder() / "docker-buildx" / "docker-buildx"
    kept.parent.mkdir(parents=True)
    kept.touch(0o755)
    assert buildx.ensure() == kept
    assert kept.is_relative_to(tmp_path)


def test_none_can_be_had(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(debian, "can_install", lambda: True)
    tried: list[list[str]] = []

    def download(_folder: Path, options: list[str]) -> bool:
        tried.append(options)
        return False

    monkeypatch.setattr(buildx, "_download", download)
    assert buildx.ensure() is None
    assert len(tried) == 2
    assert tried[0] == []
    assert "can't be had" in capsys.readouterr().out
