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
from ipaddress import IPv4Network
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import (
    LOOPBACK,
    CommandResult,
    ContainerLimits,
    ContainerSpec,
    ContainerStatus,
    Health,
    LogLine,
    Mount,
    Network,
    PortBinding,
    Volume,
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
from tests.support.waiting import SLOW_MACHINE_S, until

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

    def file(self, container: ContainerId, path: str) -> bytes:
        """What is in a file of a container."""
        ...


class EngineContract:
    """Inherited by one test class per engine, which gives the fixture `bench`."""

    # Which engine

    def test_it_is_the_same_engine_every_time(self, bench: Bench) -> None:
        first = bench.engine.identity()
        assert first.id
        assert first.address == bench.engine.info.address
        assert bench.engine.identity() == first

    def test_it_knows_since_when_it_runs(self, bench: Bench) -> None:
        first, again = bench.engine.started(), bench.engine.started()
        assert first is not None
        assert again is not None
        assert again.at == first.at
        assert again.ago_s >= first.ago_s >= 0

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
        # Some engines keep packed layers beside the unpacked ones.
        assert listed.size_bytes >= detail.size_bytes == sum(e.size_bytes for e in detail.history)
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
        until(
            lambda: not bench.engine.container(container).summary.running,
            seen=lambda: bench.engine.container(container),
        )
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
        until(
            lambda: bench.engine.container(container).summary.health is Health.HEALTHY,
            seen=lambda: bench.engine.container(container),
        )
        listed = {one.id: one.health for one in bench.engine.list_containers()}
        assert listed[container] is Health.HEALTHY

    def test_health_is_checked_at_once(self, bench: Bench) -> None:
        token = CancelToken()
        healthy, sick = _running(bench, Kind.HEALTHY), _running(bench, Kind.SICK)
        until(lambda: (check := bench.engine.check_health(healthy, token)) and check.passed)
        check = bench.engine.check_health(sick, token)
        assert check is not None
        assert not check.passed
        assert check.output == "not yet"
        assert bench.engine.check_health(_running(bench, Kind.SLEEPER), token) is None
        until(lambda: bench.engine.container(sick).checked == "not yet")
        assert bench.engine.container(healthy).checked == ""

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

    # Inside

    def test_commands_are_run_inside(self, bench: Bench) -> None:
        container, token = _running(bench, Kind.SLEEPER), CancelToken()
        said = bench.engine.run_command(container, ("echo", "one two"), token)
        assert said == CommandResult(0, "one two")
        assert bench.engine.run_command(container, ("false",), token).exit_code == 1
        absent = bench.engine.run_command(container, ("nothing-of-that-name",), token)
        assert absent.exit_code in (126, 127)
        assert "nothing-of-that-name" in absent.output

    def test_a_command_that_does_not_end_is_cut_off(self, bench: Bench) -> None:
        container = _running(bench, Kind.SLEEPER)
        began = time.monotonic()
        result = bench.engine.run_command(container, ("sleep", "60"), CancelToken(), 0.3)
        assert time.monotonic() - began < 20
        assert result == CommandResult(None)

    def test_a_command_that_does_not_end_ends_on_cancel(self, bench: Bench) -> None:
        container = _running(bench, Kind.SLEEPER)

        def run(token: CancelToken) -> Iterator[object]:
            yield bench.engine.run_command(container, ("sleep", "60"), token)

        check_cancel(run, items=0)

    def test_a_signal_reaches_what_runs(self, bench: Bench) -> None:
        container = _running(bench, Kind.SLEEPER)
        bench.engine.send_signal(container, "HUP")
        until(lambda: not bench.engine.container(container).summary.running)

    def test_what_runs_inside_is_told(self, bench: Bench) -> None:
        found = bench.engine.processes(_running(bench, Kind.SLEEPER))
        assert "sleep 3600" in {one.command for one in found}
        assert all(one.pid for one in found)

    def test_nothing_can_be_done_inside_one_that_does_not_run(self, bench: Bench) -> None:
        engine, token = bench.engine, CancelToken()
        stopped = engine.create_container(ContainerSpec(bench.image(Kind.SLEEPER)))
        for container, kind in ((stopped, EngineError), (NOBODY, NotFound)):
            with pytest.raises(kind) as caught:
                engine.run_command(container, ("echo",), token)
            assert isinstance(caught.value, NotFound) == (kind is NotFound)
            with pytest.raises(kind):
                engine.send_signal(container, "HUP")
            with pytest.raises(kind):
                engine.processes(container)

    # Networks and limits

    def test_a_network_from_create_to_remove(self, bench: Bench) -> None:
        name = bench.name()
        try:
            network = bench.engine.create_network(name, {"io.modeldesk.gateway": "me"})
            assert bench.engine.create_network(name, {}) == network
            assert network.labels == {"io.modeldesk.gateway": "me"}
            assert IPv4Network(network.subnet).num_addresses > 100
        finally:
            bench.engine.remove_network(name)
        bench.engine.remove_network(name)
        with pytest.raises(NotFound):
            bench.engine.used_addresses(name)

    def test_containers_have_fixed_addresses(self, bench: Bench) -> None:
        engine, image = bench.engine, bench.image(Kind.SLEEPER)
        with _network(bench) as network:
            address = str(IPv4Network(network.subnet)[7])
            spec = ContainerSpec(image, network=network.name, address=address)
            first = engine.create_container(spec)
            try:
                assert engine.used_addresses(network.name) == {address}
                engine.start_container(first)
                found = engine.container(first).summary
                listed = next(one for one in engine.list_containers() if one.id == first)
                assert found.networks == listed.networks == {network.name: address}
                assert address in engine.used_addresses(network.name)
                with pytest.raises(InUse):
                    engine.remove_network(network.name)
                second = engine.create_container(spec)
                with pytest.raises(EngineError) as caught:
                    engine.start_container(second)
                assert not isinstance(caught.value, PortTaken)
                engine.remove_container(second)
                engine.stop_container(first)
                assert engine.used_addresses(network.name) == {address}
                found = engine.container(first).summary
                listed = next(one for one in engine.list_containers() if one.id == first)
                assert found.networks == listed.networks == {network.name: address}
            finally:
                engine.remove_container(first)
            assert engine.used_addresses(network.name) == frozenset()

    def test_an_address_of_another_network_is_refused(self, bench: Bench) -> None:
        image = bench.image(Kind.SLEEPER)
        with _network(bench) as network:
            spec = ContainerSpec(image, network=network.name, address="203.0.113.7")
            with pytest.raises(EngineError):
                bench.engine.start_container(bench.engine.create_container(spec))

    def test_a_network_that_is_not_there(self, bench: Bench) -> None:
        spec = ContainerSpec(bench.image(Kind.SLEEPER), network=bench.name())
        with pytest.raises(NotFound):
            bench.engine.start_container(bench.engine.create_container(spec))

    def test_a_gpu_that_is_not_there_leaves_no_container(self, bench: Bench) -> None:
        spec = ContainerSpec(bench.image(Kind.SLEEPER), limits=ContainerLimits(gpus=-1))
        container = bench.engine.create_container(spec)
        with pytest.raises(EngineError) as caught:
            bench.engine.start_container(container)
        assert "GPU" in caught.value.message
        assert caught.value.hint
        with pytest.raises(NotFound):
            bench.engine.container(container)

    # Streams

    def test_a_check_of_the_container_s_own_takes_the_place_of_the_image_s(
        self, bench: Bench
    ) -> None:
        spec = ContainerSpec(bench.image(Kind.SLEEPER), check="test -e /proc/self")
        container = bench.engine.create_container(spec)
        bench.engine.start_container(container)
        check = bench.engine.check_health(container, CancelToken())
        assert check is not None
        assert check.passed

    def test_a_volume_from_create_to_remove(self, bench: Bench) -> None:
        volume = Volume(bench.name(), {"io.modeldesk.registry": "me"})
        try:
            bench.engine.create_volume(volume)
            bench.engine.create_volume(Volume(volume.name))
            assert [one for one in bench.engine.list_volumes() if one.name == volume.name] == [
                volume
            ]
            assert bench.engine.volume_bytes(volume.name, CancelToken()) == 0
        finally:
            bench.engine.remove_volume(volume.name)
        assert volume.name not in {one.name for one in bench.engine.list_volumes()}
        bench.engine.remove_volume(volume.name)
        with pytest.raises(NotFound):
            bench.engine.volume_bytes(volume.name, CancelToken())

    def test_files_are_put_into_the_volume_of_a_locked_container(self, bench: Bench) -> None:
        volume = Volume(bench.name())
        bench.engine.create_volume(volume)
        spec = ContainerSpec(
            bench.image(Kind.SLEEPER), mounts=(Mount(volume.name, "/data"),), locked_down=True
        )
        container = bench.engine.create_container(spec)
        try:
            with pytest.raises(InUse):
                bench.engine.remove_volume(volume.name)
            bench.engine.put_files(container, "/data", {"a/b/one": b"1", "a/two": "二".encode()})
            assert bench.file(container, "/data/a/b/one") == b"1"
            bench.engine.start_container(container)
            bench.engine.put_files(container, "/data", {"a/b/one": b"3" * 9000})
            assert bench.file(container, "/data/a/b/one") == b"3" * 9000
            assert bench.file(container, "/data/a/two") == "二".encode()
            size = bench.engine.volume_bytes(volume.name, CancelToken())
            assert size is not None
            assert 9000 <= size < 50_000
            # Older engines fail at it, newer ones call it a wrong question.
            with pytest.raises((EngineError, InvalidInput)):
                bench.engine.put_files(container, "/", {"one": b"1"})
        finally:
            bench.engine.remove_container(container)
            bench.engine.remove_volume(volume.name)
        with pytest.raises(NotFound):
            bench.engine.put_files(container, "/data", {"one": b"1"})

    def test_logs_are_followed_until_the_end(self, bench: Bench) -> None:
        container = _running(bench, Kind.CRASHER)
        lines = list(bench.engine.follow_logs(container, CancelToken()))
        assert sorted(line.text for line in lines) == ["loading", "no such model"]

    def test_logs_are_followed_from_a_time_on(self, bench: Bench) -> None:
        container, token = _running(bench, Kind.PRINTER), CancelToken()
        with closing(_generator(bench.engine.follow_logs(container, token))) as lines:
            early = [next(lines).text for _ in range(3)]
        since = time.time()
        with closing(_generator(bench.engine.follow_logs(container, token, 500, since))) as lines:
            later = [next(lines).text for _ in range(3)]
        assert not set(early) & set(later)
        bench.engine.stop_container(container)
        every = list(bench.engine.follow_logs(container, token, 500, since))
        assert [line.text for line in every[:3]] == later

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
        assert first.memory_bytes > 0

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

    def expect(self, said: Callable[[Changes], bool], seconds: float = SLOW_MACHINE_S) -> None:
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
        assert stands.wait(SLOW_MACHINE_S)
        yield heard
    finally:
        token.cancel()
        thread.join(SLOW_MACHINE_S)
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
    assert reading.wait(SLOW_MACHINE_S), ended
    # Long enough for the reader to be blocked in the stream, which nothing can show.
    token.wait(0.1)
    token.cancel()
    thread.join(SLOW_MACHINE_S)
    (error,) = ended
    assert isinstance(error, Cancelled), error
    del error
    ended.clear()
    until(lambda: open_sockets() <= before, seen=open_sockets)


def open_sockets() -> int:
    """How many sockets this process has open."""
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            count += str(descriptor.readlink()).startswith("socket:")
        except OSError:
            continue
    return count


@contextmanager
def _network(bench: Bench) -> Iterator[Network]:
    network = bench.engine.create_network(bench.name(), {})
    try:
        yield network
    finally:
        bench.engine.remove_network(network.name)


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
