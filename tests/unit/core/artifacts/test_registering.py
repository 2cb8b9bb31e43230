"""Models under the next name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.core.artifacts.registering import Registered, Registration, register
from modeldesk.core.errors import InvalidVersion, TagTaken
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import Scheme
from tests.unit.core.artifacts.models import REC, Bench, make_folder, weights

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def _no_git(_folder: Path, _token: CancelToken) -> GitFacts | None:
    return None


def _register(
    bench: Bench, path: Path, version: str = "", scheme: Scheme = Scheme.SEMANTIC
) -> Registered:
    wanted = Registration(path, REC, version, scheme)
    return register(bench.registries, wanted, _no_git, lambda: NOW, Job())


def test_the_next_version(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    tags = []
    for number in range(3):
        (folder / "model.safetensors").write_bytes(weights(number))
        tags.append(_register(bench, folder).pushed.target.tag)
    assert tags == ["v1.0.0", "v1.1.0", "v1.2.0"]


def test_by_time(tmp_path: Path, bench: Bench) -> None:
    done = _register(bench, make_folder(tmp_path / "rec"), scheme=Scheme.TIMESTAMP)
    assert done.pushed.target.tag.startswith("v202601")


def test_by_commit_there_must_be_one(tmp_path: Path, bench: Bench) -> None:
    with pytest.raises(InvalidVersion):
        _register(bench, make_folder(tmp_path / "rec"), scheme=Scheme.COMMIT)


def test_a_name_with_a_plus(tmp_path: Path, bench: Bench) -> None:
    done = _register(bench, make_folder(tmp_path / "rec"), "v1.2.0+cu121")
    assert done.pushed.target.tag == "v1.2.0_cu121"
    content = bench.registry.manifest("team/rec", "v1.2.0_cu121", CancelToken()).content
    assert b'"org.opencontainers.image.version":"v1.2.0+cu121"' in content


def test_a_name_that_somebody_else_gets_meanwhile(tmp_path: Path, bench: Bench) -> None:
    """Between looking for the next name and giving it."""
    folder = make_folder(tmp_path / "rec")

    def meanwhile(method: str, _repository: str, _what: str) -> None:
        if method == "put_blob" and "v1.0.0" not in bench.registry._own("team/rec").tags:
            bench.registry.add_image("team/rec", "v1.0.0", [b"theirs"])

    bench.registry.before = meanwhile
    assert _register(bench, folder).pushed.target.tag == "v1.1.0"
    with pytest.raises(TagTaken):
        _register(bench, folder, "v1.0.0")
