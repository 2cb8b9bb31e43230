"""Moves of channels: both places or neither, compared before, kept, and taken back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from modeldesk.core.channels.model import Move, MovePlan, MoveState, Place, StepState
from modeldesk.core.channels.service import ChannelService
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    ChannelError,
    ChannelMoved,
    EngineError,
    InUse,
    InvalidInput,
    NotInRegistry,
    RecordsError,
    RegistryDenied,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.references import Reference
from tests.unit.core.channels.bench import HOST, NAME, REC, REPOSITORY, STARTED, Bench

STABLE = Reference.parse(f"{NAME}:stable")


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    for tag in ("v1.0.0", "v1.1.0", "v1.2.0"):
        made.add(tag)
    return made


def test_a_channel_moves_here_and_there(bench: Bench) -> None:
    assert bench.both() == ("", "")
    first = bench.set("v1.0.0", why="the first that is fit")
    assert bench.both() == ("v1.0.0", "v1.0.0")
    second = bench.set("v1.1.0")
    assert bench.both() == ("v1.1.0", "v1.1.0")
    assert (second.before, second.after) == ("v1.0.0", "v1.1.0")
    assert first.state is second.state is MoveState.DONE
    assert [one.id for one in bench.service.history(REC).moves] == [second.id, first.id]
    assert (first.who, first.why) == ("mei", "the first that is fit")
    assert first.time > STARTED


def test_the_same_bytes_stand_under_the_channels_tag(bench: Bench) -> None:
    bench.set("v1.0.0")
    kept = bench.registry.kept[REPOSITORY]
    assert kept.tags["stable"] == kept.tags["v1.0.0"]
    assert bench.registry.sent == 0, "no layer travels"


def test_history_says_from_which_digest_to_which_and_where(bench: Bench) -> None:
    bench.set("v1.0.0")
    before, after = bench.version("v1.0.0"), bench.version("v1.1.0")
    move = bench.set("v1.1.0")
    there, here = move.steps
    assert (there.place, here.place) == (Place.REGISTRY, Place.ENGINE)
    assert (there.before, there.after) == (before.digests[0].digest, after.digests[0].digest)
    assert (here.before, here.after) == (before.key.image, after.key.image)
    assert there.reference == here.reference == STABLE
    assert {step.state for step in move.steps} == {StepState.DONE}


def test_latest_is_never_written(bench: Bench) -> None:
    for tag in ("v1.0.0", "v1.2.0"):
        bench.set(tag)
    bench.undo()
    assert bench.both("latest") == ("", "")
    with pytest.raises(InvalidInput, match="no channel “latest”"):
        bench.plan("v1.0.0", "latest")


def test_what_moved_meanwhile_in_the_registry_is_left(bench: Bench) -> None:
    bench.set("v1.0.0")
    plan = bench.plan("v1.2.0")
    kept = bench.registry.kept[REPOSITORY]
    kept.tags["stable"] = kept.tags["v1.1.0"]
    with pytest.raises(ChannelMoved) as refused:
        bench.carry_out(plan)
    assert refused.value.expected == kept.tags["v1.0.0"]
    assert refused.value.found == kept.tags["v1.1.0"]
    for shown in (refused.value.expected, refused.value.found):
        assert shown.removeprefix("sha256:")[:12] in refused.value.message
    assert bench.both() == ("v1.0.0", "v1.1.0")
    assert len(bench.service.history(REC).moves) == 1, "nothing was begun"


def test_what_moved_meanwhile_on_the_engine_is_left(bench: Bench) -> None:
    plan = bench.plan("v1.2.0")
    bench.engine.tag_image(bench.version("v1.1.0").key.image, STABLE)
    with pytest.raises(ChannelMoved, match="on the engine: it named nothing"):
        bench.carry_out(plan)
    assert bench.both() == ("v1.1.0", "")


def test_who_was_as_quick_wins_and_the_move_is_taken_back(bench: Bench) -> None:
    """Another program writes between our write and our look."""
    bench.set("v1.0.0")
    plan = bench.plan("v1.2.0")
    kept = bench.registry.kept[REPOSITORY]
    written = False

    def write_too(method: str, _repository: str, what: str) -> None:
        nonlocal written
        if method == "put_manifest":
            written = True
        elif method == "digest" and what == "stable" and written:
            written = False
            kept.tags["stable"] = kept.tags["v1.1.0"]

    bench.registry.before = write_too
    with pytest.raises(ChannelMoved):
        bench.carry_out(plan)
    assert bench.both() == ("v1.0.0", "v1.1.0"), "theirs stays"
    assert bench.service.history(REC).moves[0].state is MoveState.UNDONE


def test_an_engine_that_refuses_takes_the_registry_back(bench: Bench) -> None:
    bench.set("v1.0.0")
    plan = bench.plan("v1.2.0")
    bench.engine.fail_next("tag_image", EngineError("no"))
    with pytest.raises(EngineError, match="no") as refused:
        bench.carry_out(plan)
    assert refused.value.__cause__ is None
    assert bench.both() == ("v1.0.0", "v1.0.0")
    failed = bench.service.history(REC).moves[0]
    assert (failed.state, failed.error) == (MoveState.UNDONE, "no")
    assert failed.steps[0].state is StepState.UNDONE


def test_a_first_move_that_fails_leaves_no_tag_in_the_registry(bench: Bench) -> None:
    plan = bench.plan("v1.0.0")
    before = dict(bench.registry.kept[REPOSITORY].tags)
    bench.engine.fail_next("tag_image", EngineError("no"))
    with pytest.raises(EngineError):
        bench.carry_out(plan)
    assert bench.registry.kept[REPOSITORY].tags == before


def half_done(bench: Bench) -> None:
    """The registry took v1.2.0, the engine refused, and then the registry was gone."""
    bench.set("v1.0.0")
    plan = bench.plan("v1.2.0")
    bench.engine.fail_next("tag_image", EngineError("no"))

    puts = bench.registry.asked["put_manifest"]

    def after_the_look(method: str, _repository: str, what: str) -> None:
        if bench.registry.asked["put_manifest"] > puts and method == "manifest":
            bench.registry.is_away = True

    bench.registry.before = after_the_look
    with pytest.raises(ChannelError) as told:
        bench.carry_out(plan)
    assert "stable was moved in registry.lan:5000, but not on the engine: no" in str(told.value)
    assert "Finish the move or undo it" in told.value.hint
    bench.registry.before = lambda *_: None
    bench.registry.is_away = False
    assert bench.both() == ("v1.0.0", "v1.2.0")
    assert bench.service.history(REC).moves[0].state is MoveState.HALF_DONE


def test_a_half_done_move_can_be_finished(bench: Bench) -> None:
    half_done(bench)
    unfinished = bench.status()[0].unfinished
    assert unfinished is not None
    done = bench.service.finish(bench.engine, unfinished, Job())
    assert done.state is MoveState.DONE
    assert bench.both() == ("v1.2.0", "v1.2.0")
    assert bench.status()[0].unfinished is None
    assert len(bench.service.history(REC).moves) == 2, "it is the same move"


def test_a_half_done_move_can_be_undone(bench: Bench) -> None:
    half_done(bench)
    back = bench.undo()
    assert bench.both() == ("v1.0.0", "v1.0.0")
    assert (back.before, back.after) == ("v1.2.0", "v1.0.0")
    assert bench.service.history(REC).moves[1].state is MoveState.UNDONE
    assert bench.status()[0].unfinished is None


def test_a_half_done_move_is_past_once_the_channel_moved_on(bench: Bench) -> None:
    half_done(bench)
    bench.set("v1.1.0")
    assert bench.both() == ("v1.1.0", "v1.1.0")
    assert bench.status()[0].unfinished is None
    old = bench.service.history(REC).moves[1]
    with pytest.raises(ChannelError, match="come to an end"):
        bench.service.finish(bench.engine, old, Job())


@pytest.mark.parametrize("writes_before_the_end", [1, 2])
def test_a_program_killed_in_the_middle_can_be_finished(
    bench: Bench, writes_before_the_end: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.set("v1.0.0")
    plan = bench.plan("v1.2.0")
    save, writes = bench.records.save_move, 0

    def die_at(move: Move) -> None:
        nonlocal writes
        writes += 1
        if writes == writes_before_the_end:
            raise KeyboardInterrupt
        save(move)

    with monkeypatch.context() as patched:
        patched.setattr(bench.records, "save_move", die_at)
        with pytest.raises(KeyboardInterrupt):
            bench.carry_out(plan)
    left = bench.status()[0].unfinished
    assert left is not None
    assert left.state is MoveState.RUNNING
    bench.another_program().finish(bench.engine, left, Job())
    assert bench.both() == ("v1.2.0", "v1.2.0")


def test_undo_goes_back_move_by_move_as_new_entries(bench: Bench) -> None:
    moves = [bench.set(tag) for tag in ("v1.0.0", "v1.1.0", "v1.2.0")]
    back = [bench.undo() for _ in range(3)]
    assert [one.undoes for one in back] == [one.id for one in reversed(moves)]
    assert [one.after for one in back] == ["v1.1.0", "v1.0.0", ""]
    assert bench.both() == ("", "")
    assert bench.there("v1.2.0") == "v1.2.0", "the version's own tag stays"
    with pytest.raises(ChannelError, match="No move of stable of rec on this engine can be undone"):
        bench.undo()


def test_undo_is_refused_where_the_channel_was_moved_since(bench: Bench) -> None:
    bench.set("v1.0.0")
    bench.set("v1.1.0")
    bench.engine.tag_image(bench.version("v1.2.0").key.image, STABLE)
    with pytest.raises(ChannelMoved):
        bench.undo()
    assert bench.both() == ("v1.2.0", "v1.1.0")
    assert bench.status()[0].moved_elsewhere


def test_moves_on_another_engine_are_not_undone_here(bench: Bench) -> None:
    bench.set("v1.0.0")
    engine, bench.engine = bench.engine, type(bench.engine)(own_id="engine-2")
    with pytest.raises(ChannelError, match="on this engine"):
        bench.service.plan_undo(bench.engine, REC, "stable")
    assert bench.service.plan_undo(engine, REC, "stable").undoes


def test_a_registry_that_deletes_nothing_keeps_the_tag_and_says_so(bench: Bench) -> None:
    bench.set("v1.0.0")
    bench.registry.deletes = False
    with pytest.raises(RegistryDenied):
        bench.undo()
    assert bench.both() == ("v1.0.0", "v1.0.0")


def test_a_version_that_was_never_pushed_is_no_matter_for_the_registry(bench: Bench) -> None:
    bench.add("v1.3.0", pushed=False)
    plan = bench.plan("v1.3.0")
    assert len(plan.problems) == 1
    with pytest.raises(NotInRegistry, match="is not in registry"):
        bench.carry_out(plan)
    assert bench.both() == ("", "")
    bench.carry_out(bench.plan("v1.3.0", here_only=True))
    assert bench.both() == ("v1.3.0", "")


def test_a_registry_that_is_away_is_told_by_the_plan(bench: Bench) -> None:
    bench.registry.is_away = True
    assert isinstance(bench.plan("v1.0.0").problems[0], RegistryUnavailable)
    assert bench.plan("v1.0.0", here_only=True).problems == ()


def test_what_another_machine_pushed_is_known_by_its_configuration(bench: Bench) -> None:
    image = bench.add("v1.3.0", pushed=False)
    bench.push_under(image, "v1.3.0")
    bench.set("v1.3.0")
    assert bench.both() == ("v1.3.0", "v1.3.0")


def test_another_image_of_that_name_is_not_moved_to(bench: Bench) -> None:
    bench.add("v1.3.0", pushed=False)
    bench.push_under(bench.version("v1.0.0").key.image, "v1.3.0")
    assert "is another image in registry.lan:5000" in str(bench.plan("v1.3.0").problems[0])


def test_names_without_a_registry_move_on_the_engine_alone() -> None:
    bench = Bench()
    bench.add("v1.0.0", pushed=False, name="rec")
    move = bench.set("v1.0.0")
    assert [step.place for step in move.steps] == [Place.ENGINE]
    assert bench.here("stable", "rec") == "v1.0.0"
    assert not bench.registry.asked


def test_each_repository_with_the_version_is_moved_in(bench: Bench) -> None:
    image = bench.version("v1.0.0").key.image
    bench.engine.tag_image(image, Reference.parse("rec:v1.0.0"))
    bench.set("v1.0.0")
    assert bench.both() == ("v1.0.0", "v1.0.0")
    assert bench.here("stable", "rec") == "v1.0.0"


def test_deprecated_is_said_of_any_number_of_versions(bench: Bench) -> None:
    bench.set("v1.0.0", "deprecated")
    bench.set("v1.1.0", "deprecated")
    for tag in ("v1.0.0", "v1.1.0"):
        assert bench.version(tag).channels == ("deprecated",)
        assert bench.both(f"deprecated-{tag}") == (tag, tag)
    assert [one.version for one in bench.status() if one.channel == "deprecated"] == [
        "v1.1.0",
        "v1.0.0",
    ]
    bench.carry_out(bench.plan_off("v1.0.0", "deprecated"))
    assert bench.version("v1.0.0").channels == ()
    assert bench.both("deprecated-v1.0.0") == ("", "")
    assert bench.version("v1.1.0").channels == ("deprecated",)


def test_a_channel_is_taken_off_in_both_places(bench: Bench) -> None:
    bench.set("v1.0.0")
    off = bench.carry_out(bench.plan_off("v1.0.0"))
    assert bench.both() == ("", "")
    assert (off.before, off.after) == ("v1.0.0", "")
    bench.undo()
    assert bench.both() == ("v1.0.0", "v1.0.0")


def test_an_images_last_tag_stays(bench: Bench) -> None:
    image = bench.engine.add_image("lone:stable")
    version = next(
        one for model in bench.snapshot().models for one in model.versions if one.key.image == image
    )
    plan = bench.service.plan_off(bench.engine, bench.snapshot(), version, "stable", CancelToken())
    with pytest.raises(InUse, match="last tag"):
        bench.carry_out(plan)


def test_two_programs_move_one_channel_one_after_the_other(bench: Bench) -> None:
    bench.set("v1.0.0")
    plan, inside, go_on = bench.plan("v1.1.0"), threading.Event(), threading.Event()

    def wait(method: str, *_: str) -> None:
        if method == "put_manifest":
            inside.set()
            assert go_on.wait(10)

    bench.registry.before = wait
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(bench.carry_out, plan)
        assert inside.wait(10)
        bench.registry.before = lambda *_: None
        other = bench.another_program()
        with pytest.raises(AlreadyRunning):
            other.move(bench.engine, bench.plan("v1.2.0"), "", Job())
        go_on.set()
        assert first.result(10).state is MoveState.DONE
    assert bench.both() == ("v1.1.0", "v1.1.0")


def test_of_many_at_once_one_wins_and_both_places_agree(bench: Bench) -> None:
    bench.set("v1.0.0")
    plans = [bench.plan(tag) for tag in ("v1.1.0", "v1.2.0") * 4]

    def attempt(plan: MovePlan) -> bool:
        try:
            bench.carry_out(plan)
        except (ChannelMoved, AlreadyRunning):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(attempt, plans))
    assert any(won)
    here, there = bench.both()
    assert here == there
    assert here in ("v1.1.0", "v1.2.0")


def test_a_cancelled_move_is_taken_back(bench: Bench) -> None:
    bench.set("v1.0.0")
    plan, job = bench.plan("v1.2.0"), Job()

    def cancel(method: str, *_: str) -> None:
        if method == "put_manifest":
            job.token.cancel()

    bench.registry.before = cancel
    with pytest.raises(Cancelled):
        bench.service.move(bench.engine, plan, "", job)
    assert bench.both() == ("v1.0.0", "v1.0.0")


def test_a_move_to_where_it_is_is_none(bench: Bench) -> None:
    bench.set("v1.0.0")
    plan = bench.plan("v1.0.0")
    assert not plan.alters
    with pytest.raises(ChannelError, match=r"v1\.0\.0 is stable already"):
        bench.carry_out(plan)


def test_nothing_is_moved_that_would_be_forgotten(bench: Bench) -> None:
    plan = bench.plan("v1.0.0")
    bench.records.cut = RecordsError("the disk is full")
    with pytest.raises(RecordsError):
        bench.carry_out(plan)
    assert bench.both() == ("", "")


def test_nothing_is_moved_by_records_that_go_with_the_program(bench: Bench) -> None:
    forgetful = ChannelService(
        bench.records,
        lambda: bench.registries,
        bench.locks,
        lambda: "mei",
        lambda: STARTED,
        dict,
        RecordsError("they are of a newer program"),
    )
    plan = bench.plan("v1.0.0")
    with pytest.raises(RecordsError, match="newer program"):
        forgetful.move(bench.engine, plan, "", Job())
    assert bench.both() == ("", "")


def test_what_a_build_moved_is_in_the_history_and_can_be_undone(bench: Bench) -> None:
    before = bench.version("v1.0.0").key.image
    image = bench.add("v1.3.0", pushed=False)
    for one in (before, image):
        bench.engine.tag_image(one, STABLE)
    bench.service.note_built(bench.engine, REC, "v1.3.0", image, {STABLE: (before, "v1.0.0")})
    move = bench.service.history(REC).moves[0]
    assert (move.channel, move.before, move.after) == ("stable", "v1.0.0", "v1.3.0")
    assert not bench.status()[0].moved_elsewhere
    bench.undo()
    assert bench.here("stable") == "v1.0.0"


def test_a_build_is_not_stopped_by_what_can_not_be_kept(bench: Bench) -> None:
    bench.records.failure = RecordsError("the disk is full")
    image = bench.version("v1.0.0").key.image
    bench.service.note_built(bench.engine, REC, "v1.0.0", image, {STABLE: (None, "")})
    bench.records.failure = None
    assert bench.service.history(REC).moves == ()


def test_status_says_where_the_registry_differs(bench: Bench) -> None:
    bench.set("v1.0.0")
    stable = bench.status()[0]
    assert (stable.channel, stable.version) == ("stable", "v1.0.0")
    assert [(one.version, one.same) for one in stable.registries] == [("v1.0.0", True)]
    assert stable.last is not None
    kept = bench.registry.kept[REPOSITORY]
    kept.tags["stable"] = kept.tags["v1.1.0"]
    assert [(one.version, one.same) for one in bench.status()[0].registries] == [("v1.1.0", False)]
    bench.registry.is_away = True
    away = bench.status()[0].registries[0]
    assert isinstance(away.problem, RegistryUnavailable)
    assert [one.channel for one in bench.status()] == ["stable", "candidate", "deprecated"]


def killed_while_taking_off(bench: Bench) -> None:
    """The registry gave the channel's tag to the stand-in, and the program was killed."""
    bench.set("v1.0.0")
    plan = bench.plan_off("v1.0.0")

    def die(method: str, _repository: str, what: str) -> None:
        if method == "delete_manifest" and what in bench.registry.kept[REPOSITORY].manifests:
            raise KeyboardInterrupt

    bench.registry.before = die
    with pytest.raises(KeyboardInterrupt):
        bench.carry_out(plan)
    bench.registry.before = lambda *_: None
    kept = bench.registry.kept[REPOSITORY].tags
    assert kept["stable"] not in (kept["v1.0.0"], "")


