"""One history of what several machines moved: seen, told and taken back by each."""

from dataclasses import replace

import pytest

from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.channels.model import Move, MoveState, Place, Step
from modeldesk.core.channels.no_engine import NoEngine
from modeldesk.core.channels.registry_records import RegistryChannelRecords
from modeldesk.core.channels.rules import judged_in_registry
from modeldesk.core.channels.service import ChannelService
from modeldesk.core.errors import (
    ChannelError,
    ChannelMoved,
    EngineError,
    RegistryUnavailable,
    RuleBroken,
)
from modeldesk.core.ids import NO_ENGINE, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.labels import METRICS_LABEL
from modeldesk.core.references import Reference
from tests.fakes.channel_records import FakeChannelRecords
from tests.fakes.engine import FakeEngine
from tests.unit.core.channels.bench import HOST, NAME, REC, REPOSITORY, STARTED, Bench

LABELS = {METRICS_LABEL: '{"accuracy": 0.9}'}
SERVED = ModelName(REPOSITORY)


@pytest.fixture
def bench() -> Bench:
    """The service of the bench is that of the machine `mei` works at."""
    made = Bench()
    for tag in ("v1.0.0", "v1.1.0", "v1.2.0"):
        made.add(tag)
    made.service = made.on_a_machine("mei", made.records)
    return made


def served(bench: Bench) -> ChannelService:
    """What a server does, whose history is the registry's alone."""
    return ChannelService(
        RegistryChannelRecords(lambda: bench.registry),
        lambda: bench.registries,
        bench.locks,
        lambda: "token of ben",
        lambda: STARTED,
        lambda: bench.rules,
    )


def move_there(bench: Bench, service: ChannelService, tag: str, why: str = "") -> Move:
    kept = bench.registry.kept[REPOSITORY].tags
    judged = judged_in_registry(tag, kept[tag], (), LABELS)
    names = {one: name for name, one in kept.items() if name.startswith("v")}
    plan = service.plan_in_registry(
        Reference(HOST, REPOSITORY), judged, kept[tag], "stable", names.__getitem__, CancelToken()
    )
    return service.move(NoEngine(), plan, why, Job())


def seen(service: ChannelService, model: ModelName = REC) -> list[tuple[str, str, str]]:
    return [(one.after, one.who, one.why) for one in service.history(model).moves]


def test_each_sees_what_all_did(bench: Bench) -> None:
    server, ana = served(bench), bench.on_a_machine("ana")
    bench.set("v1.0.0", why="first")
    move_there(bench, server, "v1.1.0", "better")
    move_there(bench, ana, "v1.2.0", "best")
    told = [("v1.2.0", "ana", "best"), ("v1.1.0", "token of ben", "better"),
            ("v1.0.0", "mei", "first")]  # fmt: skip
    assert seen(bench.service) == seen(ana) == seen(server, SERVED) == told
    # What another machine does with its engine is nobody's business.
    (theirs,) = [one for one in ana.history(REC).moves if one.who == "mei"]
    assert theirs.engine == NO_ENGINE
    assert [step.place for step in theirs.steps] == [Place.REGISTRY]
    assert len(bench.service.history(REC).moves[-1].steps) == 2


def test_what_another_moved_is_taken_back_and_then_what_was_before(bench: Bench) -> None:
    first, second = bench.set("v1.0.0"), bench.set("v1.1.0")
    theirs = move_there(bench, served(bench), "v1.2.0")
    assert bench.both() == ("v1.1.0", "v1.2.0")
    back = bench.undo()
    assert (back.undoes, bench.both()) == (theirs.id, ("v1.1.0", "v1.1.0"))
    assert bench.undo().undoes == second.id
    assert bench.both() == ("v1.0.0", "v1.0.0")
    assert bench.undo().undoes == first.id
    with pytest.raises(ChannelError):
        bench.undo()
    # The server knows that they were taken back.
    assert [one.undoes for one in served(bench).history(SERVED).moves[:3]] == [
        first.id,
        second.id,
        theirs.id,
    ]


def test_another_machine_takes_back_in_the_registry(bench: Bench) -> None:
    bench.set("v1.0.0")
    mine = bench.set("v1.1.0")
    ana = bench.on_a_machine("ana")
    other = FakeEngine(own_id="engine-2")
    ana.move(other, ana.plan_undo(other, REC, "stable"), "", Job())
    assert bench.both() == ("v1.1.0", "v1.0.0")
    assert bench.service.history(REC).moves[0].undoes == mine.id
    # Mine is taken back already; the one before it is not where it left the engine's tag.
    with pytest.raises(ChannelMoved):
        bench.undo()


