"""What every kind of records promises, asked of the fakes and of SQLite alike."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any

import pytest

from modeldesk.core.build.model import (
    Asked,
    Builder,
    BuildRecord,
    BuildState,
    BuildStep,
    CacheUse,
    FileDigest,
    StepState,
)
from modeldesk.core.build.ports import BuildRecords, DigestRecords
from modeldesk.core.build.secret import SecretKind, SecretSource
from modeldesk.core.containers.model import ContainerLimits, Mount, PortBinding
from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.errors import RecordsError
from modeldesk.core.gateway.model import Split, SplitKey
from modeldesk.core.gateway.ports import SmokeRequest
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
from modeldesk.core.layers.model import Layer
from modeldesk.core.library.model import KeptVersion
from modeldesk.core.library.ports import ImageRecords, RemoteRecords, VersionRecords
from modeldesk.core.library.remote_model import RegistryLook, RemoteArtifact, RemoteVersion
from modeldesk.core.recipes.choice import Form, RecipeChoice, Stages
from modeldesk.core.recipes.kinds import BaseKind
from modeldesk.core.recipes.lock import Lock, Unlocked
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import (
    CanaryContainer,
    Deployment,
    DeploymentKey,
    EnvironmentName,
    JournalEntry,
    KeptContainer,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    VersionContainer,
    VersionTarget,
)
from modeldesk.core.releases.ports import ReleaseRecords

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
            BuildStep("2", "[2/2] COPY . .", StepState.FAILED, error="no room", layer_bytes=7),
        ),
        asked=Asked(
            dockerfile="FROM python\nCOPY . .\n",
            given_dockerfile=True,
            build_args={"PIP_INDEX": "https://lan/第一"},
            secrets={"token": SecretSource(SecretKind.FILE, "/run/odd \udcff name")},
            no_cache=True,
            builder=Builder.BUILDX,
            base="python",
            base_digest="sha256:" + "b" * 64,
            base_image="sha256:" + "d" * 64,
            revision="c" * 40,
            choice=RecipeChoice(
                "python:3.12-slim",
                Stages.MULTI,
                Form.BUILDKIT,
                BaseKind.ALPINE,
                "lan/hub",
                reproducible=True,
                lock=Lock(
                    PurePosixPath("deep/requirements.lock"),
                    "numpy==2.1.0 --hash=sha256:00\n",
                    ("numpy==2.1.0",),
                    "Python 3.12, linux/amd64",
                    (Unlocked("odd", "没有 wheel"),),
                    hides_password=True,
                    made_of=("numpy>=2", "odd"),
                ),
            ),
            texts={"serve.py": "print('模型')\n"},
            dockerignore="*.tmp\n",
            weights_from="registry.lan:5000/team/rec@sha256:" + "1" * 64,
        ),
        image_bytes=1 << 34,
        cache=CacheUse(1, 2, 3.5),
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

    def test_the_layers_of_a_version(self, records: RemoteRecords) -> None:
        layers = (
            Layer(DiffId("sha256:1"), "", 12, LayerKind.BASE_IMAGE),
            Layer(DiffId("sha256:2"), "", 2**40, LayerKind.MODEL_WEIGHTS),
        )
        one = replace(self.version("v1.0.0", 1), layers=layers)
        records.keep_remote_versions([one])
        assert records.remote_versions("r.lan/rec") == (one,)

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

    def test_a_model_without_an_image(self, records: RemoteRecords) -> None:
        one = replace(self.version("v1.0.0", 1), artifact="ModelPack", platforms=())
        records.keep_remote_versions([one])
        assert records.remote_versions("r.lan/rec") == records.every_remote_version() == (one,)

    def test_labels_once_they_were_read(self, records: RemoteRecords) -> None:
        unread = self.version("v1.0.0", 1)
        bare, full = (
            replace(unread, tag="v2", labels={}),
            replace(unread, tag="v3", labels={"io.modeldesk.model.framework": "票据"}),
        )
        records.keep_remote_versions([unread, bare, full])
        found = {one.tag: one for one in records.remote_versions("r.lan/rec")}
        assert found == {"v1.0.0": unread, "v2": bare, "v3": full}

    def test_every_repository_s(self, records: RemoteRecords) -> None:
        one, other = self.version("v1", 1), self.version("v1", 2, "other.lan/rec")
        records.keep_remote_versions([one, other])
        found = records.every_remote_version()
        assert sorted(found, key=lambda one: one.repository) == [other, one]

    def test_tags_that_move(self, records: RemoteRecords) -> None:
        records.keep_remote_channels("r.lan/rec", {"stable": "sha256:1", "latest": "sha256:2"})
        records.keep_remote_channels("r.lan/other", {"stable": "sha256:3"})
        records.keep_remote_channels("r.lan/rec", {"stable": "sha256:2"})
        assert records.remote_channels() == {
            "r.lan/rec": {"stable": "sha256:2"},
            "r.lan/other": {"stable": "sha256:3"},
        }
        records.keep_remote_channels("r.lan/rec", {})
        assert list(records.remote_channels()) == ["r.lan/other"]

    def test_platforms_once_they_were_read(self, records: RemoteRecords) -> None:
        unread = self.version("v1.0.0", 1)
        none = replace(unread, tag="v2", platforms=())
        two = replace(unread, tag="v3", platforms=("linux/amd64", "linux/arm64/v8"), attestations=2)
        records.keep_remote_versions([unread, none, two])
        found = {one.tag: one for one in records.remote_versions("r.lan/rec")}
        assert found == {"v1.0.0": unread, "v2": none, "v3": two}

    def test_what_is_no_image(self, records: RemoteRecords) -> None:
        chart = RemoteArtifact("r.lan/rec", "chart", "sha256:1", "application/票据")
        weights = RemoteArtifact("r.lan/rec", "weights", "sha256:2", "application/x")
        other = RemoteArtifact("r.lan/other", "chart", "sha256:1", "application/x")
        records.keep_remote_artifacts("r.lan/rec", [chart])
        records.keep_remote_artifacts("r.lan/rec", [weights])
        records.keep_remote_artifacts("r.lan/other", [other])
        assert records.remote_artifacts("r.lan/rec") == (weights,)
        assert set(records.every_remote_artifact()) == {weights, other}

    def test_a_repository_that_is_gone(self, records: RemoteRecords) -> None:
        one, other = self.version("v1", 1), self.version("v1", 2, "other.lan/rec")
        records.keep_remote_versions([one, other])
        records.keep_remote_channels("r.lan/rec", {"stable": one.digest})
        records.keep_remote_artifacts(
            "r.lan/rec", [RemoteArtifact("r.lan/rec", "chart", "sha256:1", "x")]
        )
        records.forget_remote_repository("r.lan/rec")
        assert records.every_remote_version() == (other,)
        assert records.remote_channels() == {}
        assert records.every_remote_artifact() == ()

    def test_the_last_look_at_each_registry(self, records: RemoteRecords) -> None:
        first = RegistryLook("r.lan", NOON, 3, 20, 1)
        other = RegistryLook("other.lan:5000", NOON, 1, 2, 0)
        again = replace(first, finished=NOON + timedelta(hours=1), versions=21)
        for look in (first, other, again):
            records.keep_registry_look(look)
        assert set(records.registry_looks()) == {again, other}


class DigestRecordsContract(ABC):
    @pytest.fixture
    @abstractmethod
    def records(self) -> DigestRecords: ...

    def test_what_is_kept_of_a_folder(self, records: DigestRecords) -> None:
        one, two = FileDigest("1:2.3", "ab" * 32), FileDigest("4:5.6", "cd" * 32)
        records.keep_digests("/a", {"model.pkl": one, "模型/x.bin": two}, [])
        records.keep_digests("/b", {"model.pkl": two}, ())
        assert records.digests("/a") == {"model.pkl": one, "模型/x.bin": two}
        assert records.digests("/b") == {"model.pkl": two}
        assert records.digests("/c") == {}

    def test_what_changes_and_goes(self, records: DigestRecords) -> None:
        one, two = FileDigest("1:2.3", "ab" * 32), FileDigest("4:5.6", "cd" * 32)
        records.keep_digests("/a", {"a": one, "b": one, "c": one}, [])
        records.keep_digests("/a", {"a": two}, {"b", "never"})
        assert records.digests("/a") == {"a": two, "c": one}


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
        done = build_record(state=BuildState.SUCCEEDED, error="", warnings=("No git tag.",))
        records.update_build(done)

        assert records.build(BuildId("build-1")) == done

    def test_recent_ones_newest_first_without_logs(self, records: BuildRecords) -> None:
        for number in (2, 1, 3):
            records.add_build(build_record(number))
        earlier = build_record(4, started=datetime(2026, 4, 5, 20, 1, 30, tzinfo=BEIJING))
        records.add_build(earlier)

        found = records.recent_builds()

        assert [record.id for record in found] == ["build-3", "build-2", "build-4", "build-1"]
        assert all(record.log == "" for record in found)
        assert found[0] == build_record(3, log="", asked=Asked())
        assert [record.id for record in records.recent_builds(1)] == ["build-3"]

    def test_what_is_to_be_said_of_a_build_that_succeeded(self, records: BuildRecords) -> None:
        said = ("stable could not be set: in use", "No git tag “v1”: 已存在 \udcff")
        done = build_record(state=BuildState.SUCCEEDED, error="", warnings=said)
        records.add_build(build_record())
        records.update_build(done)
        found = records.build(done.id)
        assert found is not None
        assert (found.state, found.error) == (BuildState.SUCCEEDED, "")
        assert found.warnings[0] == said[0]
        assert found.warnings[1].startswith("No git tag “v1”: 已存在")
        (row,) = records.build_history()
        assert row.warnings == found.warnings

    def test_the_history_of_all_or_of_a_model(self, records: BuildRecords) -> None:
        for number in (1, 3, 2):
            records.add_build(build_record(number))
        records.add_build(build_record(4, model=ModelName("other"), cache=None, image_bytes=None))
        found = records.build_history()
        assert [record.id for record in found] == ["build-4", "build-3", "build-2", "build-1"]
        row = build_record(3, steps=(), log="", asked=Asked())
        assert found[1] == row
        assert records.build_history(ModelName("other")) == found[:1]
        assert records.build_history(ModelName("nobody")) == ()

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


def version_container(number: int) -> VersionContainer:
    return VersionContainer(
        number, ContainerId(f"c{number}"), f"172.18.0.{number}", target(number), number // 2
    )


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

    def test_what_stands_behind_a_gateway(self, records: ReleaseRecords) -> None:
        """Every part of it comes back, and goes again."""
        settings = replace(
            deployment().settings,
            limits=ContainerLimits(2_000_000_000, 1.5, -1),
            locked_down=True,
            smoke=SmokeRequest("POST", "/predict", b"\x00\xff{}", "application/x"),
            keep_warm_s=5.5,
            drain_s=0.0,
        )
        full = replace(
            deployment(),
            settings=settings,
            environment=EnvironmentName("staging"),
            revision=7,
            release=12,
            serving=11,
            address="172.18.0.4",
            gateway_image="sha256:77",
            stopped=True,
            kept=(
                KeptContainer(version_container(10), NOON),
                KeptContainer(version_container(9), NOON - timedelta(hours=1)),
            ),
            canary=CanaryContainer(
                version_container(12),
                Split("r12", 2_500, SplitKey.COOKIE, "kunde", "salt"),
                mirrored=True,
            ),
        )
        records.save_deployment(full)
        records.save_deployment(deployment("other"))
        assert records.deployments() == (full, deployment("other"))
        bare = replace(full, kept=full.kept[:1], canary=CanaryContainer(version_container(13)))
        records.save_deployment(bare)
        assert records.deployment(key()) == bare
        records.save_deployment(replace(bare, kept=(), canary=None))
        assert records.deployment(key()) == replace(bare, kept=(), canary=None)
        records.save_deployment(full)
        records.move(key(), THERE)
        assert records.deployment(key(engine=THERE)) == replace(full, engine=THERE)
        records.delete_deployment(key(engine=THERE))
        assert records.deployments() == (deployment("other"),)
        records.save_deployment(deployment(engine=THERE))
        assert records.deployment(key(engine=THERE)) == deployment(engine=THERE)

    def test_settings_are_kept_by_revision(self, records: ReleaseRecords) -> None:
        one, two = ServiceSettings(secret_names=("A",)), ServiceSettings(keep_warm_s=1.0)
        records.keep_settings(key(), 1, two)
        records.keep_settings(key(), 1, one)
        records.save_deployment(replace(deployment(), revision=2, settings=two))
        records.keep_settings(key("other"), 1, two)
        assert list(records.settings(key()).items()) == [(2, two), (1, one)]
        records.delete_deployment(key())
        records.move(key(), THERE)
        assert records.settings(key()) == {}
        assert records.settings(key(engine=THERE)) == {1: one, 2: two}

    def test_canaries_that_stand(self, records: ReleaseRecords) -> None:
        first = records.add_release(release(state=ReleaseState.ROLLING))
        records.add_release(release())
        records.add_release(release(state=ReleaseState.ABORTED))
        canary = replace(release(state=ReleaseState.ROLLING), kind=ReleaseKind.CANARY, revision=3)
        second = records.add_release(canary)
        assert [one.id for one in records.rolling_releases()] == [first, second]
        assert records.rolling_releases()[1] == replace(canary, id=second)
        ended = replace(canary, id=second, state=ReleaseState.ABORTED, ended_by="mei · 美")
        records.finish_release(ended)
        assert records.releases(canary.key)[0] == ended

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
