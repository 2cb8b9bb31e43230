"""Sending models."""

from pathlib import Path

import pytest

from modeldesk.core.errors import (
    Cancelled,
    FolderError,
    InvalidVersion,
    NotInRegistry,
    RegistryUnavailable,
    TagTaken,
)
from modeldesk.core.jobs import CancelToken, Job, PartState, Progress
from modeldesk.core.metadata.model import Key, Section
from tests.unit.core.artifacts.models import Bench, make_folder, weights


def test_every_part_is_told(tmp_path: Path, bench: Bench) -> None:
    said: list[Progress] = []
    pushed = bench.push(make_folder(tmp_path / "rec"), job=Job(report=said.append))
    assert pushed.is_new
    last = said[-1]
    assert {one.name: one.state for one in last.parts} == dict.fromkeys(
        ["model.safetensors", "config.json", "code", "README.md", "metrics.json"], PartState.DONE
    )
    assert last.fraction == 1.0
    assert pushed.moved_bytes == last.total


def test_the_same_again_moves_nothing(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    first = bench.push(folder)
    sent = bench.registry.sent
    again = bench.push(folder)
    assert (again.target, again.is_new, again.moved_bytes) == (first.target, False, 0)
    assert bench.registry.sent == sent


def test_only_what_changed_moves(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    bench.push(folder)
    before = bench.registry.sent
    (folder / "model.safetensors").write_bytes(weights(7))
    pushed = bench.push(folder, "v1.1.0")
    assert pushed.moved_bytes == len(weights())
    # The configuration, and the weights.
    assert bench.registry.sent - before < len(weights()) + 1000


def test_a_version_is_never_given_again(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    first = bench.push(folder)
    with pytest.raises(TagTaken):
        bench.push(folder, values={Key(Section.METRIC, "accuracy"): 0.1})
    (folder / "model.safetensors").write_bytes(weights(7))
    sent = bench.registry.sent
    with pytest.raises(TagTaken):
        bench.push(folder)
    # Which was known before anything moved.
    assert bench.registry.sent == sent
    assert bench.registry.kept["team/rec"].tags == {"v1.0.0": first.target.digest}


def test_channels_are_no_versions(tmp_path: Path, bench: Bench) -> None:
    with pytest.raises(InvalidVersion):
        bench.push(make_folder(tmp_path / "rec"), "stable")


def test_what_is_broken_off_leaves_no_tag_and_is_gone_on_with(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    bench.registry.errors["put_manifest"] = [RegistryUnavailable("gone")]
    with pytest.raises(RegistryUnavailable):
        bench.push(folder)
    with pytest.raises(NotInRegistry):
        bench.registry.tags("team/rec", CancelToken())
    sent = bench.registry.sent
    again = bench.push(folder)
    assert again.is_new
    assert again.moved_bytes == 0
    assert bench.registry.sent == sent


def test_a_cancel_leaves_no_tag(tmp_path: Path, bench: Bench) -> None:
    token = CancelToken()

    def cancel(method: str, _repository: str, _what: str) -> None:
        if method == "put_blob":
            token.cancel()

    bench.registry.before = cancel
    with pytest.raises(Cancelled):
        bench.push(make_folder(tmp_path / "rec"), job=Job(token))
    assert not bench.registry.kept


def test_a_file_that_changes_on_the_way_is_said(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")

    def grow(method: str, _repository: str, _what: str) -> None:
        if method == "put_blob":
            (folder / "model.safetensors").write_bytes(weights(0, 99))

    bench.registry.before = grow
    with pytest.raises(FolderError):
        bench.push(folder)
    assert "v1.0.0" not in bench.registry.kept.get("team/rec", bench.registry._own("x")).tags
