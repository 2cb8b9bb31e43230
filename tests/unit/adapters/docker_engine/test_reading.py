"""The engine's answers, whole and odd, as the program's own values."""

from datetime import UTC, datetime

import pytest

from modeldesk.adapters.docker_engine import containers, images
from modeldesk.adapters.docker_engine.fields import EPOCH, happened, moment
from modeldesk.adapters.docker_engine.health import check_command
from modeldesk.adapters.docker_engine.stats import read_sample
from modeldesk.core.containers.model import (
    ContainerStatus,
    Health,
    Mount,
    PortBinding,
)
from modeldesk.core.ids import DiffId
from modeldesk.core.references import Reference


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-23T00:37:18.123456789Z", datetime(2026, 11, 23, 0, 37, 18, 123456, UTC)),
        ("2026-11-23T00:37:18.5Z", datetime(2026, 11, 23, 0, 37, 18, 500000, UTC)),
        ("2026-11-23T00:37:18Z", datetime(2026, 11, 23, 0, 37, 18, tzinfo=UTC)),
        ("2026-11-23T02:37:18.123456789+02:00", datetime(2026, 11, 23, 0, 37, 18, 123456, UTC)),
        ("2026-11-22T22:37:18.1-02:00", datetime(2026, 11, 23, 0, 37, 18, 100000, UTC)),
        (1795394238, datetime.fromtimestamp(1795394238, UTC)),
        ("0001-01-01T00:00:00Z", EPOCH),
        ("", EPOCH),
        ("yesterday", EPOCH),
        ("2026-11-23T00:37:18", EPOCH),
        (None, EPOCH),
        (10**30, EPOCH),
        (-62135596800, EPOCH),
    ],
)
def test_moments(value: object, expected: datetime) -> None:
    assert moment(value) == expected
    assert happened(value) == (None if expected == EPOCH else expected)


def test_an_image_of_the_list() -> None:
    summary = images.read_summary(
        {
            "Id": "sha256:aa",
            "RepoTags": ["shop:2", "registry.lan:5000/team/shop:1", "shop:1"],
            "RepoDigests": [f"shop@sha256:{'c' * 64}", "<none>@<none>"],
            "Size": 123,
            "Created": 1795394238,
            "Labels": {"a": "b", "odd": None},
        }
    )
    assert summary.id == "sha256:aa"
    assert set(map(str, summary.tags)) == {"shop:1", "shop:2", "registry.lan:5000/team/shop:1"}
    assert summary.tags == tuple(sorted(summary.tags))
    assert summary.digests == (Reference.parse(f"shop@sha256:{'c' * 64}"),)
    assert summary.created == datetime.fromtimestamp(1795394238, UTC)
    assert summary.labels == {"a": "b"}


@pytest.mark.parametrize("nothing", [None, [], ["<none>:<none>"], [None, 5], "shop:1"])
def test_an_image_without_names(nothing: object) -> None:
    summary = images.read_summary(
        {"Id": "sha256:aa", "RepoTags": nothing, "RepoDigests": nothing, "Labels": None}
    )
    assert summary.tags == ()
    assert summary.digests == ()
    assert summary.labels == {}
    assert summary.created == EPOCH


def test_a_name_that_is_no_name_is_passed_over() -> None:
    assert images.references(["Shop:1", "shop:1"]) == (Reference.parse("shop:1"),)


