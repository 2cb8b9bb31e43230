"""The names of a build: proposed, refused, given."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.core.build.model import BuildOutcome, BuildRequest, BuildState
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import (
    EngineError,
    EngineUnavailable,
    InvalidVersion,
    RecordsBusy,
    RuleBroken,
)
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.service import Library
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.names import Scheme
from modeldesk.core.versioning.proposals import ProposedVersion
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.records import (
    FakeBuildRecords,
    FakeDigestRecords,
    FakeImageRecords,
    FakeRemoteRecords,
)
from tests.fakes.source_control import FakeSourceControl

NOW = datetime(2026, 4, 5, 12, 30, tzinfo=UTC)
HERE = Reference("r.lan", "churn")


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = FakeEngine()
        self.engine.add_image("python:3.11")
        self.records = FakeBuildRecords()
        self.remote = FakeRemoteRecords()
        self.service = BuildService(
            self.records,
            FakeSourceControl(),
            lambda: NOW,
            FakeDeploymentLocks(),
            resources.path("serving"),
            digests=FakeDigestRecords(),
            remote=self.remote,
            channels=lambda: self,
        )
        self.noted: list[tuple[str, Reference, ImageId | None, str]] = []
        self.asked: list[tuple[str, tuple[str, ...], str]] = []
        self.refuses = False

    def note_built(
        self,
        engine: ImageEngine,
        model: ModelName,
        version: str,
        image: ImageId,
        moved: Mapping[Reference, tuple[ImageId | None, str]],
        labels: Mapping[str, str],
        why: str,
    ) -> None:
        """The builds' own word of the channels that they moved."""
        self.noted += [(version, tag, had, before) for tag, (had, before) in moved.items()]

    def check_built(
        self,
        version: str,
        labels: Mapping[str, str],
        channels: Collection[str],
        why: str,
        *,
        override: bool,
    ) -> None:
        """What channels say of a version that is to be built."""
        self.asked.append((version, tuple(channels), why))
        if self.refuses and not override:
            raise RuleBroken("not fit")

    def request(self, *tags: str) -> BuildRequest:
        plan = self.service.prepare(
            self.folder, self.snapshot(), Settings(default_registry="r.lan")
        )
        return plan.request(tags[0], tags[1:], repository=HERE)

    def build(self, *tags: str) -> BuildOutcome:
        return self.service.build(self.engine, self.request(*tags), Job(), lambda _: None)

    def proposal(self) -> ProposedVersion:
        return self.service.next_semantic(self.request("v0.0.1"), self.snapshot(), Job())

    def snapshot(self) -> LibrarySnapshot:
        return Library(FakeImageRecords()).reload(self.engine)

    def is_in_registry(self, tag: str, image: str = "sha256:other") -> None:
        one = RemoteVersion("r.lan/churn", tag, "sha256:m", ImageId(image), NOW, "churn", {})
        self.remote.keep_remote_versions([one])

    def named(self) -> dict[str, ImageId]:
        return {tag.tag: image.id for image in self.engine.list_images() for tag in image.tags}

    def log(self) -> str:
        newest = self.records.recent_builds()[0]
        found = self.records.build(newest.id)
        assert found is not None
        return found.log


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "churn"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM python:3.11\nEXPOSE 5000\nCOPY . /app/\n")
    (folder / "app.py").write_text("print()\n")
    (folder / "model.safetensors").write_text("weights")
    return Bench(folder)


# What is proposed


def test_the_first_version(bench: Bench) -> None:
    assert bench.proposal() == ProposedVersion("v1.0.0", "first version")


@pytest.mark.parametrize(
    ("file", "text", "tag", "because"),
    [
        ("app.py", "print(2)", "v1.4.3", "because the code changed since v1.4.2"),
        ("model.safetensors", "others!", "v1.5.0", "because the weights changed since v1.4.2"),
        ("README.md", "# Churn", "v1.4.3", "because the documentation changed since v1.4.2"),
        ("app.py", "print()\n", "v1.4.3", "though nothing changed since v1.4.2"),
        (
            "Dockerfile",
            "FROM python:3.11\nEXPOSE 80\nCOPY . /app/\n",
            "v2.0.0",
            "because the interface and the Dockerfile changed since v1.4.2",
        ),
    ],
)
def test_the_next_version_goes_by_what_changed(
    bench: Bench, file: str, text: str, tag: str, because: str
) -> None:
    bench.build("v1.4.2")
    (bench.folder / file).write_text(text)
    assert bench.proposal() == ProposedVersion(tag, "next after v1.4.2", because)


def test_an_image_that_does_not_tell_is_followed_as_before(bench: Bench) -> None:
    bench.engine.add_image("r.lan/churn:v1.4.2")
    proposed = bench.proposal()
    assert proposed.tag == "v1.5.0"
    assert proposed.because == "the next after v1.4.2, which does not tell what it was built from"


def test_a_version_of_the_registry_is_followed_too(bench: Bench) -> None:
    bench.build("v1.4.2")
    bench.is_in_registry("v1.6.0")
    proposed = bench.proposal()
    assert proposed.tag == "v1.7.0"
    assert proposed.because == "the next after v1.6.0, which is not on this engine"
    plan = bench.service.prepare(bench.folder, bench.snapshot(), Settings())
    assert plan.versions[Scheme.SEMANTIC].tag == "v1.7.0"
    assert plan.elsewhere == {"v1.6.0"}


def test_of_two_repositories_the_own_one_counts(bench: Bench) -> None:
    bench.engine.add_image("elsewhere.lan/churn:v1.4.2")
    bench.build("v1.4.2")
    assert bench.proposal().because == "though nothing changed since v1.4.2"


