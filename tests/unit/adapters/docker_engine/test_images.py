"""One image, as the list tells of it, asked in the cheapest way that is right."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.images import image_detail, image_summary, list_images
from modeldesk.core.errors import NotFound
from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.references import Reference
from tests.unit.adapters.docker_engine.server import EngineServer, Request, json_of

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


def test_a_containerd_store_lists_its_digest_under_one_of_the_names(
    server: EngineServer, connection: Connection
) -> None:
    names = ["shop:1", "shop:2", "lan:5000/shop:1"]
    entry = {"Id": IMAGE, "RepoTags": names, "RepoDigests": [f"lan:5000/shop@{IMAGE}"]}
    pushed = "shop@sha256:" + "b" * 64
    elsewhere = {"Id": IMAGE, "RepoTags": names, "RepoDigests": [pushed]}
    server.answers["/images/json"] = json_of([entry, elsewhere])
    contained, classic = list_images(connection)
    assert contained.digests == tuple(
        sorted(Reference.parse(f"{name}@{IMAGE}") for name in ("shop", "lan:5000/shop"))
    )
    assert classic.digests == (Reference.parse(pushed),)


def test_what_a_containerd_store_pulled_by_digest_has_no_tag(
    server: EngineServer, connection: Connection
) -> None:
    name = f"lan:5000/shop@{IMAGE}"
    entry = {"Id": IMAGE, "RepoTags": [name], "RepoDigests": [name], "Size": 160}

    def answer(request: Request) -> None:
        # It is not among those without names.
        request.answer_json([] if "dangling" in request.path else [entry])

    server.answers["/images/json"] = answer
    server.answers[f"/images/{IMAGE}/json"] = json_of({**INSPECTED, **entry})
    (listed,) = list_images(connection)
    assert (listed.tags, listed.digests) == ((), (Reference.parse(name),))
    found = image_summary(connection, IMAGE, sizes_by_list=True)
    assert found is not None
    assert (found.tags, found.size_bytes) == ((), 160)


@pytest.mark.parametrize(("losses", "found"), [(3, True), (99, False)])
def test_a_list_that_lost_an_image_meanwhile_is_asked_for_again(
    server: EngineServer, connection: Connection, losses: int, found: bool
) -> None:
    left = [losses]

    def answer(request: Request) -> None:
        left[0] -= 1
        lost = {"message": f"NotFound: content digest {IMAGE}: not found"}
        request.answer_json(*((lost, 404) if left[0] >= 0 else ([{"Id": IMAGE}], 200)))

    server.answers["/images/json"] = answer
    with nullcontext() if found else pytest.raises(NotFound):
        assert [one.id for one in list_images(connection)] == [IMAGE]


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


@pytest.mark.parametrize(("containerd_store", "size"), [(False, 100), (True, 170)])
def test_a_containerd_store_tells_the_size_of_one_image_by_its_layers(
    server: EngineServer, connection: Connection, containerd_store: bool, size: int
) -> None:
    lines = [{"CreatedBy": "COPY a /", "Size": 50}, {"CreatedBy": "ADD rootfs", "Size": 120}]
    server.answers[f"/images/{IMAGE}/history"] = json_of(lines)
    detail = image_detail(connection, IMAGE, containerd_store)
    assert detail.size_bytes == size
    assert [entry.size_bytes for entry in detail.history] == [120, 50]
