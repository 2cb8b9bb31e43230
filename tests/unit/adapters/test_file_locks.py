"""Locks as files: one holder at a time, and what is said where none can be made."""

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
