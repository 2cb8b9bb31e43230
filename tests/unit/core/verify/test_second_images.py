"""Second images are gone, whoever made them and however that ended."""

import pytest

from modeldesk.core.errors import AlreadyRunning, EngineUnavailable
from modeldesk.core.labels import VERIFY_LABEL
from modeldesk.core.verify.second_images import SecondImages
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def locks() -> FakeDeploymentLocks:
    return FakeDeploymentLocks()


def marks(engine: FakeEngine) -> list[str]:
    return sorted(image.labels.get(VERIFY_LABEL, "") for image in engine.list_images())


def test_it_is_gone_however_the_comparison_ended(
    engine: FakeEngine, locks: FakeDeploymentLocks
) -> None:
    def compared() -> None:
        with SecondImages(locks, "ada").mark(engine) as mark:
            engine.add_image(labels={VERIFY_LABEL: mark})
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        compared()
    assert (marks(engine), locks.held) == ([], set())


def test_what_a_killed_program_left_goes_with_the_next(
    engine: FakeEngine, locks: FakeDeploymentLocks
) -> None:
    for mark in ("ada.0", "ada.7", "bob.0", "ada.x", "ada.100", ""):
        engine.add_image(labels={VERIFY_LABEL: mark})
    engine.add_image("m:v1", labels={VERIFY_LABEL: "ada.3"})
    with SecondImages(locks, "ada").mark(engine):
        pass
    assert marks(engine) == ["", "ada.100", "ada.3", "ada.x", "bob.0"]


def test_two_at_once_leave_each_others_alone(
    engine: FakeEngine, locks: FakeDeploymentLocks
) -> None:
    seconds = SecondImages(locks, "ada")
    with seconds.mark(engine) as first:
        engine.add_image(labels={VERIFY_LABEL: first})
        with seconds.mark(engine) as second:
            engine.add_image(labels={VERIFY_LABEL: second})
            assert marks(engine) == [first, second]
        assert marks(engine) == [first]
    assert marks(engine) == []


def test_a_hundred_are_enough(engine: FakeEngine, locks: FakeDeploymentLocks) -> None:
    here = engine.identity().id
    locks.held |= {(here, f"verify {number}") for number in range(100)}
    with pytest.raises(AlreadyRunning, match="Too many"), SecondImages(locks, "ada").mark(engine):
        pass


def test_an_engine_that_is_gone_is_no_other_trouble(
    engine: FakeEngine, locks: FakeDeploymentLocks
) -> None:
    with SecondImages(locks, "ada").mark(engine):
        engine.fail_next("list_images", EngineUnavailable("gone"))
