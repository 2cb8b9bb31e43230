"""Names of versions on a real engine: several at once, refused, proposed by what changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.core.build.model import BuildOutcome
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import InvalidVersion
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.labels import FINGERPRINT_LABEL, VERSION_LABEL
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.service import Library
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.fingerprint import Part, read_fingerprint
from modeldesk.core.versioning.proposals import ProposedVersion
from tests.engine.build_bench import RealBuildBench, building_engine
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.records import FakeBuildRecords, FakeDigestRecords, FakeImageRecords
from tests.fakes.source_control import FakeSourceControl


class Bench:
    def __init__(self, engine: ImageEngine, base: str, model: str, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.model = ModelName(model)
        self.repository = Reference.parse(model)
        folder.mkdir()
        (folder / "Dockerfile").write_text(f"FROM {base}\nCOPY app.py model.onnx /app/\n")
        (folder / "app.py").write_text("print()\n")
        (folder / "model.onnx").write_bytes(b"\x08\x07weights")
        self.service = BuildService(
            FakeBuildRecords(),
            FakeSourceControl(),
            lambda: datetime.now(UTC),
            FakeDeploymentLocks(),
            resources.path("serving"),
            digests=FakeDigestRecords(),
        )

    def build(self, *tags: str) -> BuildOutcome:
        request = self.service.prepare(self.folder, self.snapshot(), Settings()).request(
            tags[0], tags[1:], model=self.model, repository=self.repository
        )
        return self.service.build(self.engine, request, Job(), lambda _: None)

    def proposal(self) -> ProposedVersion:
        plan = self.service.prepare(self.folder, self.snapshot(), Settings())
        request = plan.request("v0.0.0", model=self.model, repository=self.repository)
        return self.service.next_semantic(request, self.snapshot(), Job())

    def snapshot(self) -> LibrarySnapshot:
        return Library(FakeImageRecords()).reload(self.engine)

    def named(self, tag: str) -> str:
        wanted = self.repository.with_tag(tag)
        return next((one.id for one in self.engine.list_images() if wanted in one.tags), "")


@pytest.fixture(params=[False, True], ids=["classic", "buildkit"])
def bench(
    request: pytest.FixtureRequest, engine_url: str, unique_name: str, tmp_path: Path
) -> Iterator[Bench]:
    with building_engine(engine_url, with_buildkit=request.param) as engine:
        real = RealBuildBench(engine, engine_url, unique_name)
        try:
            yield Bench(engine, real.base, real.name(), tmp_path / "model")
        finally:
            real.close()


def test_names_from_build_to_build(bench: Bench) -> None:
    first = bench.build("v1.0.0", "a1b2c3d4", "cu121", "stable")
    assert {bench.named(tag) for tag in ("v1.0.0", "a1b2c3d4", "cu121", "stable")} == {first.image}

    # What is taken is refused before anything is built, with a name that is free.
    for tags in (("v1.0.0",), ("v1.0.1", "cu121")):
        with pytest.raises(InvalidVersion, match="exists already") as refused:
            bench.build(*tags)
        assert "is free" in refused.value.hint
    assert bench.named("v1.0.1") == ""

    # What changed tells the next name.
    (bench.folder / "app.py").write_text("print(2)\n")
    assert bench.proposal() == ProposedVersion(
        "v1.0.1", "next after v1.0.0", "because the code changed since v1.0.0"
    )
    (bench.folder / "model.onnx").write_bytes(b"\x08\x07weight2")
    proposed = bench.proposal()
    assert proposed.tag == "v1.1.0"
    assert proposed.because == "because the weights and the code changed since v1.0.0"

    # The channel moves; the version's label has all of its name.
    second = bench.build(f"{proposed.tag}+cu121", "stable")
    assert second.moved == {bench.repository.with_tag("stable"): "v1.0.0"}
    assert bench.named("stable") == bench.named("v1.1.0_cu121") == second.image
    assert bench.named("v1.0.0") == first.image
    labels = {one.id: one.labels for one in bench.engine.list_images()}[second.image]
    assert labels[VERSION_LABEL] == "v1.1.0+cu121"
    fingerprint = read_fingerprint(labels[FINGERPRINT_LABEL])
    assert fingerprint is not None
    assert {*fingerprint.parts} == {*Part}


def test_a_name_that_was_given_meanwhile_stays_and_the_others_are_given(bench: Bench) -> None:
    other = bench.build("v0.1.0").image
    taken = bench.repository.with_tag("try")
    (bench.folder / "app.py").write_text("print(2)\n")
    plan = bench.service.prepare(bench.folder, bench.snapshot(), Settings())
    request = plan.request("v1.0.0", ["try"], model=bench.model, repository=bench.repository)
    outcome = bench.service.build(
        bench.engine, request, Job(), lambda _: bench.engine.tag_image(other, taken)
    )
    assert outcome.references == (bench.repository.with_tag("v1.0.0"),)
    assert [*outcome.refused] == [taken]
    assert bench.named("try") == other
    assert bench.named("v1.0.0") == outcome.image
