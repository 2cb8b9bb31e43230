"""What every kind of records promises, asked of the fakes and of SQLite alike."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from modeldesk.core.build.model import BuildRecord, BuildState, BuildStep, StepState
from modeldesk.core.containers.model import Mount, PortBinding
from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import (
    NO_ENGINE,
    BuildId,
    ContainerId,
    DeploymentName,
    DiffId,
    EngineId,
    ImageId,
    ModelName,
)
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import KeptVersion, RemoteVersion
from modeldesk.core.ports import (
    BuildRecords,
    ImageRecords,
    ReleaseRecords,
    RemoteRecords,
    VersionRecords,
)
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    JournalEntry,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    VersionTarget,
)

NOON = datetime(2026, 4, 5, 12, 0, 0, 123456, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))


def image_id(number: int) -> ImageId:
    return ImageId(f"sha256:{number:064x}")


def detail(number: int) -> ImageDetail:
    """One with something in every field, odd text among it."""
    return ImageDetail(
        id=image_id(number),
        diff_ids=(DiffId(f"sha256:{number + 1:064x}"), DiffId(f"sha256:{number + 2:064x}")),
        history=(
            HistoryEntry("ADD file:1 in /", 5, datetime(1, 1, 1, tzinfo=UTC), "Imported from -"),
            HistoryEntry("COPY 模型.onnx /app/\n", 1 << 40, NOON, ""),
        ),
        config=ImageConfig(
            entrypoint=("python",),
            command=("-c", 'print("é\udcff")'),
            environment=("A=1",),
            user="1000",
            working_directory="/app",
            exposed_ports=("5000/tcp",),
            volumes=("/data",),
            stop_signal="SIGINT",
            healthcheck=("CMD", "true"),
        ),
        size_bytes=(1 << 40) + 5,
        architecture="amd64",
        operating_system="linux",
        labels={"io.modeldesk.model.name": "票据识别", "empty": ""},
    )


class ImageRecordsContract(ABC):
    @pytest.fixture
    @abstractmethod
    def records(self) -> ImageRecords: ...

    def test_gives_back_what_was_kept(self, records: ImageRecords) -> None:
        records.keep_image_details([detail(1), detail(2)])

        found = records.image_details([image_id(2), image_id(1), image_id(3)])

        assert dict(found) == {image_id(1): detail(1), image_id(2): detail(2)}

    def test_takes_a_bare_detail(self, records: ImageRecords) -> None:
        bare = ImageDetail(image_id(9), (), (), ImageConfig(), 0, "", "")
        records.keep_image_details([bare])

        assert records.image_details([image_id(9)]) == {image_id(9): bare}

    def test_keeping_again_changes_nothing(self, records: ImageRecords) -> None:
        records.keep_image_details([detail(1)])
        records.keep_image_details([detail(1)])

        assert records.image_details([image_id(1)]) == {image_id(1): detail(1)}

    def test_nothing_asked_nothing_found(self, records: ImageRecords) -> None:
        records.keep_image_details([])

        assert dict(records.image_details([])) == {}

    def test_many_at_once(self, records: ImageRecords) -> None:
        many = [detail(number) for number in range(1100)]
        records.keep_image_details(many)

        assert len(records.image_details(one.id for one in many)) == 1100

    def test_several_threads_at_once(self, records: ImageRecords) -> None:
        def work(number: int) -> bool:
            records.keep_image_details([detail(number)])
            return image_id(number) in records.image_details([image_id(number)])

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(work, range(40)))


def build_record(number: int = 1, **changes: Any) -> BuildRecord:
    record = BuildRecord(
        id=BuildId(f"build-{number}"),
        model=ModelName("票据识别"),
        folder="/models/odd \udcff name",
        references=(
            Reference.parse("registry.lan:5000/team/ocr:v1.0.0"),
            Reference.parse("team/ocr@sha256:" + "a" * 64),
        ),
        started=NOON + timedelta(minutes=number),
        state=BuildState.RUNNING,
        seconds=1.25,
        context_bytes=1 << 33,
        image=image_id(1),
        steps=(
            BuildStep("1", "[1/2] FROM python", StepState.DONE, True, 0.5, 3, 4, ""),
            BuildStep("2", "[2/2] COPY . .", StepState.FAILED, error="no room"),
        ),
        log="line one\nline two — 第二\n" * 200,
        error="COPY failed",
    )
    return replace(record, **changes)


class VersionRecordsContract(ABC):
    """Inherited by a test class for each kind of records."""

    @pytest.fixture
    @abstractmethod
    def records(self) -> VersionRecords: ...

    def version(self, model: str, number: int, name: str = "v1.0.0") -> KeptVersion:
        sizes = {LayerKind.BASE_IMAGE: 1 << 40, LayerKind.MODEL_WEIGHTS: number}
        return KeptVersion(ModelName(model), image_id(number), name, NOON, sizes)

    def test_each_model_has_its_own(self, records: VersionRecords) -> None:
        first, second = self.version("票据识别", 1), self.version("票据识别", 2, "odd 版\n")
        other = self.version("other", 1)
        records.keep_versions([first, second])
        records.keep_versions([other])
        found = records.kept_versions(first.model)
        assert sorted(found, key=lambda one: one.image) == [first, second]
        assert records.kept_versions(other.model) == (other,)
        assert records.kept_versions(ModelName("none")) == ()

    def test_a_name_that_is_no_text_harms_nobody(self, records: VersionRecords) -> None:
        records.keep_versions([self.version("odd \udcff", 1, "\udcff")])
        assert len(records.kept_versions(ModelName("odd \udcff"))) == 1

    def test_the_same_image_is_replaced(self, records: VersionRecords) -> None:
        records.keep_versions([self.version("m", 1, "nightly")])
        named = replace(self.version("m", 1, "v2.0.0"), created=NOON.astimezone(BEIJING))
        records.keep_versions([named])
        records.keep_versions([])
        assert records.kept_versions(ModelName("m")) == (named,)


class RemoteRecordsContract(ABC):
    """Inherited by a test class for each kind of records."""

    @pytest.fixture
    @abstractmethod
    def records(self) -> RemoteRecords: ...

    def version(self, tag: str, number: int, repository: str = "r.lan/rec") -> RemoteVersion:
        sizes = {LayerKind.BASE_IMAGE: 12, LayerKind.MODEL_WEIGHTS: 2**40}
        digest = f"sha256:{number:064x}"
        return RemoteVersion(repository, tag, digest, image_id(number), NOON, "票据", sizes)

    def test_each_repository_has_its_own(self, records: RemoteRecords) -> None:
        mine = [self.version("v1.0.0", 1), self.version("v1.1.0", 2), self.version("again", 1)]
        other = self.version("v1.0.0", 3, "other.lan:5000/rec")
        records.keep_remote_versions([*mine, other])
        found = records.remote_versions("r.lan/rec")
        assert sorted(found, key=lambda one: one.tag) == sorted(mine, key=lambda one: one.tag)
        assert records.remote_versions("other.lan:5000/rec") == (other,)
        assert records.remote_versions("r.lan/none") == ()

    def test_a_tag_that_moved_is_replaced(self, records: RemoteRecords) -> None:
        records.keep_remote_versions([self.version("v1.0.0", 1)])
        moved = replace(self.version("v1.0.0", 2), created=NOON.astimezone(BEIJING), model="\udcff")
        records.keep_remote_versions([moved])
        records.keep_remote_versions([])
        (found,) = records.remote_versions("r.lan/rec")
        assert (found.digest, found.created) == (moved.digest, moved.created)

    def test_what_is_forgotten(self, records: RemoteRecords) -> None:
        one, two = self.version("v1.0.0", 1), self.version("v1.1.0", 2)
        other = self.version("v1.0.0", 1, "other.lan/rec")
        records.keep_remote_versions([one, two, other])
        records.forget_remote_versions("r.lan/rec", ["v1.0.0", "none"])
        records.forget_remote_versions("r.lan/rec", [])
        assert records.remote_versions("r.lan/rec") == (two,)
        assert records.remote_versions("other.lan/rec") == (other,)


class BuildRecordsContract(ABC):
    @pytest.fixture
    @abstractmethod
    def records(self) -> BuildRecords: ...

    @abstractmethod
    def forget_owner(self, records: BuildRecords) -> BuildRecords:
        """The program that added the builds ends; the records as another one sees them."""

    def test_gives_back_what_was_added(self, records: BuildRecords) -> None:
        records.add_build(build_record())

        assert records.build(BuildId("build-1")) == build_record()
        assert records.build(BuildId("build-2")) is None

    def test_update_replaces_everything(self, records: BuildRecords) -> None:
        records.add_build(build_record(image=None, steps=(), log="", error="", references=()))
        records.update_build(build_record(state=BuildState.SUCCEEDED))

        assert records.build(BuildId("build-1")) == build_record(state=BuildState.SUCCEEDED)

    def test_recent_ones_newest_first_without_logs(self, records: BuildRecords) -> None:
        for number in (2, 1, 3):
            records.add_build(build_record(number))
        earlier = build_record(4, started=datetime(2026, 4, 5, 20, 1, 30, tzinfo=BEIJING))
        records.add_build(earlier)

        found = records.recent_builds()

        assert [record.id for record in found] == ["build-3", "build-2", "build-4", "build-1"]
        assert all(record.log == "" for record in found)
        assert replace(found[0], log=build_record().log) == build_record(3)
        assert [record.id for record in records.recent_builds(1)] == ["build-3"]

    def test_own_builds_are_not_interrupted(self, records: BuildRecords) -> None:
        records.add_build(build_record())

        assert records.mark_interrupted_builds() == 0
        found = records.build(BuildId("build-1"))
        assert found is not None
        assert found.state is BuildState.RUNNING

    def test_builds_of_an_ended_program_are_interrupted(self, records: BuildRecords) -> None:
        records.add_build(build_record(1))
        records.add_build(build_record(2, state=BuildState.FAILED))
        later = self.forget_owner(records)

        assert later.mark_interrupted_builds() == 1
        assert later.mark_interrupted_builds() == 0
        states = {record.id: record.state for record in later.recent_builds()}
        assert states == {"build-1": BuildState.INTERRUPTED, "build-2": BuildState.FAILED}


def target(number: int) -> VersionTarget:
    return VersionTarget(image_id(number), f"team/ocr:v{number}", f"sha256:{number:064x}")


HERE, THERE = EngineId("IMJP:3UXY /var/lib/docker"), EngineId("unix:///run/podman.sock")


def key(name: str = "ocr", engine: EngineId = HERE) -> DeploymentKey:
    return DeploymentKey(engine, DeploymentName(name))


def deployment(name: str = "ocr", engine: EngineId = HERE) -> Deployment:
    return Deployment(
        engine=engine,
        name=DeploymentName(name),
        model=ModelName("票据识别"),
        settings=ServiceSettings(
            ports=(PortBinding(5000, 8080), PortBinding(53, 0, "0.0.0.0", "udp")),
            environment={"MODE": "生产", "EMPTY": ""},
            secret_names=("TOKEN",),
            mounts=(Mount("/data", "/in", True), Mount("cache", "/cache")),
            health_timeout_s=12.5,
        ),
        current=target(1),
        container=ContainerId("c1"),
        created=NOON,
    )


def release(
    name: str = "ocr",
    state: ReleaseState = ReleaseState.RUNNING,
    engine: EngineId = HERE,
) -> Release:
    return Release(
        id=0,
        engine=engine,
        deployment=DeploymentName(name),
        kind=ReleaseKind.ROLLBACK,
        target=target(1),
        previous=target(2),
        started=NOON,
        who="mlops",
        why="accuracy fell",
        state=state,
    )


class ReleaseRecordsContract(ABC):
    @pytest.fixture
    @abstractmethod
    def records(self) -> ReleaseRecords: ...

    def test_deployments_are_saved_and_replaced(self, records: ReleaseRecords) -> None:
        records.save_deployment(deployment("b"))
        records.save_deployment(deployment("a"))
        stopped = replace(deployment("b"), current=None, container=None, settings=ServiceSettings())
        records.save_deployment(stopped)

        assert records.deployments() == (deployment("a"), stopped)
        assert records.deployment(key("b")) == stopped
        assert records.deployment(key("c")) is None

    def test_a_name_is_unique_on_one_engine_only(self, records: ReleaseRecords) -> None:
        here, there = deployment(), replace(deployment(engine=THERE), container=None)
        records.save_deployment(there)
        records.save_deployment(here)
        number = records.add_release(release(engine=THERE))

        assert records.deployments() == (here, there)
        assert records.deployment(key(engine=THERE)) == there
        assert records.releases(key()) == ()
        assert [one.id for one in records.releases(key(engine=THERE))] == [number]
        records.delete_deployment(key())
        assert records.deployments() == (there,)

    def test_a_deployment_moves_with_its_releases(self, records: ReleaseRecords) -> None:
        records.save_deployment(deployment(engine=NO_ENGINE))
        records.save_deployment(deployment("other", NO_ENGINE))
        finished = records.add_release(release(state=ReleaseState.SUCCEEDED, engine=NO_ENGINE))
        open_one = records.add_release(release(engine=NO_ENGINE))
        other = records.add_release(release("other", engine=NO_ENGINE))
        records.move(key(engine=NO_ENGINE), HERE)

        assert records.deployments() == (deployment(), deployment("other", NO_ENGINE))
        assert [one.id for one in records.releases(key())] == [open_one, finished]
        assert records.releases(key(engine=NO_ENGINE)) == ()
        assert [(one.id, one.engine) for one in records.unfinished_releases()] == [
            (open_one, HERE),
            (other, NO_ENGINE),
        ]

    def test_releases_without_a_deployment_move_too(self, records: ReleaseRecords) -> None:
        number = records.add_release(release(engine=THERE))
        records.save_deployment(deployment())
        records.move(key(engine=THERE), HERE)

        assert [one.id for one in records.releases(key())] == [number]

    def test_nothing_moves_onto_a_name_that_is_taken(self, records: ReleaseRecords) -> None:
        here, there = deployment(), deployment(engine=THERE)
        records.save_deployment(here)
        records.save_deployment(there)
        number = records.add_release(release(engine=THERE))
        records.move(key(engine=THERE), HERE)

        assert records.deployments() == (here, there)
        assert [one.id for one in records.releases(key(engine=THERE))] == [number]

    def test_engines_are_remembered_where_they_were_last(self, records: ReleaseRecords) -> None:
        assert dict(records.engine_addresses()) == {}
        records.keep_engine(EngineIdentity(HERE, "unix:///run/docker.sock"))
        records.keep_engine(EngineIdentity(THERE, "tcp://lab:2375"))
        records.keep_engine(EngineIdentity(HERE, "tcp://lab:2376"))

        assert dict(records.engine_addresses()) == {
            HERE: "tcp://lab:2376",
            THERE: "tcp://lab:2375",
        }

    def test_releases_outlive_their_deployment(self, records: ReleaseRecords) -> None:
        records.save_deployment(deployment())
        number = records.add_release(release())
        records.delete_deployment(key())
        records.delete_deployment(key())

        assert records.deployments() == ()
        assert records.releases(key()) == (replace(release(), id=number),)

    def test_releases_newest_first(self, records: ReleaseRecords) -> None:
        first = records.add_release(release())
        other = records.add_release(release("other"))
        second = records.add_release(replace(release(), previous=None))

        found = records.releases(key())

        assert [one.id for one in found] == [second, first]
        assert found[0].previous is None
        assert len({first, other, second}) == 3

    def test_finished_releases(self, records: ReleaseRecords) -> None:
        first, second = records.add_release(release()), records.add_release(release())
        finished = replace(
            release(),
            id=first,
            state=ReleaseState.RESTORED,
            finished=NOON + timedelta(seconds=4),
            error="never became healthy",
        )
        records.finish_release(finished)

        assert [one.id for one in records.unfinished_releases()] == [second]
        assert records.releases(key())[1] == finished

    def test_journal_in_the_order_written(self, records: ReleaseRecords) -> None:
        number, other = records.add_release(release()), records.add_release(release())
        entries = tuple(
            JournalEntry(number, position, "start", phase, container, NOON)
            for position, phase, container in (
                (1, StepPhase.STARTED, None),
                (0, StepPhase.DONE, ContainerId("c")),
                (1, StepPhase.UNDONE, None),
            )
        )
        for entry in entries:
            records.write_journal(entry)
        records.write_journal(replace(entries[0], release=other))

        assert records.journal(number) == entries
        assert records.journal(999) == ()

    def test_no_journal_without_a_release(self, records: ReleaseRecords) -> None:
        with pytest.raises(RecordsError):
            records.write_journal(JournalEntry(999, 0, "start", StepPhase.STARTED, None, NOON))
