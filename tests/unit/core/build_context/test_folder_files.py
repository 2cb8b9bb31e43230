"""The folder's own Dockerfile and .dockerignore."""

from pathlib import Path

import pytest

from modeldesk.core.build_context.folder_files import build_files
from modeldesk.core.errors import FolderError


@pytest.mark.parametrize("name", [".dockerignore", "Dockerfile.dockerignore"])
def test_what_keeps_others_out_can_not_be_kept_out_itself(tmp_path: Path, name: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / name).symlink_to(name)
    with pytest.raises(FolderError, match="can't be read") as caught:
        build_files(tmp_path, None, None)
    assert "keep it out" not in caught.value.hint
    assert "in its place" in caught.value.hint
