"""Images pulled, on a fake engine."""

from dataclasses import replace

import pytest

from modeldesk.core.errors import InvalidReference, InvalidVersion, NotInRegistry
from modeldesk.core.jobs import Job
from modeldesk.core.references import Reference
from modeldesk.core.transfers.pulling import pull
from tests.fakes.engine import FakeEngine

NAME = Reference.parse("registry.lan/rec:v1.0.0")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def digest(engine: FakeEngine) -> str:
    return engine.registries.has(str(NAME), ("COPY m.pkl /", 1000), labels={})


def test_by_its_tag(engine: FakeEngine, digest: str) -> None:
    outcome = pull(engine, NAME, Job())
    assert outcome.reference == replace(NAME, digest=digest)
    assert (outcome.before, outcome.moved, outcome.moved_bytes) == (None, False, 1000)
    again = pull(engine, NAME, Job())
    assert (again.before, again.moved) == (outcome.image, False)
    assert (again.moved_bytes, again.there_bytes) == (0, 1000)


def test_by_its_digest_with_the_tag_beside_it(engine: FakeEngine, digest: str) -> None:
    outcome = pull(engine, replace(NAME, digest=digest), Job())
    found = engine.image_summary(outcome.image)
    assert found is not None
    assert found.tags == (NAME,)
    bare = pull(engine, replace(NAME, tag="", digest=digest), Job())
    assert bare.image == outcome.image
    assert bare.before is None


def test_a_version_here_keeps_its_name(engine: FakeEngine, digest: str) -> None:
    own = engine.add_image(str(NAME))
    with pytest.raises(InvalidVersion):
        pull(engine, replace(NAME, digest=digest), Job())
    found = engine.image_summary(own)
    assert found is not None
    assert found.tags == (NAME,)


def test_a_tag_that_moved_there_is_told(engine: FakeEngine, digest: str) -> None:
    own = engine.add_image(str(NAME))
    outcome = pull(engine, NAME, Job())
    assert outcome.moved
    assert outcome.before == own
    assert outcome.changes.images == {own, outcome.image}


def test_what_can_not_be_pulled(engine: FakeEngine, digest: str) -> None:
    with pytest.raises(InvalidReference, match="no tag"):
        pull(engine, replace(NAME, tag=""), Job())
    with pytest.raises(NotInRegistry):
        pull(engine, NAME.with_tag("v9"), Job())
