"""Digests of files, large ones by their blocks."""

import hashlib
from pathlib import Path

import pytest

from modeldesk.core.build import digests
from modeldesk.core.build.digests import read_digests
from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.scan import ContextPlan, scan
from modeldesk.core.errors import Cancelled, FolderError
from modeldesk.core.jobs import CancelToken, Job, Progress

BLOCK = 300_000


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "BLOCK_BYTES", BLOCK)
    monkeypatch.setattr(digests, "_REPORT_EVERY_S", 0)


def plan(folder: Path, **texts: bytes) -> ContextPlan:
    return scan(folder, IgnoreRules(), CancelToken(), texts)


def hashed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def test_small_files_by_content_and_large_ones_by_blocks(tmp_path: Path) -> None:
    large = bytes(range(256)) * 4000
    (tmp_path / "large").write_bytes(large)
    (tmp_path / "small").write_bytes(large[:BLOCK])
    (tmp_path / "none").write_bytes(b"")
    reports: list[Progress] = []
    context = plan(tmp_path, given=large)
    found = read_digests(context, context.entries, Job(report=reports.append))
    blocks = [large[at : at + BLOCK] for at in range(0, len(large), BLOCK)]
    assert len(blocks) == 4
    assert found == {
        "given": hashed(large).hex(),
        "large": hashed(b"".join(map(hashed, blocks))).hex(),
        "none": hashed(b"").hex(),
        "small": hashed(large[:BLOCK]).hex(),
    }
    whole = sum(one.size_bytes for one in context.entries)
    assert (reports[-1].done, reports[-1].total) == (whole, whole)


def test_a_file_that_shrank_is_said(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(bytes(4 * BLOCK))
    context = plan(tmp_path)
    (tmp_path / "b").write_bytes(b"")
    with pytest.raises(FolderError, match="became smaller"):
        read_digests(context, context.entries, Job())


def test_reading_of_blocks_is_cancelled(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(4 * BLOCK))
    context = plan(tmp_path)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        read_digests(context, context.entries, Job(token))
