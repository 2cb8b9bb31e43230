"""What every `ImageEngine` promises, asked of the fake and of real engines alike."""

import gc
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import (
    LOOPBACK,
    ContainerSpec,
    ContainerStatus,
    Health,
    LogLine,
    PortBinding,
)
from modeldesk.core.errors import (
    Cancelled,
    EngineError,
    InUse,
    InvalidInput,
    ModelDeskError,
    NotFound,
    PortTaken,
)
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference

NOWHERE = ImageId("sha256:" + "0" * 64)
NOBODY = ContainerId("0" * 64)
TEST_LABEL = "io.modeldesk.test"
Item = TypeVar("Item")


class Kind(Enum):
    """Images a bench can make, by how their containers behave."""

    SLEEPER = auto()
    """Runs until it is stopped."""
    CRASHER = auto()
    """Prints “loading” and, as an error, “no such model”; ends with code 3."""
    PRINTER = auto()
    """Prints a line again and again, several a second."""
    HEALTHY = auto()
    """Its HEALTHCHECK fails once or passes at once, then passes."""
    SICK = auto()
    """Its HEALTHCHECK prints “not yet” and fails."""
    STUCK = auto()
    """Its HEALTHCHECK does not come to an end."""
    UNSTARTABLE = auto()
    """Its start is refused by the engine."""


class Bench(Protocol):
    """An engine, and images to try it with. What a test makes goes with it."""

    engine: ImageEngine

    def name(self) -> str:
        """A repository that nothing has."""
        ...

    def image(self, kind: Kind, *tags: str) -> ImageId:
        """A new image with these names."""
        ...