def test_what_moved_since_is_never_taken_back_over(bench: Bench) -> None:
    bench.set("v1.0.0")
    move_there(bench, served(bench), "v1.1.0")
    kept = bench.registry.kept[REPOSITORY].tags
    plan = bench.service.plan_undo(bench.engine, REC, "stable")
    kept["stable"] = kept["v1.2.0"]
    with pytest.raises(ChannelMoved):
        bench.carry_out(plan)
    assert kept["stable"] == kept["v1.2.0"]


def test_rules_know_what_others_did(bench: Bench) -> None:
    bench.rules["stable"] = ChannelRule(after="candidate")
    with pytest.raises(RuleBroken):
        move_there(bench, bench.on_a_machine("ana"), "v1.0.0")
    bench.set("v1.0.0", "candidate")
    bench.set("v1.1.0", "candidate")
    move_there(bench, bench.on_a_machine("ana"), "v1.0.0")
    move_there(bench, served(bench), "v1.1.0")
    assert bench.there("stable") == "v1.1.0"


def test_status_says_who_moved_it_last_wherever(bench: Bench) -> None:
    bench.set("v1.0.0")
    move_there(bench, served(bench), "v1.1.0", "better")
    stable = bench.status()[0]
    assert stable.last is not None
    assert (stable.last.who, stable.last.why) == ("token of ben", "better")
    assert stable.registries[0].same is False


def test_a_registry_that_does_not_keep_it_is_told_with_the_next(bench: Bench) -> None:
    said: list[str] = []
    plan = bench.plan("v1.0.0")
    # The channel's tag is taken, its history is not.
    tags = iter([None, RegistryUnavailable("away")])

    def away(method: str, _repository: str, what: str) -> None:
        if method == "tags" and (error := next(tags, None)):
            raise error

    next(tags)
    bench.registry.before = away
    bench.service.move(bench.engine, plan, "first", Job(CancelToken(), log=said.append))
    assert any("not who moved it" in line for line in said)
    assert seen(served(bench), SERVED) == []
    bench.set("v1.1.0", why="second")
    assert [one[2] for one in seen(served(bench), SERVED)] == ["second", "first"]


def test_a_registry_that_is_away_is_said_and_the_own_moves_are_shown(bench: Bench) -> None:
    bench.set("v1.0.0", why="mine")
    move_there(bench, served(bench), "v1.1.0")
    bench.registry.is_away = True
    found = bench.on_a_machine("mei", bench.records).history(REC)
    assert [one.why for one in found.moves] == ["mine"]
    assert isinstance(found.problems[0], RegistryUnavailable)


def test_what_came_to_nothing_is_nobody_elses_business(bench: Bench) -> None:
    bench.set("v1.0.0")
    plan = bench.plan("v1.1.0")
    bench.engine.fail_next("tag_image", EngineError("no"))
    with pytest.raises(EngineError):
        bench.carry_out(plan)
    assert bench.service.history(REC).moves[0].state is MoveState.UNDONE
    assert [one[0] for one in seen(served(bench), SERVED)] == ["v1.0.0"]


def test_moves_from_before_registries_had_them_stay_here(bench: Bench) -> None:
    old = replace(bench.set("v1.0.0"), id=7)
    records = FakeChannelRecords()
    records.add_move(old)
    records.keep_as(7)
    bench.registry.kept[REPOSITORY].tags = {
        tag: one
        for tag, one in bench.registry.kept[REPOSITORY].tags.items()
        if ".channel." not in tag
    }
    service = bench.on_a_machine("mei", records)
    move_there(bench, service, "v1.1.0")
    assert [one.id for one in service.history(REC).moves][-1] == 7
    assert len(seen(served(bench), SERVED)) == 1


@pytest.mark.parametrize(
    "step",
    [
        Step(Place.ENGINE, Reference.parse(f"{NAME}:stable"), "", "sha256:" + "1" * 64),
        Step(Place.REGISTRY, Reference.parse(f"{HOST}/other:stable"), "", "sha256:" + "1" * 64),
        Step(Place.REGISTRY, Reference.parse(f"{NAME}:v1.0.0"), "", "sha256:" + "1" * 64),
    ],
)
def test_a_move_that_speaks_of_something_else_is_none(bench: Bench, step: Step) -> None:
    """Taking it back would move what it names."""
    real = bench.set("v1.0.0")
    channel = step.reference.tag
    RegistryChannelRecords(lambda: bench.registry).add_move(
        replace(real, model=SERVED, channel=channel, steps=(step,), engine=NO_ENGINE)
    )
    assert [one.id for one in bench.service.history(REC).moves] == [real.id]


def test_a_registry_is_called_as_it_is_reached_here(bench: Bench) -> None:
    real = move_there(bench, served(bench), "v1.0.0")
    (step,) = real.steps
    elsewhere = replace(step, reference=replace(step.reference, registry="other-name.lan"))
    RegistryChannelRecords(lambda: bench.registry).put(
        replace(real, model=SERVED, steps=(elsewhere,))
    )
    (told,) = bench.service.history(REC).moves
    assert told.steps[0].reference.registry == HOST
