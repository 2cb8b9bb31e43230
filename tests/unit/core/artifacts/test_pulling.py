"""Having models, whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.core.artifacts.model import Kind
from modeldesk.core.artifacts.pulling import PullRequest, pull
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    ExtractFailed,
    InvalidReference,
    NotInRegistry,
    RegistryLied,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken, Job, PartState, Progress
from tests.fakes.registry_contents import digest_of
from tests.unit.core.artifacts.models import (
    REC,
    Bench,
    add_artifact,
    contents,
    make_folder,
    raw,
    weights,
)


def test_what_was_packed_comes_back(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    (folder / "model.safetensors").chmod(0o755)
    os.utime(folder / "model.safetensors", (1_700_000_000, 1_700_000_000))
    bench.push(folder)
    said: list[Progress] = []
    pulled = bench.pull(tmp_path / "deep" / "here", job=Job(report=said.append))
    (folder / ".env").unlink()
    assert contents(tmp_path / "deep" / "here") == contents(folder)
    facts = (tmp_path / "deep" / "here" / "model.safetensors").stat()
    assert facts.st_mtime == 1_700_000_000
    assert facts.st_mode & stat.S_IXUSR
    assert pulled.artifact.kind is Kind.MODEL_PACK
    assert pulled.artifact.parameters == "10"
    assert all(one.state is PartState.DONE for one in said[-1].parts)
    assert pulled.source.digest == pulled.artifact.digest


def test_a_pulled_copy_is_the_same_model(tmp_path: Path, bench: Bench) -> None:
    bench.push(make_folder(tmp_path / "rec"))
    bench.pull(tmp_path / "here")
    assert not bench.push(tmp_path / "here").is_new


def test_what_is_there_is_not_sent_again(tmp_path: Path, bench: Bench) -> None:
    add_artifact(bench.registry, [raw("a.bin", b"a"), raw("b.bin", b"bb")])
    bench.pull(tmp_path / "here")
    (tmp_path / "here" / "b.bin").unlink()
    bench.registry.asked.clear()
    pulled = bench.pull(tmp_path / "here")
    assert (pulled.moved_bytes, pulled.there_bytes) == (2, 1)
    assert bench.registry.asked["blob"] == 1


def test_other_files_are_left_unless_asked_for(tmp_path: Path, bench: Bench) -> None:
    add_artifact(bench.registry, [raw("a.bin", b"new"), raw("b.bin", b"b")])
    here = tmp_path / "here"
    here.mkdir()
    (here / "a.bin").write_bytes(b"old")
    with pytest.raises(ExtractFailed):
        bench.pull(here)
    assert contents(here) == {"a.bin": b"old"}
    bench.pull(here, replace=True)
    assert contents(here) == {"a.bin": b"new", "b.bin": b"b"}


def test_a_broken_connection_is_gone_on_with(
    tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came of a file before lies under another name, and is not asked for again."""
    whole = bytes(range(256)) * 1024
    add_artifact(bench.registry, [raw("a.bin", whole)])
    here = tmp_path / "here"
    here.mkdir()
    part = here / f".{digest_of(whole)[7:19]}.modeldesk-part"
    part.write_bytes(whole[:100_000])
    firsts: list[int] = []
    blob = bench.registry.blob

    def noted(repository: str, digest: str, token: CancelToken, first: int = 0) -> Iterator[bytes]:
        firsts.append(first)
        return blob(repository, digest, token, first)

    monkeypatch.setattr(bench.registry, "blob", noted)
    bench.pull(here)
    assert firsts == [100_000]
    assert contents(here) == {"a.bin": whole}


@pytest.mark.parametrize("left", [b"nonsense", b"x" * 400_000])
def test_a_useless_beginning_is_thrown_away(tmp_path: Path, bench: Bench, left: bytes) -> None:
    whole = bytes(range(256)) * 1024
    add_artifact(bench.registry, [raw("a.bin", whole)])
    (tmp_path / f".{digest_of(whole)[7:19]}.modeldesk-part").write_bytes(left)
    bench.pull(tmp_path)
    assert contents(tmp_path) == {"a.bin": whole}


def test_a_link_in_place_of_a_beginning_is_not_written_through(
    tmp_path: Path, bench: Bench
) -> None:
    add_artifact(bench.registry, [raw("a.bin", b"content")])
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    here = tmp_path / "here"
    here.mkdir()
    (here / f".{digest_of(b'content')[7:19]}.modeldesk-part").symlink_to(precious)
    with pytest.raises(ExtractFailed):
        bench.pull(here)
    assert precious.read_bytes() == b"mine"


def test_a_registry_that_goes_away_leaves_no_half_file(
    tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_artifact(bench.registry, [raw("a.bin", b"a" * 200_000)])
    blob = bench.registry.blob

    def breaking(
        repository: str, digest: str, token: CancelToken, first: int = 0
    ) -> Iterator[bytes]:
        yield next(iter(blob(repository, digest, token, first)))
        raise RegistryUnavailable("gone")

    monkeypatch.setattr(bench.registry, "blob", breaking)
    with pytest.raises(RegistryUnavailable):
        bench.pull(tmp_path)
    (left,) = contents(tmp_path)
    assert left.startswith(".")
    monkeypatch.setattr(bench.registry, "blob", blob)
    bench.pull(tmp_path)
    assert contents(tmp_path) == {"a.bin": b"a" * 200_000}


def test_a_cancel_leaves_nothing_half_written(
    tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = CancelToken()
    add_artifact(bench.registry, [raw("a.bin", b"a" * 300_000)])
    blob = bench.registry.blob

    def cancelling(
        repository: str, digest: str, own: CancelToken, first: int = 0
    ) -> Iterator[bytes]:
        for piece in blob(repository, digest, own, first):
            yield piece
            token.cancel()

    monkeypatch.setattr(bench.registry, "blob", cancelling)
    with pytest.raises(Cancelled):
        bench.pull(tmp_path, job=Job(token))
    assert contents(tmp_path) == {}


def test_two_pulls_to_one_folder_are_one_too_many(tmp_path: Path, bench: Bench) -> None:
    add_artifact(bench.registry, [raw("a.bin", b"a")])
    with bench.locks.hold(f"pull {tmp_path}"), pytest.raises(AlreadyRunning):
        bench.pull(tmp_path)


def test_what_is_not_there_is_said(tmp_path: Path, bench: Bench) -> None:
    with pytest.raises(NotInRegistry):
        bench.pull(tmp_path / "here")
    with pytest.raises(InvalidReference):
        pull(bench.registries, PullRequest(REC, tmp_path), bench.locks, Job())
    assert not (tmp_path / "here").exists()


def test_layers_of_the_same_bytes(tmp_path: Path, bench: Bench) -> None:
    add_artifact(bench.registry, [raw("a.bin", b"same"), raw("b.bin", b"same"), raw("c", b"")])
    bench.pull(tmp_path)
    assert contents(tmp_path) == {"a.bin": b"same", "b.bin": b"same", "c": b""}


def test_a_registry_that_sends_something_else(tmp_path: Path, bench: Bench) -> None:
    content = weights()
    add_artifact(bench.registry, [raw("a.bin", content)])
    bench.registry.damaged.add(digest_of(content))
    with pytest.raises(RegistryLied):
        bench.pull(tmp_path)
    assert contents(tmp_path) == {}