def test_a_detail() -> None:
    detail = images.read_detail(
        {
            "Id": "sha256:aa",
            "Size": 12,
            "Architecture": "amd64",
            "Os": "linux",
            "RootFS": {"Type": "layers", "Layers": ["sha256:l1", "sha256:l2"]},
            "Config": {
                "Cmd": ["serve"],
                "Entrypoint": None,
                "Env": ["PATH=/bin"],
                "User": "model",
                "WorkingDir": "/app",
                "ExposedPorts": {"5000/tcp": {}},
                "Volumes": {"/data": {}},
                "StopSignal": "SIGINT",
                "Healthcheck": {"Test": ["CMD-SHELL", "true"]},
                "Labels": {"a": "b"},
            },
        },
        [
            {"CreatedBy": "CMD", "Size": 0, "Created": 2, "Comment": "buildkit"},
            {"CreatedBy": "ADD", "Size": 12, "Created": 1},
        ],
    )
    assert detail.diff_ids == (DiffId("sha256:l1"), DiffId("sha256:l2"))
    assert [(e.created_by, e.size_bytes, e.comment) for e in detail.history] == [
        ("ADD", 12, ""),
        ("CMD", 0, "buildkit"),
    ]
    assert detail.config.command == ("serve",)
    assert detail.config.entrypoint == ()
    assert detail.config.exposed_ports == ("5000/tcp",)
    assert detail.config.volumes == ("/data",)
    assert detail.config.healthcheck == ("CMD-SHELL", "true")
    assert detail.labels == {"a": "b"}


def test_a_detail_of_nothing() -> None:
    detail = images.read_detail({"Id": "sha256:aa", "Config": None, "RootFS": None}, [])
    assert detail.diff_ids == ()
    assert detail.history == ()
    none = images.read_detail({"Config": {"Healthcheck": {"Test": ["NONE"]}}}, [])
    assert none.config.healthcheck == ()


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ("Up 5 minutes (healthy)", Health.HEALTHY),
        ("Up 1 second (health: starting)", Health.STARTING),
        ("Up 5 minutes (unhealthy)", Health.UNHEALTHY),
        ("Up 5 minutes", Health.NONE),
        ("Exited (0) 3 minutes ago", Health.NONE),
    ],
)
def test_health_in_the_list(status: str, health: Health) -> None:
    assert containers.read_summary({"Status": status}).health is health


def test_health_of_newer_engines() -> None:
    entry = {"Status": "Up 5 minutes", "Health": {"Status": "healthy", "FailingStreak": 0}}
    assert containers.read_summary(entry).health is Health.HEALTHY


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("running", ContainerStatus.RUNNING),
        ("stopped", ContainerStatus.EXITED),
        ("configured", ContainerStatus.CREATED),
        ("never heard of", ContainerStatus.EXITED),
    ],
)
def test_states_of_several_engines(word: str, status: ContainerStatus) -> None:
    assert containers.read_summary({"State": word}).status is status


def test_a_container_of_the_list() -> None:
    summary = containers.read_summary(
        {
            "Id": "c1",
            "Names": ["/other/alias", "/web"],
            "Image": "shop:1",
            "ImageID": "sha256:aa",
            "State": "running",
            "Ports": [
                {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"IP": "::", "PrivatePort": 81, "PublicPort": 8081, "Type": "udp"},
                {"PrivatePort": 443, "Type": "tcp"},
            ],
            "Labels": None,
        }
    )
    assert summary.name == "web"
    assert summary.ports == (
        PortBinding(80, 8080, "0.0.0.0"),
        PortBinding(81, 8081, "::", "udp"),
    )


