"""Removing what was planned: counted as it went, and by what the engine has afterwards."""

import pytest

from modeldesk.core.engine.model import BuildCache
from modeldesk.core.errors import Cancelled, EngineError, EngineUnavailable, InUse
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.library.removal import RemovalPlanner
from modeldesk.core.library.removing import RemovalRun
from modeldesk.core.library.service import Library
from modeldesk.core.references import Reference
from tests.fakes.engine import FakeEngine
from tests.fakes.records import FakeImageRecords

MB = 1_000_000


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    for number, tags in enumerate((("rec:v1", "rec:stable", "r.lan/rec:v1"), ("rec:v2",))):
        engine.add_image(*tags, steps=[("RUN pip", 5 * MB), (f"COPY w{number}", 10 * MB)])
    return engine


def read(engine: FakeEngine) -> LibrarySnapshot:
    library = Library(FakeImageRecords())
    library.reload(engine)
    return library.fill_details(engine, Job(), lambda _: None)


def chosen(snapshot: LibrarySnapshot, *names: str) -> list[Version]:
    every = {v.name: v for model in snapshot.models for v in model.versions}
    return [every[name] for name in names]


def a_run(engine: FakeEngine, *names: str, empty_cache: bool = False) -> RemovalRun:
    snapshot = read(engine)
    planner = RemovalPlanner(snapshot)
    return RemovalRun(planner, planner.plan(chosen(snapshot, *names)), empty_cache=empty_cache)


def tags(engine: FakeEngine) -> set[str]:
    return {str(tag) for image in engine.list_images() for tag in image.tags}


def test_all_names_and_the_image_go(engine: FakeEngine) -> None:
    log: list[str] = []
    run = a_run(engine, "v1")

    outcome = run(engine, Job(log=log.append))

    assert tags(engine) == {"rec:v2"}
    assert sorted(log) == [
        "docker image rm r.lan/rec:v1",
        "docker image rm rec:stable",
        "docker image rm rec:v1",
    ]
    assert [one.version.name for one in outcome.removed] == ["v1"]
    assert outcome.failed == ()
    assert outcome.freed_bytes == run.plan.bytes_back == 10 * MB


def test_what_is_gone_already_is_passed_over(engine: FakeEngine) -> None:
    run = a_run(engine, "v1", "v2")
    engine.remove_image("rec:stable")

    outcome = run(engine, Job())

    assert engine.list_images() == ()
    assert len(outcome.removed) == 2


def test_a_refusal_is_kept_the_rest_goes_on_and_no_name_is_lost(engine: FakeEngine) -> None:
    run = a_run(engine, "v1", "v2")
    refusal = InUse("A container came to be.")
    taken: list[str] = []
    remove = engine.remove_image

    def refuse_last(name: str, *, force: bool = False) -> None:
        taken.append(name)
        if name == run.plan.removals[0].names[-1]:
            raise refusal
        remove(name, force=force)

    engine.remove_image = refuse_last  # type: ignore[method-assign]
    outcome = run(engine, Job())

    assert len(taken) == 4
    assert [(one.removal.version.name, one.error) for one in outcome.failed] == [("v1", refusal)]
    assert [one.version.name for one in outcome.removed] == ["v2"]
    assert tags(engine) == {"rec:v1", "rec:stable", "r.lan/rec:v1"}
    assert outcome.freed_bytes == 10 * MB


def test_cancelled_between_two_images_what_went_is_counted(engine: FakeEngine) -> None:
    token = CancelToken()
    run = a_run(engine, "v2", "v1")

    with pytest.raises(Cancelled):
        run(engine, Job(token, log=lambda _: token.cancel()))

    assert engine.calls["remove_image"] == 1
    assert [one.version.name for one in run.outcome.removed] == ["v2"]
    assert run.outcome.freed_bytes == 10 * MB


def test_an_engine_that_goes_away_ends_it(engine: FakeEngine) -> None:
    run = a_run(engine, "v2", "v1")
    engine.fail_next("remove_image", EngineUnavailable("gone"))

    with pytest.raises(EngineUnavailable):
        run(engine, Job())

    assert run.outcome.removed == ()


def test_an_image_that_got_another_name_meanwhile_frees_nothing(engine: FakeEngine) -> None:
    run = a_run(engine, "v2")
    image = run.plan.removals[0].version.key.image
    engine.tag_image(image, Reference.parse("other:v1"))

    outcome = run(engine, Job())

    assert len(outcome.removed) == 1
    assert outcome.freed_bytes == 0


class TestBuildCache:
    @pytest.fixture(autouse=True)
    def _kept(self, engine: FakeEngine) -> None:
        engine.cache = BuildCache(own_bytes=3 * MB, shared_bytes=100 * MB)
        engine.keeps_layers = True

    def test_what_it_keeps_did_not_come_back(self, engine: FakeEngine) -> None:
        outcome = a_run(engine, "v2")(engine, Job())

        assert outcome.image_bytes == outcome.kept_by_cache == 10 * MB
        assert outcome.freed_bytes == 0

    def test_until_it_is_emptied_too(self, engine: FakeEngine) -> None:
        log: list[str] = []

        outcome = a_run(engine, "v2", empty_cache=True)(engine, Job(log=log.append))

        assert outcome.cache_bytes == 13 * MB
        assert outcome.freed_bytes == 13 * MB
        assert log[-2:] == ["docker builder prune", "13.0 MB came back."]

    def test_alone(self, engine: FakeEngine) -> None:
        outcome = a_run(engine, empty_cache=True)(engine, Job())

        assert outcome.removed == ()
        assert outcome.freed_bytes == 3 * MB

    def test_one_that_can_not_be_read_is_as_none(self, engine: FakeEngine) -> None:
        engine.fail_next("build_cache", EngineError("no such thing"))

        assert a_run(engine, "v2")(engine, Job()).freed_bytes == 10 * MB
