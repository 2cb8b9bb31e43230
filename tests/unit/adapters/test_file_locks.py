"""Locks as files: one holder at a time, and what is said where none can be made."""

import os
from pathlib import Path

import pytest

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.core.errors import AlreadyRunning, RecordsError
from modeldesk.core.ids import DeploymentName

SHOP = DeploymentName("shop")


def test_a_second_holder_is_told_and_may_come_back_later(tmp_path: Path) -> None:
    one, other = FileDeploymentLocks(tmp_path), FileDeploymentLocks(tmp_path)
    with one.hold(SHOP), pytest.raises(AlreadyRunning), other.hold(SHOP):
        pass
    with other.hold(SHOP):
        pass


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    locks = FileDeploymentLocks(tmp_path / place)
    with pytest.raises(RecordsError) as caught, locks.hold(SHOP):
        pass
    assert str(tmp_path / place) in caught.value.hint


def test_an_account_without_a_folder_of_its_own_has_one_for_all_its_programs(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.write_text("in the way")
    one, other = (FileDeploymentLocks(home / "locks", tmp_path / "shared") for _ in range(2))
    with one.hold("shop"), pytest.raises(AlreadyRunning), other.hold("shop"):
        pass


def test_a_folder_that_somebody_else_has_put_there_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.write_text("in the way")
    (tmp_path / "shared").symlink_to(tmp_path)
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    with (
        pytest.raises(RecordsError, match="lock"),
        FileDeploymentLocks(home / "locks", tmp_path / "shared").hold("shop"),
    ):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "shared"]
