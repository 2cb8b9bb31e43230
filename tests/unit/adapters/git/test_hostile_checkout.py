"""A commit is laid out as it was committed, whatever lies around it, and ends whatever it holds."""

import errno
import os
from pathlib import Path

import pytest

from modeldesk.adapters.git import GitSourceControl
from modeldesk.core.errors import Cancelled, FolderError, SourceControlError
from modeldesk.core.jobs import CancelToken
from tests.fakes.git_repository import GitRepository
from tests.unit.adapters.git.test_checkout import checkout, pointer, texts, with_submodule


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "repository", commit=False)


@pytest.mark.parametrize("place", [".gitattributes", ".git/info/attributes"])
def test_attributes_that_are_not_committed_change_no_byte(
    repository: GitRepository, tmp_path: Path, place: str
) -> None:
    repository.commit({"a.txt": "a\n"})
    repository.write({place: "* text eol=crlf\n"})
    assert (checkout(repository, tmp_path).folder / "a.txt").read_bytes() == b"a\n"


def test_attributes_of_the_commit_hold_where_the_work_tree_lost_them(
    repository: GitRepository, tmp_path: Path
) -> None:
    repository.commit({".gitattributes": "*.bat text eol=crlf\n", "m/a.bat": "a\n"})
    (repository.root / ".gitattributes").unlink()
    folder = checkout(repository, tmp_path, below="m").folder
    assert (folder / "a.bat").read_bytes() == b"a\r\n"


def test_links_stay_links_whatever_the_repository_is_set_to(
    repository: GitRepository, tmp_path: Path
) -> None:
    (repository.root / "link").symlink_to("a.txt")
    repository.commit({"a.txt": "a"})
    repository.git("config", "core.symlinks", "false")
    assert (checkout(repository, tmp_path).folder / "link").is_symlink()


def test_a_repository_of_another_hash_and_with_borrowed_objects(tmp_path: Path) -> None:
    first = GitRepository(tmp_path / "first", commit=False)
    first.git("init", "-q", "--object-format=sha256", "-b", "main", str(tmp_path / "long"))
    first = GitRepository(tmp_path / "long", commit=False)
    first.commit({"a.txt": "a"})
    first.git("clone", "-q", "--shared", str(first.root), str(tmp_path / "shared"))
    borrowing = GitRepository(tmp_path / "shared", commit=False)
    assert texts(checkout(borrowing, tmp_path).folder) == {"a.txt": "a"}


def test_a_tag_is_one_tag_whatever_is_in_its_name(repository: GitRepository) -> None:
    repository.commit({"a.txt": "a"})
    repository.git("tag", "x\u2028v9.9.9")
    repository.git("tag", "v1\u0085")
    facts = GitSourceControl().facts(repository.root, CancelToken())
    assert facts is not None
    assert sorted(facts.tags) == ["v1\u0085", "x\u2028v9.9.9"]


def stored(repository: GitRepository, content: bytes) -> str:
    """Keep a large file as Git LFS does; its pointer."""
    text = pointer(content)
    oid = text.split("sha256:")[1][:64]
    place = repository.root / ".git/lfs/objects" / oid[:2] / oid[2:4] / oid
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    return text


def test_a_large_file_takes_the_place_of_no_other(
    repository: GitRepository, tmp_path: Path
) -> None:
    text = stored(repository, b"weights")
    beside = f"w.bin.{text.split('sha256:')[1][:16]}.new"
    repository.commit({"w.bin": text, beside: "of the commit"})
    assert texts(checkout(repository, tmp_path).folder) == {
        "w.bin": "weights",
        beside: "of the commit",
    }


def test_large_files_leave_room_on_the_disk(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"w.bin": stored(repository, b"weights")})
    monkeypatch.setattr("modeldesk.adapters.git.lfs_store.ROOM_LEFT", 1 << 60)
    with pytest.raises(FolderError, match="no room"):
        checkout(repository, tmp_path)


def test_a_disk_that_is_full_is_said(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.txt": "a"})

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("modeldesk.adapters.git.tree_files.tempfile.TemporaryDirectory", full)
    with pytest.raises(FolderError, match="laid out") as caught:
        checkout(repository, tmp_path)
    assert caught.value.detail == "No space left on device"


def test_submodules_that_hold_each_other_come_to_an_end(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_submodule(repository, tmp_path)
    commit = repository.git("rev-parse", "HEAD:models/sub")
    for number in range(5):
        repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},more/{number}")
        repository.git("config", "-f", ".gitmodules", "--add", "submodule.sub.path",
                       f"more/{number}")  # fmt: skip
    repository.git("add", ".gitmodules")
    repository.git("commit", "-q", "-m", "Many")
    monkeypatch.setattr("modeldesk.adapters.git.checkout._MOST_SUBMODULES", 3)
    found = checkout(repository, tmp_path)
    assert [one.checked_out for one in found.facts.submodules] == [True] * 3 + [False] * 3


def test_a_cancel_among_many_submodules(repository: GitRepository, tmp_path: Path) -> None:
    with_submodule(repository, tmp_path)
    commit = repository.git("rev-parse", "HEAD:models/sub")
    for number in range(20):
        repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},more/{number}")
    repository.git("commit", "-q", "-m", "Many")
    into = tmp_path / "into"
    into.mkdir()

    class Stops(CancelToken):
        """Cancelled once the first submodule is there."""

        def raise_if_cancelled(self) -> None:
            if (into / "files/models/sub/deep").exists():
                self.cancel()
            super().raise_if_cancelled()

    with pytest.raises(Cancelled):
        GitSourceControl().checkout(repository.root, "HEAD", into, Stops())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="There are no named pipes here.")
@pytest.mark.parametrize("place", [".gitignore", ".git/HEAD"])
def test_a_git_that_waits_for_ever_is_ended_and_said(
    repository: GitRepository, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.txt": "a"})
    (repository.root / place).unlink(missing_ok=True)
    os.mkfifo(repository.root / place)
    monkeypatch.setattr("modeldesk.adapters.git.command._SECONDS", 0.2)
    with pytest.raises(SourceControlError, match="did not answer"):
        GitSourceControl().facts(repository.root, CancelToken())
