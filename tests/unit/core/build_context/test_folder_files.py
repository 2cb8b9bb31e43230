"""The folder's own Dockerfile and .dockerignore."""

from pathlib import Path

import pytest

from modeldesk.core.build_context.folder_files import build_files, own_ignore_text
from modeldesk.core.build_context.scan import scan
from modeldesk.core.build_context.tar import EntryKind
from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken


@pytest.mark.parametrize("name", [".dockerignore", "Dockerfile.dockerignore"])
def test_what_keeps_others_out_can_not_be_kept_out_itself(tmp_path: Path, name: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / name).symlink_to(name)
    with pytest.raises(FolderError, match="can't be read") as caught:
        build_files(tmp_path, None, None)
    assert "keep it out" not in caught.value.hint
    assert "in its place" in caught.value.hint


def test_texts_join_the_folder_and_never_replace_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / ".dockerignore").write_text("*\n")
    files = build_files(tmp_path, None, None, {"server/serve.py": "print()\n"})
    plan = scan(tmp_path, files.rules, CancelToken(), files.given, files.always)
    assert [(entry.path, entry.kind) for entry in plan.entries[:2]] == [
        ("server", EntryKind.FOLDER),
        ("server/serve.py", EntryKind.FILE),
    ]
    # What the person's rules keep out of the image does not concern what is generated.
    assert plan.builder_only == {"Dockerfile", ".dockerignore"}
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "serve.py").symlink_to("nowhere")
    with pytest.raises(FolderError, match="would take its place"):
        build_files(tmp_path, None, None, {"server/serve.py": "print()\n"})


def test_a_text_takes_the_place_of_the_dockerfiles_own_rules_too(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("kept\n")
    for name in ("kept", "other"):
        (tmp_path / name).write_text("")
    files = build_files(tmp_path, None, "other\n*.dockerignore\n")
    plan = scan(tmp_path, files.rules, CancelToken(), files.given, files.always)
    # The builder would go by the file that is there, so it is given the text in its place.
    assert plan.texts["Dockerfile.dockerignore"] == plan.texts[".dockerignore"]
    assert {entry.path for entry in plan.entries} == {
        "Dockerfile", "Dockerfile.dockerignore", ".dockerignore", "kept",
    }  # fmt: skip
    assert plan.builder_only == {"Dockerfile.dockerignore", ".dockerignore"}
    assert own_ignore_text(tmp_path, "Dockerfile") == "kept\n"
    assert own_ignore_text(tmp_path, "other") == ""
