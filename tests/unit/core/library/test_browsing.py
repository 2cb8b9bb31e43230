"""Looking through registries: what is kept, forgotten and told."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modeldesk.core.errors import (
    Cancelled,
    NotInRegistry,
    RecordsError,
    RegistryDenied,
    RegistryUnavailable,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.library.browsing import Browsing
from modeldesk.core.library.remote_model import RegistryLook, RemoteArtifact, RemoteVersions
from modeldesk.core.registry.known import KnownRegistry
from tests.fakes.records import FakeRemoteRecords
from tests.fakes.version_registry import FakeVersionRegistry
from tests.unit.core.library.images import image_id
from tests.unit.core.library.test_catalog import REC, digest, remote

NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)
KNOWN = KnownRegistry("r.lan")
OCR = "r.lan/team/ocr"


@pytest.fixture
def records() -> FakeRemoteRecords:
    return FakeRemoteRecords()


@pytest.fixture
def registry() -> FakeVersionRegistry:
    made = FakeVersionRegistry()
    chart = RemoteArtifact(REC, "chart", digest(70), "application/x")
    made.repositories[REC] = RemoteVersions(
        (remote("again", 1), remote("v1", 1), remote("v2", 2)), (), {"stable": digest(2)}, (chart,)
    )
    made.repositories[OCR] = RemoteVersions((remote("v1", 3, OCR),), ("broken",))
    made.repositories["other.lan/x"] = RemoteVersions((remote("v1", 4, "other.lan/x"),))
    return made


@pytest.fixture
def browsing(records: FakeRemoteRecords, registry: FakeVersionRegistry) -> Browsing:
    return Browsing(records, registry, lambda: NOON)


def test_everything_is_kept(browsing: Browsing, records: FakeRemoteRecords) -> None:
    looked = browsing.browse(KNOWN, (), Job())
    assert looked.look == RegistryLook("r.lan", NOON, 2, 3, 1)
    assert (looked.whole, looked.unreadable, looked.failed) == (True, 1, ())
    catalog = browsing.catalog([KNOWN])
    assert sorted(one.name for one in catalog.versions) == [
        f"{OCR}:v1", f"{REC}:again", f"{REC}:v1", f"{REC}:v2",
    ]  # fmt: skip
    assert catalog.channels == {REC: {"stable": digest(2)}}
    assert [one.tag for one in catalog.artifacts] == ["chart"]
    assert catalog.look("r.lan") == looked.look
    assert catalog.look("other.lan") is None
    assert catalog.registries == {"r.lan"}


def test_a_second_look_reads_nothing(browsing: Browsing, registry: FakeVersionRegistry) -> None:
    browsing.browse(KNOWN, (), Job())
    registry.read.clear()
    browsing.browse(KNOWN, (), Job())
    assert registry.read == []


def test_what_is_gone_is_forgotten(
    browsing: Browsing, registry: FakeVersionRegistry, records: FakeRemoteRecords
) -> None:
    records.keep_remote_versions([remote("v1", 4, "other.lan/x")])
    browsing.browse(KNOWN, (), Job())
    del registry.repositories[OCR]
    registry.repositories[REC] = RemoteVersions((remote("v2", 2),))
    browsing.browse(KNOWN, (), Job())
    catalog = browsing.catalog([KNOWN])
    assert sorted(one.name for one in catalog.versions) == ["other.lan/x:v1", f"{REC}:v2"]
    assert (catalog.channels, catalog.artifacts) == ({}, ())


def test_named_repositories_where_there_is_no_list(
    browsing: Browsing, registry: FakeVersionRegistry, records: FakeRemoteRecords
) -> None:
    registry.unlisted.add("r.lan")
    records.keep_remote_versions([remote("v1", 3, OCR)])
    known = KnownRegistry("r.lan", repositories=("team/rec", "team/lost"))
    looked = browsing.browse(known, ["r.lan/never-pushed", "other.lan/x"], Job())
    assert not looked.whole
    # Only what the person named and is not there is told.
    assert [name for name, _ in looked.failed] == ["r.lan/team/lost"]
    # What was not asked for is not gone.
    assert OCR in {one.repository for one in browsing.catalog([known]).versions}


def test_what_is_tagged_here_is_looked_into_where_there_is_no_list(
    browsing: Browsing, registry: FakeVersionRegistry
) -> None:
    registry.unlisted.add("r.lan")
    looked = browsing.browse(KNOWN, [REC, "other.lan/x"], Job())
    assert looked.look.versions == 2
    assert registry.asked == ["r.lan", REC]
    with pytest.raises(NotInRegistry):
        browsing.browse(KNOWN, (), Job())


def test_a_repository_that_is_closed_keeps_what_was_known(
    browsing: Browsing, registry: FakeVersionRegistry
) -> None:
    browsing.browse(KNOWN, (), Job())
    denied = registry.failing[OCR] = RegistryDenied("not for you")
    looked = browsing.browse(KNOWN, (), Job())
    assert looked.failed == ((OCR, denied),)
    assert OCR in {one.repository for one in browsing.catalog([KNOWN]).versions}


def test_a_registry_that_is_away_keeps_everything(
    browsing: Browsing, registry: FakeVersionRegistry
) -> None:
    browsing.browse(KNOWN, (), Job())
    before = browsing.catalog([KNOWN])
    registry.failing["r.lan"] = RegistryUnavailable("away")
    with pytest.raises(RegistryUnavailable):
        browsing.browse(KNOWN, (), Job())
    assert browsing.catalog([KNOWN]) == before


def test_a_cancel_keeps_what_was_read(
    browsing: Browsing, registry: FakeVersionRegistry, records: FakeRemoteRecords
) -> None:
    token = CancelToken()
    versions = registry.versions

    def cancelled(*asked: object) -> RemoteVersions:
        found = versions(*asked)  # type: ignore[arg-type]
        token.cancel()
        registry.waits = True
        return found

    registry.versions = cancelled  # type: ignore[method-assign, assignment]
    with pytest.raises(Cancelled):
        browsing.browse(KNOWN, (), Job(token))
    assert {one.repository for one in records.every_remote_version()} == {OCR}
    assert records.registry_looks() == ()


def test_progress_is_told(browsing: Browsing) -> None:
    told: list[Progress] = []
    browsing.browse(KnownRegistry("r.lan", "Ours"), (), Job(report=told.append))
    assert "Ours" in told[0].text


def test_records_that_fail_end_nothing(browsing: Browsing, records: FakeRemoteRecords) -> None:
    records.failure = RecordsError("no room")
    assert browsing.browse(KNOWN, (), Job()).look.versions == 3
    with pytest.raises(RecordsError):
        browsing.catalog([KNOWN])


def test_what_was_said_of_versions_is_read_with_them(
    records: FakeRemoteRecords, registry: FakeVersionRegistry
) -> None:
    registry.repositories[REC] = replace(registry.repositories[REC], edits=("said",))
    asked: list[tuple[str, dict[str, str], tuple[str, ...]]] = []

    def fetch(
        repository: str, images: Mapping[str, ImageId], tags: Collection[str], _: CancelToken
    ) -> int:
        asked.append((repository, dict(images), tuple(tags)))
        raise RegistryDenied("not yours")

    looked = Browsing(records, registry, lambda: NOON, fetch).browse(KNOWN, (), Job())
    assert asked == [
        (REC, {digest(1): image_id(1), digest(2): image_id(2)}, ("said",)),
    ]
    # The versions are there all the same.
    assert [name for name, _ in looked.failed] == [REC]
    assert looked.look.versions == 3
