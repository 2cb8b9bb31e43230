"""Digests of base images: of the engine's image first, then of the registry's, else none."""

from dataclasses import replace

from modeldesk.core.errors import RegistryUnavailable
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.recipes.service import RecipeService
from modeldesk.core.references import Reference
from tests.fakes.engine import FakeEngine
from tests.unit.core.recipes.folders import folder

SLIM = "python:3.11-slim"
DIGEST = f"sha256:{'ab' * 32}"
OTHER = f"sha256:{'cd' * 32}"


class FakeRegistry:
    """Implements `ImageRegistry`; away without a digest."""

    def __init__(self, digest: str = "") -> None:
        self._digest = digest
        self.asked: list[str] = []

    def digest(self, reference: Reference, token: CancelToken) -> str:
        """See `modeldesk.core.recipes.ports.ImageRegistry`."""
        token.raise_if_cancelled()
        self.asked.append(str(reference))
        if not self._digest:
            raise RegistryUnavailable("The registry docker.io does not answer.")
        return self._digest


def engine_with(*digests: str) -> FakeEngine:
    engine = FakeEngine()
    engine.add_image(SLIM, digests=digests)
    return engine


def pinned(
    engine: ImageEngine | None, registry: FakeRegistry | None, base: str = SLIM
) -> RecipeChoice:
    service = RecipeService(registry, None)
    return service.pin(folder("idna==3.10"), RecipeChoice(base), engine, CancelToken())


def test_the_engines_image_has_the_first_word() -> None:
    registry = FakeRegistry(OTHER)
    choice = pinned(engine_with(f"python@{DIGEST}", f"r.lan/python@{OTHER}"), registry)
    assert choice.digests == {SLIM: DIGEST}
    assert registry.asked == []


def test_one_that_came_from_no_registry_stays_with_its_tag() -> None:
    """Another image of that name in the registry is not what the engine would build with."""
    registry = FakeRegistry(OTHER)
    choice = pinned(engine_with(), registry)
    assert choice.digests == {}
    assert registry.asked == []
    assert any("came from no registry" in one for one in propose(folder(), choice).notes)


def test_what_the_engine_has_not_is_asked_of_the_registry() -> None:
    registry = FakeRegistry(DIGEST)
    assert pinned(FakeEngine(), registry).digests == {SLIM: DIGEST}
    assert pinned(None, registry).digests == {SLIM: DIGEST}


def test_a_registry_that_is_away_is_a_quiet_sentence() -> None:
    choice = pinned(None, FakeRegistry())
    assert choice.digests == {}
    (note,) = choice.base_notes
    assert note == (
        f"The digest of {SLIM} is not known, so it is written by its tag: "
        "The registry docker.io does not answer."
    )


def test_every_stage_is_pinned() -> None:
    registry = FakeRegistry(DIGEST)
    choice = pinned(None, registry, "gcr.io/distroless/python3-debian12:nonroot")
    assert len(choice.digests) == 2
    text = propose(folder("idna==3.10"), choice).dockerfile
    assert text.count(f"@{DIGEST} AS") == 2


def test_nobody_is_asked_for_what_is_written_already() -> None:
    registry = FakeRegistry(OTHER)
    assert pinned(FakeEngine(), registry, f"{SLIM}@{DIGEST}").digests == {}
    assert registry.asked == []


class ContainerdEngine(FakeEngine):
    """Names every image by its digest, as a containerd store does."""

    def list_images(self) -> tuple[ImageSummary, ...]:
        """See `FakeEngine`."""
        return tuple(
            replace(one, digests=(Reference("docker.io", "python", "", one.id),))
            for one in super().list_images()
        )


def test_an_image_of_a_containerd_store_is_confirmed_by_its_registry() -> None:
    """It may have been made there, and its builder would ask the registry for it all the same."""
    engine = ContainerdEngine()
    made = engine.add_image(SLIM)
    assert pinned(engine, FakeRegistry(made)).digests == {SLIM: made}
    assert pinned(engine, FakeRegistry(OTHER)).digests == {}
    assert pinned(engine, FakeRegistry()).digests == {}
    assert pinned(engine, None).base_notes != ()
