"""Events of several engines, read as changes; and links that die without a word."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from modeldesk.adapters.docker_engine import events as adapter
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.events import KnownNames, events, read_event
from modeldesk.core.changes import Changes
from modeldesk.core.errors import Cancelled, EngineUnavailable
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference
from tests.unit.adapters.docker_engine.server import EngineServer, Request, json_of, silence

A, B = ImageId("sha256:" + "a" * 64), ImageId("sha256:" + "b" * 64)
ONE, TWO = Reference.parse("shop:1"), Reference.parse("shop:2")
Found = tuple[ImageId, tuple[Reference, ...]]


def image_event(action: str, subject: str, name: str = "") -> dict[str, object]:
    return {
        "Type": "image",
        "Action": action,
        "Actor": {"ID": subject, "Attributes": {"name": name}},
    }


def images(*ids: ImageId) -> Changes:
    return Changes(images=frozenset(ids))


def nothing_found(_: str) -> Found | None:
    return None


@pytest.fixture
def names() -> KnownNames:
    """The image A is known as ``shop:1``."""
    known = KnownNames()
    known.given(A, [ONE])
    return known


def test_a_tag_that_moved_names_both_images(names: KnownNames) -> None:
    assert read_event(image_event("tag", B, "shop:1"), names, nothing_found) == images(A, B)
    assert read_event(image_event("tag", B, "shop:1"), names, nothing_found) == images(B)


def test_names_compare_however_they_are_written(names: KnownNames) -> None:
    event = image_event("tag", B, "docker.io/library/shop:1")
    assert read_event(event, names, nothing_found) == images(A, B)


def test_untag_by_id_and_by_name(names: KnownNames) -> None:
    assert read_event(image_event("untag", A, A), names, nothing_found) == images(A)
    assert read_event(image_event("untag", "shop:1"), names, nothing_found) == images(A)
    unknown = read_event(image_event("untag", "other:1"), names, nothing_found)
    assert unknown == Changes(every_image=True)


def test_delete(names: KnownNames) -> None:
    assert read_event(image_event("delete", B), names, nothing_found) == images(B)


@pytest.mark.parametrize("action", ["pull", "push", "load", "import", "create", "build"])
def test_what_is_named_otherwise_is_looked_up(names: KnownNames, action: str) -> None:
    asked: list[str] = []

    def look(name: str) -> Found | None:
        asked.append(name)
        return B, (ONE, TWO)

    assert read_event(image_event(action, "shop:2"), names, look) == images(A, B)
    assert asked == ["shop:2"]


def test_what_is_gone_again_has_everything_read(names: KnownNames) -> None:
    event = image_event("pull", "shop:2")
    assert read_event(event, names, nothing_found) == Changes(every_image=True)
    prune = read_event(image_event("prune", ""), names, nothing_found)
    assert prune == Changes(every_image=True)


def test_a_list_that_was_read_replaces_what_was_known(names: KnownNames) -> None:
    names.read_all([ImageSummary(B, (ONE,), (), 1, datetime(2026, 1, 1, tzinfo=UTC))])
    assert names.holder(ONE) == B
    assert names.given(A, [ONE]) == {A, B}


@pytest.mark.parametrize("action", ["create", "start", "die", "health_status: healthy", "rename"])
def test_containers(names: KnownNames, action: str) -> None:
    event = {"Type": "container", "Action": action, "Actor": {"ID": "c1"}}
    changes = Changes(containers=frozenset({ContainerId("c1")}))
    assert read_event(event, names, nothing_found) == changes


@pytest.mark.parametrize(
    "event",
    [
        {"Type": "container", "Action": "exec_start: /bin/sh -c true", "Actor": {"ID": "c1"}},
        {"Type": "container", "Action": "top", "Actor": {"ID": "c1"}},
        {"Type": "container", "Action": "start"},
        {"Type": "network", "Action": "connect", "Actor": {"ID": "n1"}},
        {"Type": "image", "Action": "save", "Actor": {"ID": "x"}},
        {},
        {"Type": 5, "Action": None, "Actor": []},
    ],
)
def test_what_changes_nothing(names: KnownNames, event: dict[str, object]) -> None:
    assert read_event(event, names, nothing_found) == Changes()


def standing(request: Request) -> None:
    """An event, then silence on a link that stays open."""
    request.begin_stream()
    request.send_chunk(b'{"Type":"container","Action":"start","Actor":{"ID":"c1"}}\n')
    request.over.wait(30)


def reader(stream: Callable[[], list[Changes]]) -> tuple[threading.Thread, list[BaseException]]:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            stream()
        except (Cancelled, EngineUnavailable) as error:
            raised.append(error)

    thread = threading.Thread(target=run, name="test-reader")
    thread.start()
    return thread, raised


def test_a_link_that_died_without_a_word_is_noticed(
    server: EngineServer, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "_PING_ANSWER_SECONDS", 0.1)
    server.answers["/events"] = standing
    server.answers["/_ping"] = silence
    began = time.monotonic()
    with pytest.raises(EngineUnavailable):
        list(events(connection, KnownNames(), CancelToken(), heartbeat_seconds=0.05))
    assert time.monotonic() - began < 2


def test_a_quiet_link_is_kept(server: EngineServer, connection: Connection) -> None:
    server.answers["/events"] = standing
    token = CancelToken()
    thread, raised = reader(lambda: list(events(connection, KnownNames(), token, 0.01)))
    end = time.monotonic() + 5
    while server.seen.count("GET /v1.51/_ping") < 5:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert thread.is_alive()
    token.cancel()
    thread.join(5)
    assert [type(error) for error in raised] == [Cancelled]


def test_it_ends_on_cancel_while_a_heartbeat_hangs(
    server: EngineServer, connection: Connection
) -> None:
    server.answers["/events"] = standing
    server.answers["/_ping"] = silence
    token = CancelToken()
    thread, raised = reader(lambda: list(events(connection, KnownNames(), token, 0.01)))
    end = time.monotonic() + 5
    while "GET /v1.51/_ping" not in server.seen:
        assert time.monotonic() < end
        time.sleep(0.01)
    began = time.monotonic()
    token.cancel()
    thread.join(5)
    assert time.monotonic() - began < 3
    assert [type(error) for error in raised] == [Cancelled]


def test_an_engine_that_ends_its_events_is_gone(
    server: EngineServer, connection: Connection
) -> None:
    def ended(request: Request) -> None:
        request.begin_stream()
        request.send_chunk(b"")

    server.answers["/events"] = ended
    stream = events(connection, KnownNames(), CancelToken())
    assert next(stream) == Changes()
    with pytest.raises(EngineUnavailable):
        next(stream)


def test_a_tag_of_an_image_is_looked_up(server: EngineServer, connection: Connection) -> None:
    def pulled(request: Request) -> None:
        request.begin_stream()
        request.send_chunk(b'{"Type":"image","Action":"pull","Actor":{"ID":"shop:1"}}\n')
        request.send_chunk(b'{"Type":"image","Action":"pull","Actor":{"ID":"gone:1"}}\n')
        request.over.wait(30)

    server.answers["/events"] = pulled
    server.answers["/images/shop:1/json"] = json_of({"Id": B, "RepoTags": ["shop:1"]})
    names = KnownNames()
    names.given(A, [ONE])
    token = CancelToken()
    stream = events(connection, names, token)
    assert [next(stream) for _ in range(3)] == [
        Changes(),
        images(A, B),
        Changes(every_image=True),
    ]
    token.cancel()
    with pytest.raises(Cancelled):
        next(stream)
