"""Weights that builds take."""

import os
import time
from pathlib import Path

import pytest

from modeldesk.core.artifacts.weights_cache import WeightsCache
from modeldesk.core.errors import InvalidReference, RegistryUnavailable
from modeldesk.core.jobs import Job
from tests.unit.core.artifacts.models import HOST, Bench, contents, make_folder

LIMIT = 10**9


def test_weights_are_fetched_once_and_by_their_digest(tmp_path: Path, bench: Bench) -> None:
    digest = bench.push(make_folder(tmp_path / "rec")).target.digest
    cache = WeightsCache(tmp_path / "cache", bench.registries, bench.locks, LIMIT)
    folder = cache.fetch(f"{HOST}/team/rec@{digest}", Job())
    assert set(contents(folder)) == {"model.safetensors", "config.json"}
    bench.registry.is_away = True
    assert cache.fetch(f"{HOST}/elsewhere/too@{digest}", Job()) == folder
    assert [one.name for one in (tmp_path / "cache").iterdir()] == [folder.name]


def test_a_tag_is_not_enough(tmp_path: Path, bench: Bench) -> None:
    cache = WeightsCache(tmp_path / "cache", bench.registries, bench.locks, LIMIT)
    with pytest.raises(InvalidReference, match="digest"):
        cache.fetch(f"{HOST}/team/rec:v1.0.0", Job())


def test_what_broke_off_is_not_taken_for_weights(tmp_path: Path, bench: Bench) -> None:
    digest = bench.push(make_folder(tmp_path / "rec")).target.digest
    cache = WeightsCache(tmp_path / "cache", bench.registries, bench.locks, LIMIT)
    bench.registry.errors["blob"] = [RegistryUnavailable("gone")]
    with pytest.raises(RegistryUnavailable):
        cache.fetch(f"{HOST}/team/rec@{digest}", Job())
    assert set(contents(cache.fetch(f"{HOST}/team/rec@{digest}", Job()))) == {
        "model.safetensors", "config.json"
    }  # fmt: skip


def test_those_wanted_longest_ago_go_first(tmp_path: Path, bench: Bench) -> None:
    digests = []
    for number in range(3):
        model = make_folder(tmp_path / f"rec{number}")
        (model / "config.json").write_text(f'{{"number": {number}}}')
        digests.append(bench.push(model, f"v{number}.0.0").target.digest)
    cache = WeightsCache(tmp_path / "cache", bench.registries, bench.locks, LIMIT)
    assert (cache.size_bytes(), cache.limit_bytes) == (0, LIMIT)
    folders = [cache.fetch(f"{HOST}/team/rec@{one}", Job()) for one in digests]
    one = cache.size_bytes() // 3
    (tmp_path / "cache" / "somebody's").mkdir()
    # What was fetched within the hour may be on its way into an image.
    cache.limit_bytes = one
    assert all(folder.is_dir() for folder in folders)
    for hours, folder in zip((3, 4, 2), folders, strict=True):
        moment = time.time() - hours * 3600
        os.utime(folder, (moment, moment))
    # The one that stands longest is wanted again.
    cache.fetch(f"{HOST}/team/rec@{digests[1]}", Job())
    cache.limit_bytes = 2 * one + one // 2
    assert [folder.is_dir() for folder in folders] == [False, True, True]
    cache.forget_all()
    assert [folder.is_dir() for folder in folders] == [False, True, False]
    assert (tmp_path / "cache" / "somebody's").is_dir()
    assert 0 < cache.size_bytes() <= one + one // 2