class EngineContract:
    """Inherited by one test class per engine, which gives the fixture `bench`."""

    # Which engine

    def test_it_is_the_same_engine_every_time(self, bench: Bench) -> None:
        first = bench.engine.identity()
        assert first.id
        assert first.address == bench.engine.info.address
        assert bench.engine.identity() == first

    # Images

    def test_list_summary_and_detail_agree(self, bench: Bench) -> None:
        name = bench.name()
        image = bench.image(Kind.SLEEPER, f"{name}:1")
        listed = _listed(bench, image)
        assert listed is not None
        assert bench.engine.image_summary(image) == listed
        assert listed.tags == (Reference.parse(f"{name}:1"),)
        assert listed.labels[TEST_LABEL] == name
        assert abs((datetime.now(UTC) - listed.created).total_seconds()) < 300
        detail = bench.engine.image_detail(image)
        assert detail.id == image
        assert detail.size_bytes == listed.size_bytes == sum(e.size_bytes for e in detail.history)
        assert len(detail.diff_ids) == sum(1 for entry in detail.history if entry.size_bytes)
        assert detail.labels == listed.labels
        assert detail.operating_system == "linux"
        assert detail.config.command

    def test_an_image_has_all_its_names_sorted(self, bench: Bench) -> None:
        name = bench.name()
        names = [f"{name}:2", f"{name}:1", f"registry.lan:5000/{name}:1"]
        image = bench.image(Kind.SLEEPER, *names)
        summary = bench.engine.image_summary(image)
        assert summary is not None
        assert summary.tags == tuple(sorted(map(Reference.parse, names)))

    def test_history_is_oldest_first(self, bench: Bench) -> None:
        image = bench.image(Kind.SLEEPER)
        history = bench.engine.image_detail(image).history
        assert [e.created for e in history] == sorted(e.created for e in history)
        assert "CMD" in history[-1].created_by

    def test_an_image_without_a_name_is_listed(self, bench: Bench) -> None:
        image = bench.image(Kind.SLEEPER)
        listed = _listed(bench, image)
        assert listed is not None
        assert listed.tags == ()
        assert bench.engine.image_summary(image) == listed

    def test_an_image_that_is_not_there(self, bench: Bench) -> None:
        assert bench.engine.image_summary(NOWHERE) is None
        with pytest.raises(NotFound):
            bench.engine.image_detail(NOWHERE)
        with pytest.raises(NotFound):
            bench.engine.tag_image(NOWHERE, Reference.parse(f"{bench.name()}:1"))
        with pytest.raises(NotFound):
            bench.engine.remove_image(f"{bench.name()}:1")

    def test_a_tag_moves(self, bench: Bench) -> None:
        name = bench.name()
        old, new = bench.image(Kind.SLEEPER, f"{name}:1"), bench.image(Kind.CRASHER, f"{name}:2")
        bench.engine.tag_image(new, Reference.parse(f"{name}:1"))
        assert _tags(bench, old) == set()
        assert _tags(bench, new) == {f"{name}:1", f"{name}:2"}

    def test_a_name_without_tag_gets_latest(self, bench: Bench) -> None:
        name = bench.name()
        image = bench.image(Kind.SLEEPER)
        bench.engine.tag_image(image, Reference.parse(name))
        assert _tags(bench, image) == {f"{name}:latest"}

    def test_removing_a_name_leaves_the_image_until_its_last(self, bench: Bench) -> None:
        name = bench.name()
        image = bench.image(Kind.SLEEPER, f"{name}:1", f"{name}:2")
        bench.engine.remove_image(f"{name}:1")
        assert _tags(bench, image) == {f"{name}:2"}
        bench.engine.remove_image(f"{name}:2")
        assert bench.engine.image_summary(image) is None
        assert _listed(bench, image) is None

    def test_an_image_goes_by_its_id(self, bench: Bench) -> None:
        image = bench.image(Kind.SLEEPER, f"{bench.name()}:1")
        bench.engine.remove_image(image)
        assert bench.engine.image_summary(image) is None

    def test_several_names_hold_an_image(self, bench: Bench) -> None:
        name = bench.name()
        image = bench.image(Kind.SLEEPER, f"{name}:1", f"registry.lan:5000/{name}:1")
        with pytest.raises(InUse):
            bench.engine.remove_image(image)
        bench.engine.remove_image(image, force=True)
        assert bench.engine.image_summary(image) is None

    def test_a_container_holds_an_image(self, bench: Bench) -> None:
        name = bench.name()
        image = bench.image(Kind.SLEEPER, f"{name}:1")
        container = bench.engine.create_container(ContainerSpec(image))
        with pytest.raises(InUse) as caught:
            bench.engine.remove_image(f"{name}:1")
        assert container[:12] in caught.value.message
        assert caught.value.hint
        bench.engine.remove_container(container)
        bench.engine.remove_image(f"{name}:1")

    # Events

    def test_the_build_cache_is_told_in_bytes(self, bench: Bench) -> None:
        cache = bench.engine.build_cache()
        assert cache.own_bytes >= 0
        assert cache.shared_bytes >= 0

    def test_events_tell_of_images(self, bench: Bench) -> None:
        name = bench.name()
        old, new = bench.image(Kind.SLEEPER, f"{name}:1"), bench.image(Kind.CRASHER, f"{name}:2")
        bench.engine.list_images()
        with listening(bench.engine) as heard:
            first, second = Reference.parse(f"{name}:1"), Reference.parse(f"{name}:3")
            bench.engine.tag_image(new, second)
            heard.expect(lambda seen: new in seen.images)
            heard.forget()
            bench.engine.tag_image(new, first)
            heard.expect(lambda seen: {old, new} <= seen.images)
            heard.forget()
            bench.engine.remove_image(f"{name}:3")
            heard.expect(lambda seen: new in seen.images)
            heard.forget()
            bench.engine.remove_image(old)
            heard.expect(lambda seen: old in seen.images)

    def test_events_tell_of_containers(self, bench: Bench) -> None:
        image = bench.image(Kind.SLEEPER)
        with listening(bench.engine) as heard:
            container = bench.engine.create_container(ContainerSpec(image))
            heard.expect(lambda seen: container in seen.containers)
            steps: tuple[Callable[[], None], ...] = (
                lambda: bench.engine.start_container(container),
                lambda: bench.engine.rename_container(container, bench.name()),
                lambda: bench.engine.stop_container(container),
                lambda: bench.engine.remove_container(container),
            )
            for step in steps:
                heard.forget()
                step()
                heard.expect(lambda seen: container in seen.containers)

    def test_the_first_item_comes_at_once_and_is_no_news(self, bench: Bench) -> None:
        token = CancelToken()
        with closing(_generator(bench.engine.events(token))) as events:
            began = time.monotonic()
            assert next(events) == Changes()
            assert time.monotonic() - began < 1

    def test_events_end_on_cancel(self, bench: Bench) -> None:
        check_cancel(bench.engine.events, items=1)

    # Containers

    def test_a_container_from_create_to_remove(self, bench: Bench) -> None:
        image, name = bench.image(Kind.SLEEPER), bench.name()
        spec = ContainerSpec(
            image,
            name,
            (PortBinding(5000),),
            {"MODEL": "one two", "EMPTY": ""},
            labels={"io.modeldesk.deployment": "search"},
        )
        container = bench.engine.create_container(spec)
        created = bench.engine.container(container)
        assert created.summary.status is ContainerStatus.CREATED
        assert not created.summary.running
        assert created.started is None
        assert created.environment["MODEL"] == "one two"
        assert created.environment["EMPTY"] == ""
        bench.engine.start_container(container)
        started = bench.engine.container(container)
        assert started.summary.status is ContainerStatus.RUNNING
        assert started.summary.name == name
        assert started.summary.image_id == image
        assert started.summary.health is Health.NONE
        assert started.summary.labels["io.modeldesk.deployment"] == "search"
        (port,) = started.summary.ports
        assert replace(port, host_port=0) == PortBinding(5000, 0, LOOPBACK)
        assert port.host_port > 0
        assert started.started is not None
        assert [c for c in bench.engine.list_containers() if c.id == container] == [started.summary]
        bench.engine.start_container(container)
        bench.engine.stop_container(container, grace_seconds=5)
        stopped = bench.engine.container(container)
        assert stopped.summary.status is ContainerStatus.EXITED
        assert stopped.finished is not None
        bench.engine.stop_container(container)
        assert [c.status for c in bench.engine.list_containers() if c.id == container] == [
            ContainerStatus.EXITED
        ]
        bench.engine.remove_container(container)
        with pytest.raises(NotFound):
            bench.engine.container(container)
        bench.engine.remove_container(container)

    def test_a_running_container_is_stopped_without_waiting_for_the_grace(
        self, bench: Bench
    ) -> None:
        container = _running(bench, Kind.SLEEPER)
        began = time.monotonic()
        bench.engine.stop_container(container, grace_seconds=10)
        assert time.monotonic() - began < 5

    def test_a_running_container_is_removed(self, bench: Bench) -> None:
        container = _running(bench, Kind.SLEEPER)
        bench.engine.remove_container(container)
        assert container not in {one.id for one in bench.engine.list_containers()}

    def test_rename(self, bench: Bench) -> None:
        container, name = _running(bench, Kind.SLEEPER), bench.name()
        bench.engine.rename_container(container, name)
        assert bench.engine.container(container).summary.name == name

    def test_two_containers_cannot_have_one_name(self, bench: Bench) -> None:
        image, name = bench.image(Kind.SLEEPER), bench.name()
        bench.engine.create_container(ContainerSpec(image, name))
        other = bench.engine.create_container(ContainerSpec(image))
        with pytest.raises(InvalidInput):
            bench.engine.create_container(ContainerSpec(image, name))
        with pytest.raises(InvalidInput):
            bench.engine.rename_container(other, name)

    def test_create_from_an_image_that_is_not_there(self, bench: Bench) -> None:
        with pytest.raises(NotFound) as caught:
            bench.engine.create_container(ContainerSpec(NOWHERE))
        assert caught.value.hint

    def test_a_container_that_is_not_there(self, bench: Bench) -> None:
        engine = bench.engine
        for ask in (
            lambda: engine.container(NOBODY),
            lambda: engine.start_container(NOBODY),
            lambda: engine.stop_container(NOBODY),
            lambda: engine.rename_container(NOBODY, bench.name()),
            lambda: engine.check_health(NOBODY, CancelToken()),
            lambda: engine.recent_logs(NOBODY),
            lambda: next(engine.follow_logs(NOBODY, CancelToken())),
            lambda: next(engine.follow_stats(NOBODY, CancelToken())),
        ):
            with pytest.raises(NotFound):
                ask()

    def test_a_port_that_another_container_has(self, bench: Bench) -> None:
        image = bench.image(Kind.SLEEPER)
        first = bench.engine.create_container(ContainerSpec(image, ports=(PortBinding(5000),)))
        bench.engine.start_container(first)
        (port,) = bench.engine.container(first).summary.ports
        second = bench.engine.create_container(ContainerSpec(image, ports=(port,)))
        with pytest.raises(PortTaken) as caught:
            bench.engine.start_container(second)
        assert caught.value.port == port.host_port
        assert str(port.host_port) in caught.value.message
        assert not bench.engine.container(second).summary.running
        bench.engine.remove_container(first)
        bench.engine.start_container(second)
        assert bench.engine.container(second).summary.running

    def test_a_start_that_is_refused(self, bench: Bench) -> None:
        image = bench.image(Kind.UNSTARTABLE)
        container = bench.engine.create_container(ContainerSpec(image))
        with pytest.raises(EngineError) as caught:
            bench.engine.start_container(container)
        assert caught.value.detail
        assert not bench.engine.container(container).summary.running

    def test_a_container_that_crashes(self, bench: Bench) -> None:
        container = _running(bench, Kind.CRASHER)
        until(lambda: not bench.engine.container(container).summary.running)
        detail = bench.engine.container(container)
        assert detail.exit_code == 3
        assert detail.summary.status is ContainerStatus.EXITED
        assert detail.summary.ports == ()
        assert bench.engine.recent_logs(container) == (
            LogLine("loading"),
            LogLine("no such model", error=True),
        )

    # Health

    def test_health_becomes_healthy(self, bench: Bench) -> None:
        container = _running(bench, Kind.HEALTHY)
        until(lambda: bench.engine.container(container).summary.health is Health.HEALTHY)
        listed = {one.id: one.health for one in bench.engine.list_containers()}
        assert listed[container] is Health.HEALTHY

    def test_health_is_checked_at_once(self, bench: Bench) -> None:
        token = CancelToken()
        healthy, sick = _running(bench, Kind.HEALTHY), _running(bench, Kind.SICK)
        until(lambda: bool((check := bench.engine.check_health(healthy, token)) and check.passed))
        check = bench.engine.check_health(sick, token)
        assert check is not None
        assert not check.passed
        assert check.output == "not yet"
        assert bench.engine.check_health(_running(bench, Kind.SLEEPER), token) is None

    def test_a_stopped_container_fails_its_check(self, bench: Bench) -> None:
        container = _running(bench, Kind.HEALTHY)
        bench.engine.stop_container(container)
        check = bench.engine.check_health(container, CancelToken())
        assert check is not None
        assert not check.passed

    def test_a_check_is_not_begun_once_cancelled(self, bench: Bench) -> None:
        container, token = _running(bench, Kind.HEALTHY), CancelToken()
        token.cancel()
        with pytest.raises(Cancelled):
            bench.engine.check_health(container, token)

    def test_a_check_that_hangs_ends_on_cancel(self, bench: Bench) -> None:
        container = _running(bench, Kind.STUCK)

        def check(token: CancelToken) -> Iterator[object]:
            yield bench.engine.check_health(container, token)

        check_cancel(check, items=0)

    def test_a_check_that_hangs_has_failed_when_its_time_is_over(self, bench: Bench) -> None:
        container = _running(bench, Kind.STUCK)
        began = time.monotonic()
        check = bench.engine.check_health(container, CancelToken(), 0.5)
        assert time.monotonic() - began < 5
        assert check is not None
        assert not check.passed

    # Streams

    def test_logs_are_followed_until_the_end(self, bench: Bench) -> None:
        container = _running(bench, Kind.CRASHER)
        lines = list(bench.engine.follow_logs(container, CancelToken()))
        assert sorted(line.text for line in lines) == ["loading", "no such model"]

    def test_logs_are_followed_live(self, bench: Bench) -> None:
        container, token = _running(bench, Kind.PRINTER), CancelToken()
        with closing(_generator(bench.engine.follow_logs(container, token, tail=1))) as lines:
            seen = {next(lines).text for _ in range(4)}
        assert len(seen) == 4

    def test_recent_logs_are_the_last_lines(self, bench: Bench) -> None:
        container = _running(bench, Kind.PRINTER)
        with closing(_generator(bench.engine.follow_logs(container, CancelToken()))) as lines:
            for _ in range(4):
                next(lines)
        bench.engine.stop_container(container)
        every = bench.engine.recent_logs(container, 1000)
        assert bench.engine.recent_logs(container, 2) == every[-2:]

    def test_following_logs_ends_on_cancel(self, bench: Bench) -> None:
        container = _running(bench, Kind.SLEEPER)
        check_cancel(lambda token: bench.engine.follow_logs(container, token), items=0)

    def test_stats(self, bench: Bench) -> None:
        container = _running(bench, Kind.PRINTER)
        token = CancelToken()
        with closing(_generator(bench.engine.follow_stats(container, token))) as stats:
            first, second = next(stats), next(stats)
        assert second.time > first.time
        assert 0 <= first.cpu_percent < 100 * (os.cpu_count() or 1) + 1
        assert 0 < first.memory_bytes < first.memory_limit_bytes

    def test_stats_end_with_the_container(self, bench: Bench) -> None:
        container = _running(bench, Kind.SLEEPER)
        stats = bench.engine.follow_stats(container, CancelToken())
        next(stats)
        bench.engine.stop_container(container)
        assert len(list(stats)) < 5

    def test_stats_end_on_cancel(self, bench: Bench) -> None:
        container = _running(bench, Kind.SLEEPER)
        check_cancel(lambda token: bench.engine.follow_stats(container, token), items=1)

    def test_a_stream_is_not_opened_once_cancelled(self, bench: Bench) -> None:
        container, token = _running(bench, Kind.SLEEPER), CancelToken()
        token.cancel()
        for stream in (
            bench.engine.events(token),
            bench.engine.follow_logs(container, token),
            bench.engine.follow_stats(container, token),
        ):
            with pytest.raises(Cancelled):
                next(stream)

    def test_the_engine_is_told_of(self, bench: Bench) -> None:
        bench.engine.ping()
        info = bench.engine.info
        assert info.address
        assert info.version
        assert info.product in ("Docker Engine", "Podman")