def test_a_container_that_was_inspected() -> None:
    detail = containers.read_detail(
        {
            "Id": "c1",
            "Name": "/web",
            "Image": "sha256:aa",
            "Created": "2026-11-23T00:37:18.123456789Z",
            "RestartCount": 2,
            "State": {
                "Status": "exited",
                "ExitCode": 137,
                "OOMKilled": True,
                "Error": "",
                "StartedAt": "2026-11-23T00:37:19Z",
                "FinishedAt": "0001-01-01T00:00:00Z",
                "Health": {
                    "Status": "unhealthy",
                    "Log": [{"Output": "first"}, {"Output": "no answer\n", "ExitCode": 1}],
                },
            },
            "Config": {"Image": "shop:1", "Env": ["A=b=c", "EMPTY="], "Labels": {"x": "y"}},
            "NetworkSettings": {
                "Ports": {
                    "80/tcp": [{"HostIp": "", "HostPort": "8080"}],
                    "81/tcp": None,
                    "odd": [{"HostIp": "", "HostPort": "1"}],
                }
            },
            "Mounts": [
                {"Type": "bind", "Source": "/host", "Destination": "/data", "RW": False},
                {"Type": "volume", "Name": "v1", "Source": "/x", "Destination": "/v", "RW": True},
            ],
        }
    )
    assert detail.summary.created == datetime(2026, 11, 23, 0, 37, 18, tzinfo=UTC)
    assert detail.summary.ports == (PortBinding(80, 8080, "0.0.0.0"),)
    assert detail.exit_code == 137
    assert detail.out_of_memory
    assert detail.restarts == 2
    assert detail.started is not None
    assert detail.finished is None
    assert detail.environment == {"A": "b=c", "EMPTY": ""}
    assert detail.mounts == (Mount("/host", "/data", True), Mount("v1", "/v"))
    assert detail.summary.health is Health.UNHEALTHY
    assert detail.checked == "no answer"


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (None, ""),
        ([], ""),
        ([{"Output": "x", "ExitCode": 1}, {"Output": "ok\n", "ExitCode": 0}], ""),
        ([{"Output": "", "ExitCode": 22}], "It ended with exit code 22."),
        ([{"Output": "Health check exceeded timeout (2s)", "ExitCode": -1}],
         "Health check exceeded timeout (2s)"),
        ([{"Output": "y" * 9000, "ExitCode": 1}], "y" * 4096),
    ],
)  # fmt: skip
def test_what_its_own_check_said_last(runs: object, said: str) -> None:
    state = {"Status": "running", "Health": {"Status": "unhealthy", "Log": runs}}
    detail = containers.read_detail({"Created": "2026-11-23T00:37:18Z", "State": state})
    assert detail.checked == said


@pytest.mark.parametrize(
    ("config", "command"),
    [
        ({"Healthcheck": {"Test": ["CMD", "curl", "x"]}}, ("curl", "x")),
        ({"Healthcheck": {"Test": ["CMD-SHELL", "curl x"]}}, ("/bin/sh", "-c", "curl x")),
        (
            {"Healthcheck": {"Test": ["CMD-SHELL", "x"]}, "Shell": ["/bin/bash", "-c"]},
            ("/bin/bash", "-c", "x"),
        ),
        ({"Healthcheck": {"Test": ["NONE"]}}, ()),
        ({"Healthcheck": None}, ()),
        ({}, ()),
    ],
)
def test_the_command_of_a_check(config: dict[str, object], command: tuple[str, ...]) -> None:
    assert check_command(config) == command


def sample(memory: dict[str, object], cores: dict[str, object]) -> dict[str, object]:
    return {
        "read": "2026-11-23T00:37:18.5Z",
        "cpu_stats": {
            "cpu_usage": {"total_usage": 1_500, "percpu_usage": cores.pop("each", None)},
            "system_cpu_usage": 12_000,
            **cores,
        },
        "precpu_stats": {"cpu_usage": {"total_usage": 1_000}, "system_cpu_usage": 10_000},
        "memory_stats": memory,
    }


def test_a_sample_of_cgroup_v2() -> None:
    memory = {"usage": 1000, "limit": 5000, "stats": {"inactive_file": 300}}
    found = read_sample(sample(memory, {"online_cpus": 4}))
    assert found.cpu_percent == pytest.approx(100.0)
    assert found.memory_bytes == 700
    assert found.time == datetime(2026, 11, 23, 0, 37, 18, 500000, UTC)


def test_a_sample_of_cgroup_v1() -> None:
    stats = {"total_inactive_file": 400, "inactive_file": 1}
    found = read_sample(sample({"usage": 1000, "limit": 5000, "stats": stats}, {"each": [1, 2]}))
    assert found.cpu_percent == pytest.approx(50.0)
    assert found.memory_bytes == 600


def test_a_sample_that_makes_no_sense() -> None:
    odd = sample({"usage": 100, "stats": {"inactive_file": 300}}, {})
    odd["precpu_stats"] = {"cpu_usage": {"total_usage": 9_000}, "system_cpu_usage": 10_000}
    found = read_sample(odd)
    assert found.cpu_percent == 0.0
    assert found.memory_bytes == 100
