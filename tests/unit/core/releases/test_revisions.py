"""What changed between revisions of a deployment's settings."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modeldesk.core.containers.model import ContainerLimits, Mount, PortBinding
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.ids import DeploymentName, EngineId, ImageId
from modeldesk.core.releases.model import (
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    SwarmSettings,
    VersionTarget,
)
from modeldesk.core.releases.revisions import revisions_of, setting_changes

FIRST = ServiceSettings((PortBinding(5000, 8080),), {"MODE": "a", "OLD": "1"}, ("TOKEN",))
TARGET = VersionTarget(ImageId("sha256:11"), "rec:v1", "sha256:11")


def release(number: int, revision: int, who: str = "ann") -> Release:
    return Release(
        number, EngineId("E"), DeploymentName("shop"), ReleaseKind.DEPLOY, TARGET, None,
        datetime(2026, 4, number, tzinfo=UTC), who, f"why {number}", ReleaseState.SUCCEEDED,
        revision=revision,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "setting", "said"),
    [
        ({"ports": (PortBinding(5000, 9090),)}, "ports", "Ports: 8080:5000 → 9090:5000"),
        ({"ports": ()}, "ports", "Ports: 8080:5000 → none"),
        ({"environment": {"MODE": "b", "OLD": "1"}}, "environment.MODE", "MODE: “a” → “b”"),
        ({"environment": {"MODE": "a", "OLD": "1", "N": "2"}}, "environment.N", "N added: “2”"),
        ({"environment": {"MODE": "a"}}, "environment.OLD", "OLD removed (was “1”)"),
        ({"secret_names": ()}, "secrets.TOKEN", "Secret TOKEN removed"),
        (
            {"mounts": (Mount("/srv/models", "/models", True),)},
            "mounts./models",
            "Folder at /models added: /srv/models:ro",
        ),
        (
            {"limits": ContainerLimits(memory_bytes=4_000_000_000)},
            "memory_bytes",
            "Memory at most: all there is → 4.00 GB",
        ),
        ({"limits": ContainerLimits(cpus=1.5)}, "cpus", "Processors at most: all there are → 1.5"),
        ({"limits": ContainerLimits(gpus=-1)}, "gpus", "GPUs: none → all"),
        ({"locked_down": True}, "locked_down", "Locked down: no → yes"),
        ({"health_timeout_s": 90.0}, "health_timeout_s", "Healthy within: 1min → 1min30s"),
        (
            {"smoke": SmokeRequest("POST", "/predict", b"{}")},
            "smoke",
            "Smoke request: none → POST /predict (2 B)",
        ),
    ],
)
def test_each_setting_that_changed_is_told(
    change: dict[str, object], setting: str, said: str
) -> None:
    changed = replace(FIRST, **change)  # type: ignore[arg-type]
    (one,) = setting_changes(FIRST, changed)
    assert (one.setting, one.said) == (setting, said)
    assert one.before != one.after
    assert setting_changes(changed, changed) == ()


def test_so_are_those_of_a_swarm() -> None:
    one = replace(FIRST, swarm=SwarmSettings())
    two = replace(FIRST, swarm=SwarmSettings(replicas=3, parallelism=0, gateway=True))
    assert [change.said for change in setting_changes(one, two)] == [
        "Replicas: 1 → 3",
        "Replaced at once: 1 → all",
        "Gateway: no → yes",
    ]


def test_revisions_say_which_release_brought_them_and_which_is_in_use() -> None:
    second = replace(FIRST, locked_down=True)
    third = replace(second, environment={})
    releases = (release(4, 2), release(3, 3, "mei"), release(2, 2), release(1, 1))
    kept = {3: third, 2: second, 1: FIRST, 0: ServiceSettings()}
    found = revisions_of(kept, releases, 2)
    assert [(one.number, one.current) for one in found] == [(3, False), (2, True), (1, False)]
    assert [one.release.id for one in found if one.release] == [3, 2, 1]
    assert [[change.setting for change in one.changes] for one in found] == [
        ["environment.MODE", "environment.OLD"],
        ["locked_down"],
        [],
    ]
    assert revisions_of({1: FIRST}, (), 1)[0].release is None
