"""One image, as the list tells of it, asked in the cheapest way that is right."""

from datetime import UTC, datetime

import pytest

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.images import image_summary
from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.references import Reference
from tests.unit.adapters.docker_engine.server import EngineServer, json_of

IMAGE = ImageId("sha256:" + "a" * 64)
TAGS = ["shop:1", "shop:2"]
INSPECTED = {
    "Id": IMAGE,
    "RepoTags": TAGS,
    "RepoDigests": [],
    "Size": 100,
    "Created": "2026-11-23T00:37:18.987654321Z",
    "Config": {"Labels": {"a": "b"}},
}
SUMMARY = ImageSummary(
    IMAGE,
    tuple(map(Reference.parse, TAGS)),
    (),
    100,
    datetime(2026, 11, 23, 0, 37, 18, tzinfo=UTC),
    {"a": "b"},
)


@pytest.fixture(autouse=True)
def _inspected(server: EngineServer) -> None:
    server.answers[f"/images/{IMAGE}/json"] = json_of(INSPECTED)


def test_one_call_where_sizes_agree(server: EngineServer, connection: Connection) -> None:
    assert image_summary(connection, IMAGE, sizes_by_list=False) == SUMMARY
    assert server.seen == [f"GET /v1.51/images/{IMAGE}/json"]


def test_a_containerd_store_counts_in_its_list(
    server: EngineServer, connection: Connection
) -> None:
    listed = [{"Id": "sha256:other", "Size": 1}, {"Id": IMAGE, "RepoTags": TAGS[:1], "Size": 160}]
    server.answers["/images/json"] = json_of(listed)
    summary = image_summary(connection, IMAGE, sizes_by_list=True)
    assert summary is not None
    assert summary.size_bytes == 160
    assert summary.tags == SUMMARY.tags


def test_an_intermediate_image_is_not_listed(server: EngineServer, connection: Connection) -> None:
    server.answers[f"/images/{IMAGE}/json"] = json_of({**INSPECTED, "RepoTags": []})
    server.answers["/images/json"] = json_of([])
    assert image_summary(connection, IMAGE, sizes_by_list=False) is None
    server.answers["/images/json"] = json_of([{"Id": IMAGE, "Size": 100}])
    summary = image_summary(connection, IMAGE, sizes_by_list=False)
    assert summary is not None
    assert summary.tags == ()


def test_an_image_that_is_gone(server: EngineServer, connection: Connection) -> None:
    del server.answers[f"/images/{IMAGE}/json"]
    assert image_summary(connection, IMAGE, sizes_by_list=True) is None
