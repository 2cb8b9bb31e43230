"""Channels of what is in a registry alone: no engine is asked."""

import pytest

from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.channels.model import Move, MoveState
from modeldesk.core.channels.no_engine import NoEngine
from modeldesk.core.channels.rules import judged_in_registry
from modeldesk.core.errors import (
    AlreadyRunning,
    ChannelMoved,
    EngineUnavailable,
    InvalidInput,
    RegistryDenied,
    RuleBroken,
)
from modeldesk.core.ids import NO_ENGINE, ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.labels import METRICS_LABEL
from modeldesk.core.references import Reference
from tests.unit.core.channels.bench import HOST, REPOSITORY, Bench

PLACE = Reference(HOST, REPOSITORY)
LABELS = {METRICS_LABEL: '{"accuracy": 0.9}'}


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    for tag in ("v1.0.0", "v1.1.0"):
        made.registry.add_image(REPOSITORY, tag, [tag.encode()])
    return made


def digest(bench: Bench, tag: str) -> str:
    return bench.registry.kept[REPOSITORY].tags.get(tag, "")


def move(
    bench: Bench,
    tag: str,
    channel: str = "stable",
    labels: dict[str, str] | None = None,
    *,
    why: str = "",
    override: bool = False,
) -> Move:
    kept = bench.registry.kept[REPOSITORY].tags
    names = {one: name for name, one in kept.items() if name.startswith("v")}
    judged = judged_in_registry(tag, kept[tag], (), LABELS if labels is None else labels)
    plan = bench.service.plan_in_registry(
        PLACE, judged, kept[tag], channel, lambda one: names.get(one, one), CancelToken()
    )
    return bench.service.move(NoEngine(), plan, why, Job(), override=override)


def test_it_moves_there_and_is_remembered(bench: Bench) -> None:
    move(bench, "v1.0.0", why="first")
    done = move(bench, "v1.1.0", why="better")
    assert digest(bench, "stable") == digest(bench, "v1.1.0")
    assert (done.before, done.after, done.engine) == ("v1.0.0", "v1.1.0", NO_ENGINE)
    history = bench.service.history(ModelName(REPOSITORY)).moves
    assert [(one.why, one.who, one.state) for one in history] == [
        ("better", "mei", MoveState.DONE),
        ("first", "mei", MoveState.DONE),
    ]
    assert not bench.engine.calls


def test_deprecated_is_said_of_any_number(bench: Bench) -> None:
    for tag in ("v1.0.0", "v1.1.0"):
        move(bench, tag, "deprecated")
        assert digest(bench, f"deprecated-{tag}") == digest(bench, tag)


def test_rules_hold_here_too(bench: Bench) -> None:
    bench.rules["stable"] = ChannelRule(metrics=True, after="candidate")
    with pytest.raises(RuleBroken):
        move(bench, "v1.0.0", labels={})
    with pytest.raises(RuleBroken):
        move(bench, "v1.0.0")
    with pytest.raises(InvalidInput):
        move(bench, "v1.0.0", override=True)
    assert digest(bench, "stable") == ""
    move(bench, "v1.0.0", "candidate")
    # Which is known by the history, wherever the channel went since.
    move(bench, "v1.1.0", "candidate")
    move(bench, "v1.0.0")
    assert digest(bench, "stable") == digest(bench, "v1.0.0")


def test_what_somebody_else_moves_meanwhile_is_left(bench: Bench) -> None:
    move(bench, "v1.0.0")

    theirs = bench.registry.add_image(REPOSITORY, "v9.0.0", [b"theirs"]).digest
    judged = judged_in_registry("v1.1.0", digest(bench, "v1.1.0"), (), LABELS)
    plan = bench.service.plan_in_registry(
        PLACE, judged, digest(bench, "v1.1.0"), "stable", lambda one: one, CancelToken()
    )
    bench.registry.kept[REPOSITORY].tags["stable"] = theirs
    with pytest.raises(ChannelMoved):
        bench.service.move(NoEngine(), plan, "", Job())
    assert digest(bench, "stable") == theirs
    with bench.locks.hold(f"{HOST}/{REPOSITORY}:stable"):
        again = bench.service.plan_in_registry(
            PLACE, judged, digest(bench, "v1.1.0"), "stable", lambda one: one, CancelToken()
        )
        with pytest.raises(AlreadyRunning):
            bench.service.move(NoEngine(), again, "", Job())


def test_a_registry_that_says_no_leaves_a_line(bench: Bench) -> None:
    bench.registry.errors["put_manifest"] = [RegistryDenied("no")]
    with pytest.raises(RegistryDenied):
        move(bench, "v1.0.0")
    assert [one.state for one in bench.service.history(ModelName(REPOSITORY)).moves] == [
        MoveState.UNDONE
    ]


def test_no_channel(bench: Bench) -> None:
    with pytest.raises(InvalidInput):
        move(bench, "v1.0.0", "nightly")


def test_no_engine_has_nothing_and_changes_nothing() -> None:
    engine = NoEngine()
    image = ImageId("sha256:" + "1" * 64)
    assert engine.list_images() == ()
    assert engine.image_summary(image) is None
    with pytest.raises(EngineUnavailable):
        engine.tag_image(image, PLACE.with_tag("v1"))
    with pytest.raises(EngineUnavailable):
        engine.remove_image("rec:v1")