# What is refused


def test_a_name_that_a_registry_has_is_refused_with_one_that_is_free(bench: Bench) -> None:
    bench.is_in_registry("v1.0.0")
    bench.is_in_registry("v1.0.1")
    with pytest.raises(InvalidVersion, match="exists already in the registry") as raised:
        bench.build("v1.0.0")
    assert raised.value.hint == "Choose another version; v1.0.2 is free."
    assert bench.engine.calls.get("build", 0) == 0


def test_a_registry_that_is_not_known_refuses_nothing(bench: Bench) -> None:
    bench.is_in_registry("v1.0.0")
    bench.remote.failure = RecordsBusy("Busy.")
    assert bench.build("v1.0.0").references == (HERE.with_tag("v1.0.0"),)


# What is given


def test_several_names_are_given_to_one_image(bench: Bench) -> None:
    outcome = bench.build("v1.0.0", "a1b2c3d4", "cu121", "candidate", "latest")
    names = ("v1.0.0", "a1b2c3d4", "cu121", "candidate", "latest")
    assert [one.tag for one in outcome.references] == [*names]
    assert all(bench.named()[name] == outcome.image for name in names)
    assert not outcome.refused
    assert not outcome.moved


def test_a_channel_moves_and_it_is_said_from_where(bench: Bench) -> None:
    before = bench.build("v1.0.0", "stable")
    (bench.folder / "app.py").write_text("print(2)\n")
    outcome = bench.build("v1.0.1", "stable")
    assert outcome.moved == {HERE.with_tag("stable"): "v1.0.0"}
    assert outcome.changes.images == {before.image, outcome.image}
    assert "stable moved from v1.0.0 to v1.0.1." in bench.log()
    stable = HERE.with_tag("stable")
    assert bench.noted == [
        ("v1.0.0", stable, None, ""),
        ("v1.0.1", stable, before.image, "v1.0.0"),
    ]


def test_names_that_can_be_given_are_given_though_another_can_not(bench: Bench) -> None:
    request = bench.request("v1.0.0", "try", "stable")
    other = bench.engine.add_image("other:1")

    def take(_: object) -> None:
        bench.engine.tag_image(other, HERE.with_tag("try"))

    outcome = bench.service.build(bench.engine, request, Job(), take)
    assert outcome.references == (HERE.with_tag("v1.0.0"), HERE.with_tag("stable"))
    assert {one.tag: type(error) for one, error in outcome.refused.items()} == {
        "try": InvalidVersion
    }
    assert bench.named()["try"] == other
    assert bench.named()["stable"] == outcome.image
    assert "try could not be set: r.lan/churn:try exists already" in bench.log()
    record = bench.records.recent_builds()[0]
    assert (record.state, record.references) == (BuildState.SUCCEEDED, outcome.references)


def test_an_engine_that_is_lost_between_two_names_keeps_the_first(bench: Bench) -> None:
    request = bench.request("v1.0.0", "try")
    real = bench.engine.tag_image

    def tag(image: ImageId, reference: Reference) -> None:
        if reference.tag == "try":
            raise EngineUnavailable("Gone.")
        real(image, reference)

    bench.engine.tag_image = tag  # type: ignore[method-assign]  # one call of many is to fail
    outcome = bench.service.build(bench.engine, request, Job(), lambda _: None)
    assert outcome.references == (HERE.with_tag("v1.0.0"),)
    assert [*outcome.refused] == [HERE.with_tag("try")]


def test_a_channel_does_not_move_to_an_image_without_a_version(bench: Bench) -> None:
    old = bench.build("v1.0.0", "stable").image
    (bench.folder / "app.py").write_text("print(2)\n")
    bench.engine.fail_next("tag_image", EngineError("No room."))
    with pytest.raises(EngineError, match="No room"):
        bench.build("v1.0.1", "stable")
    assert bench.named()["stable"] == old


def test_a_name_that_the_same_image_has_is_no_matter(bench: Bench) -> None:
    image = bench.engine.add_image("r.lan/churn:v1.0.0")
    bench.is_in_registry("v1.1.0", image)
    holders = bench.service.names.holders(bench.engine, bench.request("v1.0.0"))
    names = [HERE.with_tag("v1.0.0"), HERE.with_tag("v1.1.0")]
    holders.check(names, NOW, image)
    for name in names:
        with pytest.raises(InvalidVersion):
            holders.check([name], NOW, ImageId("sha256:another"))


def test_a_plus_is_written_otherwise_and_kept_in_full(bench: Bench) -> None:
    outcome = bench.build("v1.2.0+cu121", "1.2+x")
    (image,) = [one for one in bench.engine.list_images() if one.id == outcome.image]
    assert {tag.tag for tag in image.tags} == {"v1.2.0_cu121", "1.2_x"}
    assert image.labels["org.opencontainers.image.version"] == "v1.2.0+cu121"


def test_the_rules_of_a_channel_are_asked_before_anything_is_built(bench: Bench) -> None:
    bench.refuses = True
    with pytest.raises(RuleBroken):
        bench.build("v1.0.0", "stable")
    assert bench.asked == [("v1.0.0", ("stable",), "")]
    assert bench.engine.calls.get("build", 0) == 0
    assert bench.records.recent_builds() == ()
    request = replace(bench.request("v1.0.0", "stable"), channel_why="urgent", override=True)
    bench.service.build(bench.engine, request, Job(), lambda _: None)
    assert [one[1].tag for one in bench.noted] == ["stable"]
    bench.build("v1.1.0", "try")
    assert len(bench.asked) == 2, "what is no channel has no rules"
