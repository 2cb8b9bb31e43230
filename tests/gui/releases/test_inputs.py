"""Plans and settings as they are typed: what can be used, and what is said of the rest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.core.canary.model import Limits, RolloutPlan
from modeldesk.core.containers.model import ContainerLimits, PortBinding
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.releases.model import ServiceSettings
from modeldesk.ui.releases import settings_input
from modeldesk.ui.releases.plan_input import PlanField, PlanInput, input_of, read_plan
from modeldesk.ui.releases.settings_input import read_cpus, read_memory, read_settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLANS = [
    RolloutPlan(),
    RolloutPlan(
        (100, 250, 10_000),
        30.0,
        10,
        1,
        Limits(0.005, None, 80.0, None, 0.925, 0.02),
        SplitKey.COOKIE,
        "session_id",
        mirror_first=True,
        starts=NOW + timedelta(hours=1),
    ),
    RolloutPlan(limits=Limits(None, None, None, None, None, None), window_s=5400.0),
]


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_is_the_same_after_it_was_shown_and_read(plan: RolloutPlan) -> None:
    read = read_plan(input_of(plan), NOW)
    assert read.wrong == {}
    assert read.plan == plan


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        (PlanField.STEPS, "25, 10", "10 % does not follow 25 %"),
        (PlanField.STEPS, "", "is no share"),
        (PlanField.STEPS, "ten", "“ten” is no share"),
        (PlanField.STEPS, "0, 100", "is no share"),
        (PlanField.WINDOW, "soon", "“soon” is no length of time"),
        (PlanField.WINDOW, "1s", "can’t last"),
        (PlanField.LEAST_REQUESTS, "0", "can’t be judged by 0 requests"),
        (PlanField.LEAST_REQUESTS, "many", "whole number"),
        (PlanField.FAILED_CHECKS, "0", "0 failed checks"),
        (PlanField.ERROR_RATE, "101", "more than all"),
        (PlanField.ERROR_RATE, "a lot", "is no number"),
        (PlanField.P95, "0", "No answer takes no time"),
        (PlanField.P95_OVER, "0.9", "faster than the stable version"),
        (PlanField.ACCURACY, "nan", "is no number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_alone(field: PlanField, text: str, said: str) -> None:
    given = input_of(RolloutPlan())
    read = read_plan(replace(given, texts={**given.texts, field: text}), NOW)
    assert read.plan is None
    assert list(read.wrong) == [field]
    assert said in read.wrong[field]


def test_a_header_or_cookie_needs_a_name() -> None:
    given = input_of(RolloutPlan())
    for key in (SplitKey.HEADER, SplitKey.COOKIE):
        assert list(read_plan(replace(given, key=key), NOW).wrong) == [PlanField.NAME]
    named = replace(given, key=SplitKey.HEADER, texts={**given.texts, PlanField.NAME: "X-User"})
    read = read_plan(named, NOW).plan
    assert read is not None
    assert (read.key, read.field) == (SplitKey.HEADER, "X-User")


def test_a_time_that_is_past_can_not_be_waited_for() -> None:
    given = replace(input_of(RolloutPlan()), starts=NOW - timedelta(minutes=1))
    assert list(read_plan(given, NOW).wrong) == [PlanField.STARTS]


def test_steps_that_are_behind_stay() -> None:
    begun = (1000, 2500)
    given = input_of(RolloutPlan())

    def read(steps: str) -> object:
        texts = {**given.texts, PlanField.STEPS: steps}
        return read_plan(PlanInput(texts), NOW, begun).wrong.get(PlanField.STEPS)

    assert read("10, 25, 30, 100") is None
    assert read("10, 30, 100") == "The canary has come so far already: begin with 10, 25."


SETTINGS = ServiceSettings(
    (PortBinding(5000, 8080), PortBinding(9000, 0, "0.0.0.0")),
    {"MODEL_PATH": "/models"},
    ("API_TOKEN",),
    (),
    90.0,
    ContainerLimits(4_000_000_000, 1.5, -1),
    locked_down=True,
    smoke=SmokeRequest("POST", "/predict", b'{"inputs": [1]}'),
    keep_warm_s=0.0,
    drain_s=45.0,
)


@pytest.mark.parametrize("settings", [ServiceSettings(), SETTINGS])
def test_settings_are_the_same_after_they_were_shown_and_read(settings: ServiceSettings) -> None:
    read = read_settings(settings_input.input_of(settings), settings)
    assert read.settings == settings
    assert read.secrets == {}


def test_a_secret_that_is_typed_is_told_apart_and_kept_nowhere() -> None:
    given = replace(
        settings_input.input_of(SETTINGS),
        variables=[("MODEL_PATH", "/models"), ("API_TOKEN", "new"), ("DB_PASSWORD", "x1")],
    )
    read = read_settings(given, SETTINGS)
    assert read.settings.environment == {"MODEL_PATH": "/models"}
    assert read.settings.secret_names == ("API_TOKEN", "DB_PASSWORD")
    assert read.secrets == {"API_TOKEN": "new", "DB_PASSWORD": "x1"}
    assert "new" not in repr(read.settings)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("", 0), ("512 MB", 512_000_000), ("1.5g", 1_500_000_000), ("64000000", 64_000_000)],
)
def test_amounts_of_memory(text: str, amount: int) -> None:
    assert read_memory(text) == amount
    assert read_memory(settings_input.memory_input(amount)) == amount


@pytest.mark.parametrize("text", ["lots", "-1", "1 MB", "5 XB", "1e9"])
def test_what_is_no_amount_of_memory_is_said(text: str) -> None:
    with pytest.raises(InvalidInput, match="no amount of memory"):
        read_memory(text)


@pytest.mark.parametrize("text", ["0", "two", "-1", "inf"])
def test_what_is_no_number_of_processors_is_said(text: str) -> None:
    with pytest.raises(InvalidInput, match="no number of processors"):
        read_cpus(text)


@pytest.mark.parametrize(
    "change",
    [
        {"ports": [("x", "5000")]},
        {"variables": [("A B", "1")]},
        {"variables": [("A", "1"), ("A", "2")]},
        {"mounts": [("/no/such/folder", "/data")]},
        {"health": "soon"},
        {"health": "0 s"},
    ],
)
def test_other_settings_that_can_not_be_used_are_said(change: dict[str, object]) -> None:
    given = replace(settings_input.input_of(SETTINGS), **change)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        read_settings(given, SETTINGS)
