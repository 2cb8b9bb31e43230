"""A commit laid out beside the work tree, of repositories that nobody vouches for."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from modeldesk.adapters.git import GitSourceControl
from modeldesk.core.errors import Cancelled, NoRepository, SourceControlError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.versioning.revisions import CheckedOut
from tests.fakes.git_repository import GitRepository

AT = 1743856200
"""2025-04-05 14:30 +0200."""


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "repository", commit=False)


def checkout(
    repository: GitRepository, tmp_path: Path, revision: str = "HEAD", below: str = "."
) -> CheckedOut:
    into = tmp_path / f"into-{len(list(tmp_path.iterdir()))}"
    into.mkdir()
    return GitSourceControl().checkout(repository.root / below, revision, into, CancelToken())


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def traces(repository: GitRepository) -> dict[str, bytes]:
    """Everything in .git."""
    git = repository.root / ".git"
    return {str(path.relative_to(git)): path.read_bytes() for path in git.rglob("*")
            if path.is_file()}  # fmt: skip


def test_files_have_the_time_and_the_permissions_of_the_commit(
    repository: GitRepository, tmp_path: Path
) -> None:
    repository.write({"a.txt": "a", "bin/run.sh": "run"})
    (repository.root / "bin/run.sh").chmod(0o700)
    (repository.root / "link").symlink_to("a.txt")
    repository.commit({})
    before = os.umask(0o077)
    try:
        folder = checkout(repository, tmp_path).folder
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}
    assert (modes["a.txt"], modes["run.sh"], modes["bin"]) == (0o644, 0o755, 0o755)
    assert {path.lstat().st_mtime for path in (folder, *folder.rglob("*"))} == {AT}
    assert (folder / "link").readlink() == Path("a.txt")


def test_the_repository_is_left_as_it_was(repository: GitRepository, tmp_path: Path) -> None:
    first = repository.commit({"a.txt": "a"})
    repository.commit({"a.txt": "b"})
    repository.write({"a.txt": "changed", "new.txt": "new"})
    repository.git("config", "core.splitIndex", "true")
    before = traces(repository)
    into = checkout(repository, tmp_path, first)
    assert texts(into.folder) == {"a.txt": "a"}
    assert traces(repository) == before
    assert repository.git("worktree", "list").count("\n") == 0
    assert [path.name for path in into.folder.parent.iterdir()] == ["files"]


def test_what_an_archive_leaves_out_is_there(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit(
        {
            ".gitattributes": "secret.txt export-ignore\n*.txt export-subst\n",
            "secret.txt": "$Format:%H$",
        }
    )
    assert texts(checkout(repository, tmp_path).folder)["secret.txt"] == "$Format:%H$"


def test_line_ends_follow_the_repository_and_not_the_account(
    repository: GitRepository, tmp_path: Path
) -> None:
    repository.commit(
        {".gitattributes": "*.bat text eol=crlf\n", "m/a.bat": "x\n", "m/a.txt": "x\n"}
    )
    folder = checkout(repository, tmp_path, below="m").folder
    assert (folder / "a.bat").read_bytes() == b"x\r\n"
    assert (folder / "a.txt").read_bytes() == b"x\n"


@pytest.mark.parametrize("kind", ["hooks", "monitor", "smudge", "process", "lfs"])
def test_nothing_of_the_repository_is_run(
    repository: GitRepository, tmp_path: Path, kind: str
) -> None:
    witness, hooks = tmp_path / "ran", tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction", "program"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch '{witness}'\ncat\n")
        (hooks / name).chmod(0o755)
    program = str(hooks / "program")
    repository.commit({".gitattributes": "*.bin filter=evil\n", "weights.bin": "abcd"})
    for setting in {
        "hooks": [("core.hooksPath", str(hooks))],
        "monitor": [("core.fsmonitor", program)],
        "smudge": [("filter.evil.smudge", program), ("filter.evil.required", "true")],
        "process": [("filter.evil.process", program), ("filter.evil.required", "true")],
        "lfs": [("filter.evil.smudge", "git-lfs smudge -- %f"), ("core.sshCommand", program),
                ("gpg.program", program), ("log.showSignature", "true"),
                ("tag.gpgSign", "true")],
    }[kind]:  # fmt: skip
        repository.git("config", *setting)
    source = GitSourceControl()
    assert texts(checkout(repository, tmp_path).folder)["weights.bin"] == "abcd"
    repository.git("config", "user.name", "Ada")
    repository.git("config", "user.email", "ada@example.org")
    source.add_tag(repository.root, "v1", "HEAD", "First", CancelToken())
    source.revisions(repository.root, "", CancelToken())
    assert not witness.exists()
    assert repository.git("cat-file", "-t", "v1") == "tag"


def hostile_commit(repository: GitRepository, entries: list[tuple[str, str, str]]) -> str:
    """A commit of a tree that git itself would not make: mode, name, text."""
    lines = []
    for mode, name, text in entries:
        blob = repository.root / "blob"
        blob.write_text(text)
        oid = repository.git("hash-object", "-w", str(blob))
        blob.unlink()
        lines.append(mode.encode() + b" " + name.encode() + b"\0" + bytes.fromhex(oid))
    tree_file = repository.root / "tree"
    tree_file.write_bytes(b"".join(lines))
    tree = repository.git("hash-object", "-t", "tree", "--literally", "-w", str(tree_file))
    tree_file.unlink()
    return repository.git("commit-tree", tree, "-m", "evil")


@pytest.mark.parametrize(
    "name", ["../out.txt", "..", ".git", ".GIT", "a/../../out.txt", "/tmp/out.txt"]
)
def test_names_that_lead_out_are_refused(
    repository: GitRepository, tmp_path: Path, name: str
) -> None:
    commit = hostile_commit(repository, [("100644", name, "evil")])
    before = {path for path in tmp_path.rglob("*") if "objects" not in path.parts}
    with pytest.raises(SourceControlError, match="can’t be had"):
        checkout(repository, tmp_path, commit)
    after = {path for path in tmp_path.rglob("*") if path.name in ("out.txt", "config")}
    assert after <= before


def test_a_link_is_not_written_through(repository: GitRepository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    commit = hostile_commit(
        repository,
        [("120000", "a", str(outside)), ("100644", "a/evil.txt", "evil")],
    )
    with pytest.raises(SourceControlError):
        checkout(repository, tmp_path, commit)
    assert not list(outside.iterdir())


def test_a_link_out_of_the_repository_stays_a_link(
    repository: GitRepository, tmp_path: Path
) -> None:
    (repository.root / "passwd").symlink_to("/etc/passwd")
    (repository.root / "up").symlink_to("../..")
    repository.commit({"a.txt": "a"})
    folder = checkout(repository, tmp_path).folder
    assert (folder / "passwd").readlink() == Path("/etc/passwd")
    assert Path("/etc/passwd").stat().st_mtime != AT
    assert (folder / "up").is_symlink()


def test_a_tag_called_like_an_option_is_a_tag(repository: GitRepository, tmp_path: Path) -> None:
    first = repository.commit({"a.txt": "a"})
    repository.git("update-ref", "refs/tags/--help", first)
    repository.git("update-ref", "refs/tags/--upload-pack=touch", first)
    repository.commit({"a.txt": "b"})
    source = GitSourceControl()
    listed = source.revisions(repository.root, "", CancelToken()).tags
    assert {one.tag for one in listed} == {"--help", "--upload-pack=touch"}
    for one in listed:
        assert source.commit_of(repository.root, one.name, CancelToken()) == first
        assert source.commit_of(repository.root, one.tag, CancelToken()) == first
    assert texts(checkout(repository, tmp_path, "--help").folder) == {"a.txt": "a"}


def with_submodule(repository: GitRepository, tmp_path: Path, name: str = "sub") -> GitRepository:
    other = GitRepository(tmp_path / "other", commit=False)
    other.commit({"deep/a.txt": "of the submodule"})
    repository.commit({"models/a.txt": "a"})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
                   "--name", name, str(other.root), "models/sub")  # fmt: skip
    repository.commit({})
    return other


def test_submodules_come_from_where_the_repository_keeps_them(
    repository: GitRepository, tmp_path: Path
) -> None:
    other = with_submodule(repository, tmp_path)
    facts = GitSourceControl().facts(repository.root / "models", CancelToken())
    assert facts is not None
    assert [(one.path, one.checked_out) for one in facts.submodules] == [("sub", True)]
    (repository.root / "models/sub/deep/a.txt").write_text("changed")
    found = checkout(repository, tmp_path, below="models")
    assert texts(found.folder) == {"a.txt": "a", "sub/deep/a.txt": "of the submodule"}
    assert [(one.path, one.checked_out) for one in found.facts.submodules] == [("sub", True)]
    assert (found.folder / "sub/deep/a.txt").stat().st_mtime == AT
    assert (repository.root / "models/sub/deep/a.txt").read_text() == "changed"
    assert other.root.exists()


def test_a_submodule_of_which_nothing_is_here_is_told(
    repository: GitRepository, tmp_path: Path
) -> None:
    with_submodule(repository, tmp_path)
    clone = GitRepository(tmp_path / "clone", commit=False)
    clone.git("pull", "-q", repository.root.as_uri(), "main")
    facts = GitSourceControl().facts(clone.root, CancelToken())
    assert facts is not None
    assert [(one.path, one.checked_out) for one in facts.submodules] == [("models/sub", False)]
    found = checkout(clone, tmp_path)
    assert [(one.path, one.checked_out) for one in found.facts.submodules] == [
        ("models/sub", False)
    ]
    assert list((found.folder / "models/sub").iterdir()) == []


@pytest.mark.parametrize("name", ["../../../other", "/", "..", "x/../../y"])
def test_the_name_of_a_submodule_leads_nowhere_else(
    repository: GitRepository, tmp_path: Path, name: str
) -> None:
    with_submodule(repository, tmp_path)
    gitmodules = repository.root / ".gitmodules"
    gitmodules.write_text(gitmodules.read_text().replace('"sub"', f'"{name}"'))
    repository.commit({})
    found = checkout(repository, tmp_path)
    assert [one.checked_out for one in found.facts.submodules] == [False]


def test_nothing_that_a_submodule_configures_is_run(
    repository: GitRepository, tmp_path: Path
) -> None:
    with_submodule(repository, tmp_path)
    witness = tmp_path / "ran"
    module = GitRepository(repository.root / "models/sub")
    module.commit({".gitattributes": "* filter=evil\n"})
    repository.commit({})
    module.git("config", "filter.evil.smudge", f"touch {witness}; cat")
    module.git("config", "core.fsmonitor", f"touch {witness}")
    assert texts(checkout(repository, tmp_path).folder)["models/sub/deep/a.txt"]
    assert not witness.exists()


def pointer(content: bytes) -> str:
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"


def test_large_files_come_from_the_store_of_the_repository(
    repository: GitRepository, tmp_path: Path
) -> None:
    content, wrong = b"weights" * 1000, b"other" * 10
    repository.commit(
        {"w.bin": pointer(content), "lost.bin": pointer(b"lost"), "wrong.bin": pointer(wrong)}
    )
    for held, named in ((content, content), (b"evil!" * 10, wrong)):
        oid = hashlib.sha256(named).hexdigest()
        place = repository.root / ".git/lfs/objects" / oid[:2] / oid[2:4] / oid
        place.parent.mkdir(parents=True)
        place.write_bytes(held)
    folder = checkout(repository, tmp_path).folder
    assert (folder / "w.bin").read_bytes() == content
    assert (folder / "w.bin").stat().st_mtime == AT
    assert texts(folder)["lost.bin"] == pointer(b"lost")
    assert texts(folder)["wrong.bin"] == pointer(wrong)
    assert len(list(folder.iterdir())) == 3


def test_a_link_in_the_store_is_not_followed(repository: GitRepository, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    repository.commit({"w.bin": pointer(b"secret")})
    oid = hashlib.sha256(b"secret").hexdigest()
    place = repository.root / ".git/lfs/objects" / oid[:2] / oid[2:4] / oid
    place.parent.mkdir(parents=True)
    place.symlink_to(secret)
    assert "oid sha256" in texts(checkout(repository, tmp_path).folder)["w.bin"]


def test_more_than_there_is_room_for_is_refused_before_it_is_written(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.txt": "a" * 100})
    monkeypatch.setattr("modeldesk.adapters.git.tree_files.ROOM_LEFT", 1 << 60)
    with pytest.raises(Exception, match="room for"):
        checkout(repository, tmp_path)


def test_a_cancel_in_the_middle_ends_git(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit({f"{number}.txt": "a" for number in range(300)})
    token = CancelToken()
    into = tmp_path / "into"
    into.mkdir()

    class Stops(CancelToken):
        asked = 0

        def raise_if_cancelled(self) -> None:
            Stops.asked += 1
            if Stops.asked > 20:
                self.cancel()
            super().raise_if_cancelled()

    token = Stops()
    with pytest.raises(Cancelled):
        GitSourceControl().checkout(repository.root, "HEAD", into, token)
    assert Stops.asked > 20


def test_a_shallow_clone_and_a_linked_work_tree_are_told(
    repository: GitRepository, tmp_path: Path
) -> None:
    repository.commit({"a.txt": "a"})
    repository.commit({"a.txt": "b"})
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth=1", repository.root.as_uri(), str(clone))
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
    source = GitSourceControl()
    folders = (clone, tmp_path / "linked", repository.root)
    shallow, linked, plain = (source.facts(one, CancelToken()) for one in folders)
    assert shallow is not None
    assert linked is not None
    assert plain is not None
    assert (shallow.shallow, shallow.linked) == (True, False)
    assert (linked.shallow, linked.linked) == (False, True)
    assert (plain.shallow, plain.linked) == (False, False)
    assert source.commit_of(tmp_path / "linked", "HEAD", CancelToken()) == plain.commit


def test_a_bare_repository_is_said(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit({"a.txt": "a"})
    bare = tmp_path / "bare.git"
    repository.git("clone", "-q", "--bare", str(repository.root), str(bare))
    with pytest.raises(NoRepository, match="bare git repository"):
        GitSourceControl().facts(bare, CancelToken())


def test_ten_thousand_tags_are_searched(repository: GitRepository) -> None:
    commit = repository.commit({"a.txt": "a"})
    lines = "\n".join(f"{commit} refs/tags/v{number}" for number in range(10_000))
    (repository.root / ".git" / "packed-refs").write_text(f"# pack-refs with: \n{lines}\n")
    found = GitSourceControl().revisions(repository.root, "v77", CancelToken())
    assert len(found.tags) == 111
    assert GitSourceControl().revisions(repository.root, "", CancelToken()).more
