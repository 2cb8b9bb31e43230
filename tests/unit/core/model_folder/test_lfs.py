from pathlib import Path

import pytest

from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.lfs import read_pointer
from modeldesk.core.model_folder.model import Severity

OID = "0123456789abcdef" * 4


def pointer(size: int, extra: str = "") -> str:
    return f"version https://git-lfs.github.com/spec/v1\n{extra}oid sha256:{OID}\nsize {size}\n"


def test_a_pointer_is_told_with_the_size_it_stands_for(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_text(pointer(1_200_000_000))
    (tmp_path / "odd").write_text(pointer(5, "ext-0-foo sha256:" + OID + "\n"))
    (tmp_path / "rows.csv").write_text(pointer(7_000))
    (tmp_path / "about.md").write_text("version https://git-lfs.github.com/spec/v1 is a line\n")
    found = inspect(tmp_path)
    assert found.pointers == {"model.safetensors": 1_200_000_000, "odd": 5, "rows.csv": 7_000}
    assert found.weights == ()
    said = {str(one.path): one for one in found.findings if "git lfs pull" in one.text}
    assert "1.20 GB" in said["model.safetensors"].text
    assert said["model.safetensors"].severity is Severity.ERROR
    assert said["rows.csv"].severity is Severity.WARNING
    assert found.findings[0] is said["model.safetensors"]


def test_many_pointers_are_summed_up(tmp_path: Path) -> None:
    for number in range(15):
        (tmp_path / f"part-{number}.bin").write_text(pointer(1000))
    said = [one.text for one in inspect(tmp_path).findings if "Git LFS" in one.text]
    assert len(said) == 11
    assert said[-1].startswith("5 more files are pointers")


@pytest.mark.parametrize(
    "text",
    [pointer(1) + "x", pointer(1)[:-1], pointer(1).replace("sha256", "md5"), "", "x" * 2000,
     pointer(1).replace("\n", "\r\n")],
)  # fmt: skip
def test_what_only_looks_like_a_pointer_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file"
    path.write_text(text, newline="")
    assert read_pointer(str(path)) is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text(pointer(1))
    (tmp_path / "link").symlink_to("real")
    assert read_pointer(str(tmp_path / "real")) is not None
    assert read_pointer(str(tmp_path / "link")) is None
    assert read_pointer(str(tmp_path / "gone")) is None