class Listener:
    """What a stream of events has told so far."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self._seen = Changes()

    def tell(self, changes: Changes) -> None:
        with self._told:
            self._seen |= changes
            self._told.notify_all()

    def forget(self) -> None:
        with self._told:
            self._seen = Changes()

    def expect(self, said: Callable[[Changes], bool], seconds: float = 1.0) -> None:
        """Wait until what was told fits."""
        with self._told:
            assert self._told.wait_for(lambda: said(self._seen), seconds), self._seen


@contextmanager
def listening(engine: ImageEngine) -> Iterator[Listener]:
    """While inside, a thread reads the events of `engine`."""
    heard, token, stands = Listener(), CancelToken(), threading.Event()

    def read() -> None:
        with closing(_generator(engine.events(token))) as events:
            try:
                for changes in events:
                    heard.tell(changes)
                    stands.set()
            except Cancelled:
                return

    thread = threading.Thread(target=read, name="test-listener")
    thread.start()
    try:
        assert stands.wait(5)
        yield heard
    finally:
        token.cancel()
        thread.join(5)
        assert not thread.is_alive()


def check_cancel(stream: Callable[[CancelToken], Iterator[object]], items: int) -> None:
    """A thread that is blocked reading gets `Cancelled`, and no socket is left."""
    gc.collect()
    before = open_sockets()
    token, reading = CancelToken(), threading.Event()
    ended: list[ModelDeskError | None] = []

    def read() -> None:
        iterator = stream(token)
        try:
            for _ in range(items):
                next(iterator)
            reading.set()
            for _ in iterator:
                pass
            ended.append(None)
        except ModelDeskError as error:
            ended.append(error)

    thread = threading.Thread(target=read, name="test-reader")
    thread.start()
    assert reading.wait(5)
    # Long enough for the reader to be blocked in the stream, which nothing can show.
    token.wait(0.1)
    token.cancel()
    thread.join(5)
    (error,) = ended
    assert isinstance(error, Cancelled), error
    del error
    ended.clear()
    until(lambda: open_sockets() <= before, 2)


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.01)


def open_sockets() -> int:
    """How many sockets this process has open."""
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            count += str(descriptor.readlink()).startswith("socket:")
        except OSError:
            continue
    return count


def _running(bench: Bench, kind: Kind) -> ContainerId:
    container = bench.engine.create_container(ContainerSpec(bench.image(kind)))
    bench.engine.start_container(container)
    return container


def _listed(bench: Bench, image: ImageId) -> ImageSummary | None:
    return next((one for one in bench.engine.list_images() if one.id == image), None)


def _tags(bench: Bench, image: ImageId) -> set[str]:
    summary = bench.engine.image_summary(image)
    assert summary is not None
    return {str(tag) for tag in summary.tags}


def _generator(items: Iterator[Item]) -> Generator[Item, None, None]:
    """The stream as what it is, so that a test can close it."""
    assert isinstance(items, Generator)
    return items