def test_a_program_killed_while_it_takes_a_channel_off_can_be_finished(bench: Bench) -> None:
    killed_while_taking_off(bench)
    left = bench.status()[0]
    assert left.unfinished is not None
    assert left.registries[0].digest == "", "what is left is no image"
    done = bench.another_program().finish(bench.engine, left.unfinished, Job())
    assert done.state is MoveState.DONE
    assert "stable" not in bench.registry.kept[REPOSITORY].tags
    assert bench.both() == ("", "")


def test_a_program_killed_while_it_takes_a_channel_off_can_be_undone(bench: Bench) -> None:
    killed_while_taking_off(bench)
    bench.undo()
    assert bench.both() == ("v1.0.0", "v1.0.0")
    assert bench.status()[0].unfinished is None


def test_a_channel_whose_taking_off_was_killed_is_taken_off_or_moved(bench: Bench) -> None:
    killed_while_taking_off(bench)
    bench.carry_out(bench.plan_off("v1.0.0"))
    assert "stable" not in bench.registry.kept[REPOSITORY].tags
    killed_while_taking_off(bench)
    moved = bench.set("v1.2.0")
    assert moved.steps[0].before == "", "it named no image"
    assert bench.both() == ("v1.2.0", "v1.2.0")


def test_of_a_model_in_two_repositories_each_tells_of_the_version_that_has_its_tag(
    bench: Bench,
) -> None:
    """The channel is at one version in one repository, and at another in the other."""
    old, new = (bench.version(tag).key.image for tag in ("v1.0.0", "v1.2.0"))
    bench.set("v1.2.0")
    for tag in ("v1.0.0", "stable"):
        bench.engine.tag_image(old, Reference.parse(f"{HOST}/other/rec:{tag}"))
    found = {one.image: one for one in bench.status() if one.channel == "stable"}
    assert [(str(one.reference), one.same) for one in found[new].registries] == [
        (f"{NAME}:stable", True)
    ]
    assert [str(one.reference) for one in found[old].registries] == [f"{HOST}/other/rec:stable"]


@pytest.mark.parametrize(
    "why",
    ["token=abcdef0123456789", "see https://mia:hunter2@host/", "mdt_" + "0" * 12 + "_" + "a" * 43],
)
def test_a_reason_with_a_secret_is_refused(bench: Bench, why: str) -> None:
    plan = bench.plan("v1.0.0")
    with pytest.raises(InvalidInput, match="held a secret"):
        bench.carry_out(plan, why)
    assert bench.both() == ("", "")
    with pytest.raises(InvalidInput, match="held a secret"):
        bench.service.check_built("v2", {}, ["stable"], why, override=True)
    assert bench.service.history(REC).moves == ()
