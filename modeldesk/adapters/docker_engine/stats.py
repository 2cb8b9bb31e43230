"""What a container uses, sampled about once a second, reckoned as `docker stats` does."""

from collections.abc import Iterator
from datetime import UTC, datetime

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import Object, happened, items, mapping, number
from modeldesk.adapters.docker_engine.streams import EngineRequest, open_stream
from modeldesk.core.containers.model import ContainerStats
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken


def follow_stats(
    connection: Connection, container: ContainerId, token: CancelToken
) -> Iterator[ContainerStats]:
    """Samples until the container ends: then the engine goes on sending empty ones. The first
    has nothing to compare with and is passed over."""
    path = f"/containers/{container}/stats"
    with open_stream(connection, token, EngineRequest(path, params={"stream": 1})) as stream:
        for sample in stream.objects():
            if happened(sample.get("read")) is None or not mapping(sample.get("memory_stats")):
                return
            if _system(sample, "precpu_stats"):
                yield read_sample(sample)


def read_sample(sample: Object) -> ContainerStats:
    """One sample of the engine."""
    memory = mapping(sample.get("memory_stats"))
    return ContainerStats(
        time=happened(sample.get("read")) or datetime.now(UTC),
        cpu_percent=_cpu_percent(sample),
        memory_bytes=_memory_bytes(memory),
    )


def _cpu_percent(sample: Object) -> float:
    """The container's share of all the machine's time, times the number of its cores."""
    spent = _spent(sample, "cpu_stats") - _spent(sample, "precpu_stats")
    passed = _system(sample, "cpu_stats") - _system(sample, "precpu_stats")
    if spent <= 0 or passed <= 0:
        return 0.0
    cpu = mapping(sample.get("cpu_stats"))
    each = items(mapping(cpu.get("cpu_usage")).get("percpu_usage"))
    cores = number(cpu.get("online_cpus")) or len(each) or 1
    return spent / passed * cores * 100


def _memory_bytes(memory: Object) -> int:
    """Without the file cache that the kernel would give back at once: cgroup v1 calls it
    ``total_inactive_file``, v2 ``inactive_file``."""
    usage = number(memory.get("usage"))
    stats = mapping(memory.get("stats"))
    for name in ("total_inactive_file", "inactive_file"):
        if name in stats:
            inactive = number(stats[name])
            return usage - inactive if inactive < usage else usage
    return usage


def _spent(sample: Object, part: str) -> int:
    return number(mapping(mapping(sample.get(part)).get("cpu_usage")).get("total_usage"))


def _system(sample: Object, part: str) -> int:
    return number(mapping(sample.get(part)).get("system_cpu_usage"))
