"""What every `SourceControl` promises, asked of the fake and of git alike."""

from pathlib import Path
from typing import Protocol

import pytest

from modeldesk.adapters.git import GitSourceControl
from modeldesk.core.errors import SourceControlError
from modeldesk.core.ports import SourceControl
from modeldesk.core.versioning.git_facts import GitFacts
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


class RealWorld:
    def __init__(self, root: Path) -> None:
        self.source: SourceControl = GitSourceControl()
        self.root = root
        self._repository = GitRepository(root)
        self.commit = self._repository.commit({"one/a.txt": "a", "two/b.txt": "b"})

    def change(self, name: str) -> None:
        self._repository.write({name: "changed"})

    def detach(self) -> None:
        self._repository.git("checkout", "-q", "--detach")

    def tag(self, name: str) -> None:
        self._repository.git("tag", name)


class FakeWorld:
    def __init__(self, root: Path) -> None:
        fake = FakeSourceControl()
        self.source: SourceControl = fake
        self.root = root
        self.commit = "0123456789abcdef0123456789abcdef01234567"
        for folder in ("one", "two"):
            (root / folder).mkdir(parents=True)
        self._branch = "main"
        self._tags: tuple[str, ...] = ()
        self._checkout = FakeCheckout(self._facts())
        fake.checkouts[root] = self._checkout

    def _facts(self) -> GitFacts:
        return GitFacts(self.commit, self._branch, False, "", self._tags)

    def change(self, name: str) -> None:
        self._checkout.changed.add(self.root / name)

    def detach(self) -> None:
        self._branch = ""
        self._checkout.facts = self._facts()

    def tag(self, name: str) -> None:
        self._tags = (*self._tags, name)
        self._checkout.facts = self._facts()


@pytest.fixture(params=[FakeWorld, RealWorld], ids=["fake", "git"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    made: World = request.param(tmp_path / "checkout")
    return made


def facts(world: World, folder: Path) -> GitFacts:
    found = world.source.facts(folder)
    assert found is not None
    return found


def test_a_clean_checkout_is_told_by_commit_and_branch(world: World) -> None:
    found = facts(world, world.root)
    assert (found.commit, found.branch, found.dirty) == (world.commit, "main", False)
    assert found.short_commit == world.commit[:8]


def test_a_folder_outside_any_checkout_has_no_facts(world: World, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert world.source.facts(outside) is None


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
    with pytest.raises(SourceControlError, match="not there"):
        world.source.facts(world.root / "gone")
