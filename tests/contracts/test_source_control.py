"""What every `SourceControl` promises, asked of the fake and of git alike."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from modeldesk.adapters.git import GitSourceControl
from modeldesk.core.errors import (
    Cancelled,
    InvalidInput,
    NoRepository,
    NoSuchRevision,
    SourceControlError,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.ports import SourceControl
from tests.fakes.git_repository import GitRepository
from tests.fakes.source_control import FakeCheckout, FakeSourceControl


class World(Protocol):
    """A work tree with one commit in `root`, and ways to change it."""

    source: SourceControl
    root: Path
    commit: str

    def change(self, name: str) -> None: ...
    def detach(self) -> None: ...
    def tag(self, name: str) -> None: ...
    def commit_files(self, files: dict[str, str]) -> str: ...


class RealWorld:
    def __init__(self, root: Path) -> None:
        self.source: SourceControl = GitSourceControl()
        self.root = root
        self._repository = GitRepository(root, commit=False)
        self.commit = self._repository.commit({"one/a.txt": "a", "two/b.txt": "b"})

    def change(self, name: str) -> None:
        self._repository.write({name: "changed"})

    def detach(self) -> None:
        self._repository.git("checkout", "-q", "--detach")

    def tag(self, name: str) -> None:
        self._repository.git("tag", "-a", "-m", f"Tag {name}", name)

    def commit_files(self, files: dict[str, str]) -> str:
        return self._repository.commit(files)


class FakeWorld:
    def __init__(self, root: Path) -> None:
        fake = FakeSourceControl()
        self.source: SourceControl = fake
        self.root = root
        self.commit = ""
        root.mkdir(parents=True)
        self._checkout = FakeCheckout(GitFacts("", "main", False, "", committed=1_700_000_000))
        fake.checkouts[root] = self._checkout
        self.commit = self.commit_files({"one/a.txt": "a", "two/b.txt": "b"})

    def change(self, name: str) -> None:
        self._checkout.changed.add(self.root / name)

    def detach(self) -> None:
        self._checkout.facts = replace(self._checkout.facts, branch="")

    def tag(self, name: str) -> None:
        self._checkout.tags[name] = self._checkout.facts.commit
        self._checkout.messages[name] = f"Tag {name}"

    def commit_files(self, files: dict[str, str]) -> str:
        checkout = self._checkout
        before = checkout.commits.get(checkout.facts.commit, {})
        commit = f"{len(checkout.commits) + 1:08x}" * 5
        checkout.commits[commit] = {**before, **files}
        checkout.facts = replace(checkout.facts, commit=commit)
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return commit


@pytest.fixture(params=[FakeWorld, RealWorld], ids=["fake", "git"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    made: World = request.param(tmp_path / "checkout")
    return made


def facts(world: World, folder: Path) -> GitFacts:
    found = world.source.facts(folder, CancelToken())
    assert found is not None
    return found


def test_a_clean_checkout_is_told_by_commit_and_branch(world: World) -> None:
    found = facts(world, world.root)
    assert (found.commit, found.branch, found.dirty) == (world.commit, "main", False)
    assert found.short_commit == world.commit[:8]


def test_when_the_commit_was_made_is_told(world: World) -> None:
    assert facts(world, world.root).committed == facts(world, world.root / "one").committed > 0


def test_a_folder_outside_any_checkout_has_no_facts(world: World, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert world.source.facts(outside, CancelToken()) is None


def test_only_changes_under_the_folder_make_it_dirty(world: World) -> None:
    world.change("one/a.txt")
    assert facts(world, world.root).dirty
    assert facts(world, world.root / "one").short_commit == f"{world.commit[:8]}-dirty"
    assert not facts(world, world.root / "two").dirty


def test_an_untracked_file_makes_it_dirty(world: World) -> None:
    world.change("two/new.txt")
    assert facts(world, world.root / "two").dirty


def test_a_detached_head_has_no_branch(world: World) -> None:
    world.detach()
    found = facts(world, world.root)
    assert (found.commit, found.branch) == (world.commit, "")


def test_tags_on_the_commit_are_named(world: World) -> None:
    assert facts(world, world.root).tags == ()
    world.tag("v1.0.0")
    world.tag("v1.1.0")
    assert set(facts(world, world.root).tags) == {"v1.0.0", "v1.1.0"}


def test_a_folder_that_is_gone_is_said(world: World) -> None:
    with pytest.raises(NoRepository, match="not there"):
        world.source.facts(world.root / "gone", CancelToken())


def test_changed_files_are_told_from_the_folder_on(world: World) -> None:
    world.change("one/a.txt")
    world.change("two/new.txt")
    assert facts(world, world.root).changed == ("one/a.txt", "two/new.txt")
    found = facts(world, world.root / "two")
    assert (found.changed, found.below) == (("new.txt",), "two")
    assert facts(world, world.root).below == ""


def test_a_commit_is_found_by_tag_branch_and_beginning(world: World) -> None:
    world.tag("v1.0.0")
    later = world.commit_files({"one/a.txt": "later"})

    def find(name: str) -> str:
        return world.source.commit_of(world.root, name, CancelToken())

    assert find("v1.0.0") == find(world.commit[:10]) == world.commit
    assert find("refs/tags/v1.0.0") == world.commit
    assert find("main") == find("HEAD") == later


@pytest.mark.parametrize("name", ["v9", "--help", "--upload-pack=x", "", "a b", "x" * 3000])
def test_what_is_no_revision_is_said(world: World, name: str, tmp_path: Path) -> None:
    into = empty(tmp_path)
    with pytest.raises(NoSuchRevision):
        world.source.commit_of(world.root, name, CancelToken())
    with pytest.raises(NoSuchRevision):
        world.source.checkout(world.root, name, into, CancelToken())


def test_tags_and_commits_are_listed_newest_first(world: World) -> None:
    world.tag("v1.0.0")
    later = world.commit_files({"one/a.txt": "later"})
    found = world.source.revisions(world.root, "", CancelToken())
    assert [(one.commit, one.tag, one.subject) for one in found.tags] == [
        (world.commit, "v1.0.0", "Tag v1.0.0")
    ]
    assert [(one.commit, one.subject) for one in found.commits] == [
        (later, "A change"),
        (world.commit, "A change"),
    ]
    assert not found.more


@pytest.mark.parametrize(
    ("wanted", "tags", "commits"),
    [
        ("rec*", ["rec@v1"], 0),
        ("V1", ["v1.0.0", "rec@v1"], 0),
        ("change", [], 2),
        ("nothing like it", [], 0),
    ],
)
def test_revisions_are_searched(world: World, wanted: str, tags: list[str], commits: int) -> None:
    world.tag("rec@v1")
    world.commit_files({"one/a.txt": "later"})
    world.tag("v1.0.0")
    found = world.source.revisions(world.root, wanted, CancelToken())
    assert sorted(one.tag for one in found.tags) == sorted(tags)
    assert len(found.commits) == commits


def test_a_commit_is_searched_by_its_beginning(world: World) -> None:
    world.commit_files({"one/a.txt": "later"})
    found = world.source.revisions(world.root, world.commit[:12], CancelToken())
    assert [one.commit for one in found.commits] == [world.commit]


def test_a_list_of_revisions_is_cut(world: World) -> None:
    for number in range(3):
        world.tag(f"v{number}")
    found = world.source.revisions(world.root, "v", CancelToken(), most=2)
    assert (len(found.tags), found.more) == (2, True)


def test_a_commit_is_written_beside_the_work_tree(world: World, tmp_path: Path) -> None:
    world.commit_files({"one/a.txt": "later", "one/new.txt": "new"})
    world.change("one/a.txt")
    world.tag("v2")
    before = facts(world, world.root)
    found = world.source.checkout(world.root / "one", world.commit[:10], empty(tmp_path),
                                  CancelToken())  # fmt: skip
    assert {path.name: path.read_text() for path in found.folder.iterdir()} == {"a.txt": "a"}
    assert (found.facts.commit, found.facts.dirty, found.facts.branch) == (world.commit, False, "")
    assert (found.facts.below, found.facts.tags) == ("one", ())
    assert found.when.isoformat() == "2025-04-05T12:30:00+00:00"
    assert found.repository == world.root / ".git"
    assert facts(world, world.root) == before


def test_a_folder_that_a_commit_has_not_is_said(world: World, tmp_path: Path) -> None:
    world.commit_files({"three/c.txt": "c"})
    with pytest.raises(NoSuchRevision, match="has no folder"):
        world.source.checkout(world.root / "three", world.commit, empty(tmp_path), CancelToken())


@pytest.mark.parametrize(
    "ask",
    [
        lambda source, folder, _, token: source.facts(folder, token),
        lambda source, folder, _, token: source.commit_of(folder, "HEAD", token),
        lambda source, folder, _, token: source.revisions(folder, "", token),
        lambda source, folder, into, token: source.checkout(folder, "HEAD", into, token),
        lambda source, folder, _, token: source.add_tag(folder, "v1", "HEAD", "x", token),
    ],
)
def test_whatever_is_asked_is_cancelled(
    world: World,
    tmp_path: Path,
    ask: Callable[[SourceControl, Path, Path, CancelToken], object],
) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        ask(world.source, world.root, empty(tmp_path), token)
    assert facts(world, world.root).tags == ()
    with pytest.raises(Cancelled):
        world.source.revisions(world.root, "", token)


def test_a_tag_is_made_once(world: World) -> None:
    later = world.commit_files({"one/a.txt": "later"})

    def add(commit: str, message: str) -> None:
        world.source.add_tag(world.root, "m/rec@v1.0.0", commit, message, CancelToken())

    add(world.commit, "First\n\n-- and -m more")
    add(world.commit, "again")
    found = world.source.revisions(world.root, "", CancelToken()).tags
    assert [(one.tag, one.commit, one.subject) for one in found] == [
        ("m/rec@v1.0.0", world.commit, "First")
    ]
    with pytest.raises(SourceControlError, match="could not be made"):
        add(later, "another")


@pytest.mark.parametrize("name", ["--help", "a b", "a..b", "", "x.lock", "a:b", "@"])
def test_a_name_that_no_tag_can_have_is_refused(world: World, name: str) -> None:
    with pytest.raises(InvalidInput):
        world.source.add_tag(world.root, name, world.commit, "x", CancelToken())


@pytest.mark.parametrize(
    "ask",
    [
        lambda source, folder: source.commit_of(folder, "HEAD", CancelToken()),
        lambda source, folder: source.revisions(folder, "", CancelToken()),
        lambda source, folder: source.add_tag(folder, "v1", "HEAD", "x", CancelToken()),
    ],
)
def test_outside_of_a_repository_there_is_nothing(
    world: World, tmp_path: Path, ask: Callable[[SourceControl, Path], object]
) -> None:
    with pytest.raises(NoRepository, match="in no git repository"):
        ask(world.source, empty(tmp_path))


def empty(tmp_path: Path) -> Path:
    into = tmp_path / "into"
    into.mkdir(exist_ok=True)
    return into
