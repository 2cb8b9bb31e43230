import os
import stat
import sys
from pathlib import Path

import pytest

from modeldesk.adapters.git import GitSourceControl
from modeldesk.adapters.git.remote_url import without_credentials
from modeldesk.core.errors import SourceControlError
from modeldesk.core.jobs import CancelToken
from tests.fakes.git_repository import GitRepository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "repository")


def open_handles() -> int:
    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0  # noqa: PTH208


def test_time_and_origin(repository: GitRepository) -> None:
    repository.git("remote", "add", "origin", "https://ada:secret@git.example.org/team/m.git")
    facts = GitSourceControl().facts(repository.root, CancelToken())
    assert facts is not None
    assert facts.remote_url == "https://git.example.org/team/m.git"


def test_a_repository_without_commits(tmp_path: Path) -> None:
    root = GitRepository(tmp_path / "new", commit=False).root
    facts = GitSourceControl().facts(root, CancelToken())
    assert facts is not None
    assert (facts.commit, facts.branch, facts.short_commit) == ("", "main", "")


def test_a_second_work_tree(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "next")
    (tmp_path / "second" / "new.txt").write_text("new")
    facts = GitSourceControl().facts(tmp_path / "second", CancelToken())
    assert facts is not None
    assert (facts.branch, facts.dirty) == ("next", True)


def test_a_submodule_tells_of_itself(repository: GitRepository, tmp_path: Path) -> None:
    outer = GitRepository(tmp_path / "outer")
    allow = ("-c", "protocol.file.allow=always")
    outer.git(*allow, "submodule", "--quiet", "add", str(repository.root), "model")
    facts = GitSourceControl().facts(outer.root / "model", CancelToken())
    assert facts is not None
    assert facts.commit == repository.git("rev-parse", "HEAD")
    assert not facts.dirty


def test_an_ignored_folder_is_under_no_version_control(repository: GitRepository) -> None:
    repository.commit({".gitignore": "out/\n"})
    repository.write({"out/model.bin": "x"})
    assert GitSourceControl().facts(repository.root / "out", CancelToken()) is None
    assert GitSourceControl().facts(repository.root, CancelToken()) is not None


def test_an_empty_git_folder_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert GitSourceControl().facts(tmp_path, CancelToken()) is None


def test_a_broken_repository_is_said(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n")
    with pytest.raises(SourceControlError, match="can’t read the repository") as raised:
        GitSourceControl().facts(tmp_path, CancelToken())
    assert "git status" in raised.value.hint
    assert raised.value.detail


def test_a_repository_of_another_user_is_said(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    with pytest.raises(SourceControlError, match="another user owns it") as raised:
        GitSourceControl().facts(repository.root, CancelToken())
    assert f"safe.directory {repository.root}" in raised.value.hint


def test_git_that_is_not_installed_is_said(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GitPython must have been imported once, as in a program whose git went away.
    GitSourceControl().facts(repository.root, CancelToken())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceControlError, match="not installed") as raised:
        GitSourceControl().facts(repository.root, CancelToken())
    assert "apt install git" in raised.value.hint
    (tmp_path / "plain").mkdir()
    assert GitSourceControl().facts(tmp_path / "plain", CancelToken()) is None


@pytest.mark.parametrize("kind", ["hook", "monitor", "filter", "process"])
def test_nothing_the_repository_brings_along_is_run(
    repository: GitRepository, tmp_path: Path, kind: str
) -> None:
    witness = tmp_path / "ran"
    program = tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch '{witness}'\ncat\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    repository.commit({".gitattributes": "*.bin filter=evil\n", "weights.bin": "abcd"})
    settings = {
        "hook": ("core.hooksPath", str(tmp_path)),
        "monitor": ("core.fsmonitor", str(program)),
        "filter": ("filter.evil.clean", str(program)),
        "process": ("filter.evil.process", str(program)),
    }
    if kind == "hook":
        program.rename(tmp_path / "post-index-change")
    repository.git("config", *settings[kind])
    repository.write({"weights.bin": "abce"})
    os.utime(repository.root / "weights.bin", (1, 1))
    facts = GitSourceControl().facts(repository.root, CancelToken())
    assert facts is not None
    assert facts.dirty
    assert not witness.exists()
    if kind in ("monitor", "filter"):
        # The trap is a real one: git itself walks into it.
        repository.git("status")
        assert witness.exists()


def test_a_filter_that_cannot_be_switched_off_is_refused(repository: GitRepository) -> None:
    repository.git("config", "filter.a=b.clean", "cat")
    with pytest.raises(SourceControlError, match="filter"):
        GitSourceControl().facts(repository.root, CancelToken())


def test_variables_of_a_hook_do_not_lead_astray(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = GitRepository(tmp_path / "other")
    commit = other.commit({"a.txt": "a"})
    monkeypatch.setenv("GIT_DIR", str(repository.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository.root / ".git" / "index"))
    facts = GitSourceControl().facts(other.root, CancelToken())
    assert facts is not None
    assert (facts.commit, facts.dirty) == (commit, False)


def test_nothing_stays_open(repository: GitRepository) -> None:
    source = GitSourceControl()
    source.facts(repository.root, CancelToken())
    before = open_handles()
    for _ in range(5):
        source.facts(repository.root, CancelToken())
    assert open_handles() == before


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://git.example.org/a.git", "https://git.example.org/a.git"),
        ("https://token@git.example.org/a.git", "https://git.example.org/a.git"),
        ("https://u:p@ss@git.example.org:8443/a?token=x#y", "https://git.example.org:8443/a"),
        ("ssh://git@git.example.org/a.git", "ssh://git.example.org/a.git"),
        ("git@git.example.org:team/a.git", "git.example.org:team/a.git"),
        ("/srv/git/a.git", "/srv/git/a.git"),
        ("ext::sh -c 'curl https://u:p@host'", ""),
        ("https://[broken/a", ""),
        ("", ""),
    ],
)
def test_credentials_are_taken_from_an_address(url: str, kept: str) -> None:
    assert without_credentials(url) == kept
