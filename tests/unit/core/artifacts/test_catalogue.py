"""What a repository holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.core.artifacts.catalogue import Catalogue
from modeldesk.core.attached.attaching import attach
from modeldesk.core.jobs import CancelToken
from modeldesk.core.metadata.model import Edit, Key, Section
from modeldesk.core.registry.tagging import retag
from modeldesk.core.search.evaluate import matches
from modeldesk.core.search.parse import parse
from tests.unit.core.artifacts.models import REC, Bench, add_artifact, make_folder, weights
from tests.unit.core.registry.images import AMD, ARM, add_index

NOW = datetime(2026, 1, 31, tzinfo=UTC)
ACCURACY = Key(Section.METRIC, "accuracy")


@pytest.fixture
def filled(tmp_path: Path, bench: Bench) -> Bench:
    """Two models, an image, and what is none."""
    folder = make_folder(tmp_path / "rec")
    first = bench.push(folder, "v1.0.0")
    (folder / "model.safetensors").write_bytes(weights(3))
    bench.push(folder, "v1.2.0", {ACCURACY: 0.97})
    labels = {"io.modeldesk.model.metrics": '{"accuracy": 0.5}'}
    config = {"created": "2026-01-01T00:00:00Z", "config": {"Labels": labels}}
    bench.registry.add_image("team/rec", "v1.10.0", [b"layer"], config)
    retag(bench.registry, "team/rec", "v1.0.0", "stable", CancelToken())
    retag(bench.registry, "team/rec", "v1.0.0", "deprecated-v1.0.0", CancelToken())
    add_artifact(
        bench.registry,
        [("application/x", b"1", {})],
        config_type="application/vnd.cncf.helm.config.v1+json",
        tag="chart",
    )
    edit = Edit(NOW, "mia", "measured again", {ACCURACY: 0.95})
    attach(bench.registry, "team/rec", first.target.digest, [edit], CancelToken())
    return bench


def test_models_and_images_stand_side_by_side(filled: Bench) -> None:
    found = Catalogue(filled.registries).versions(REC, CancelToken())
    kinds = [(one.name, one.held.artifact is not None, one.channels) for one in found]
    assert kinds == [
        ("v1.10.0", False, ()),
        ("v1.2.0", True, ()),
        ("v1.0.0", True, ("deprecated", "stable")),
    ]
    values = [one.metadata.values[ACCURACY].value for one in found]
    # That of the oldest was changed since.
    assert values == [0.5, 0.97, 0.95]
    assert found[0].held.size_bytes == len(b"layer")


def test_nothing_is_read_twice_that_a_digest_tells(filled: Bench) -> None:
    catalogue = Catalogue(filled.registries)
    first = catalogue.versions(REC, CancelToken())
    filled.registry.asked.clear()
    assert catalogue.versions(REC, CancelToken()) == first
    assert not filled.registry.asked["manifest"]
    assert not filled.registry.asked["document"]


def test_queries_find_them(filled: Bench) -> None:
    found = Catalogue(filled.registries).versions(REC, CancelToken())

    def asked(text: str) -> list[str]:
        query = parse(text, NOW)
        return [one.name for one in found if matches(query, one.entry, NOW)]

    assert asked("accuracy >= 0.9") == ["v1.2.0", "v1.0.0"]
    assert asked("accuracy >= 0.9 and channel != deprecated") == ["v1.2.0"]
    assert asked("channel = stable") == ["v1.0.0"]
    assert asked("framework = Transformers and model = team/rec") == ["v1.2.0", "v1.0.0"]


def test_an_index_counts_as_one_of_its_images(bench: Bench) -> None:
    index, _ = add_index(bench.registry, "team/rec", "v2.0.0", AMD, ARM)
    (found,) = Catalogue(bench.registries).versions(REC, CancelToken())
    assert (found.name, found.held.digest) == ("v2.0.0", index.digest)
    assert found.held.artifact is None


def test_no_repository(bench: Bench) -> None:
    assert Catalogue(bench.registries).versions(REC, CancelToken()) == ()
