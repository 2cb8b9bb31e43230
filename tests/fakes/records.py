"""Records in memory. They pass the contract suite of the real ones."""

import itertools
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from modeldesk.core.build.model import Asked, BuildRecord, BuildState, FileDigest
from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import BuildId, EngineId, ImageId, ModelName
from modeldesk.core.images import ImageDetail
from modeldesk.core.library.model import KeptVersion
from modeldesk.core.library.remote_model import RegistryLook, RemoteArtifact, RemoteVersion
from modeldesk.core.metadata.document import edit_id
from modeldesk.core.metadata.model import Edit
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    JournalEntry,
    Release,
    ReleaseState,
    ServiceSettings,
)
from modeldesk.core.trial.model import Trial, TrialSummary


class _Failing:
    """`failure` is raised by every call while it is set; `calls` counts all of them."""

    def __init__(self) -> None:
        self.failure: RecordsError | None = None
        self.calls = 0
        self._lock = threading.RLock()

    def _called(self) -> None:
        with self._lock:
            self.calls += 1
        if self.failure is not None:
            raise self.failure


class FakeImageRecords(_Failing):
    """Implements `ImageRecords`."""

    def __init__(self, details: Iterable[ImageDetail] = ()) -> None:
        super().__init__()
        self.kept: dict[ImageId, ImageDetail] = {detail.id: detail for detail in details}

    def image_details(self, ids: Iterable[ImageId]) -> Mapping[ImageId, ImageDetail]:
        self._called()
        with self._lock:
            return {image: self.kept[image] for image in ids if image in self.kept}

    def keep_image_details(self, details: Iterable[ImageDetail]) -> None:
        self._called()
        with self._lock:
            self.kept.update((detail.id, detail) for detail in details)


class FakeVersionRecords(_Failing):
    """Implements `VersionRecords`."""

    def __init__(self, versions: Iterable[KeptVersion] = ()) -> None:
        super().__init__()
        self.kept = {(version.model, version.image): version for version in versions}

    def keep_versions(self, versions: Iterable[KeptVersion]) -> None:
        self._called()
        with self._lock:
            self.kept.update({(one.model, one.image): one for one in versions})

    def kept_versions(self, model: ModelName) -> tuple[KeptVersion, ...]:
        self._called()
        with self._lock:
            return tuple(one for one in self.kept.values() if one.model == model)


class FakeRemoteRecords(_Failing):
    """Implements `RemoteRecords`."""

    def __init__(self, versions: Iterable[RemoteVersion] = ()) -> None:
        super().__init__()
        self.kept = {(version.repository, version.tag): version for version in versions}
        self.channels: dict[str, dict[str, str]] = {}
        self.artifacts: dict[str, tuple[RemoteArtifact, ...]] = {}
        self.looks: dict[str, RegistryLook] = {}

    def remote_versions(self, repository: str) -> tuple[RemoteVersion, ...]:
        self._called()
        with self._lock:
            return tuple(one for one in self.kept.values() if one.repository == repository)

    def keep_remote_versions(self, versions: Iterable[RemoteVersion]) -> None:
        self._called()
        with self._lock:
            self.kept.update({(one.repository, one.tag): one for one in versions})

    def forget_remote_versions(self, repository: str, tags: Iterable[str]) -> None:
        self._called()
        with self._lock:
            for tag in tags:
                self.kept.pop((repository, tag), None)

    def every_remote_version(self) -> tuple[RemoteVersion, ...]:
        self._called()
        with self._lock:
            return tuple(self.kept.values())

    def keep_remote_channels(self, repository: str, channels: Mapping[str, str]) -> None:
        self._called()
        with self._lock:
            self.channels.pop(repository, None)
            if channels:
                self.channels[repository] = dict(channels)

    def remote_channels(self) -> Mapping[str, Mapping[str, str]]:
        self._called()
        with self._lock:
            return {repository: dict(kept) for repository, kept in self.channels.items()}

    def keep_remote_artifacts(self, repository: str, artifacts: Iterable[RemoteArtifact]) -> None:
        self._called()
        with self._lock:
            self.artifacts[repository] = tuple(artifacts)

    def remote_artifacts(self, repository: str) -> tuple[RemoteArtifact, ...]:
        self._called()
        with self._lock:
            return self.artifacts.get(repository, ())

    def every_remote_artifact(self) -> tuple[RemoteArtifact, ...]:
        self._called()
        with self._lock:
            return tuple(one for kept in self.artifacts.values() for one in kept)

    def forget_remote_repository(self, repository: str) -> None:
        self._called()
        with self._lock:
            self.kept = {key: one for key, one in self.kept.items() if key[0] != repository}
            self.channels.pop(repository, None)
            self.artifacts.pop(repository, None)

    def keep_registry_look(self, look: RegistryLook) -> None:
        self._called()
        with self._lock:
            self.looks[look.registry] = look

    def registry_looks(self) -> tuple[RegistryLook, ...]:
        self._called()
        with self._lock:
            return tuple(self.looks.values())


class FakeMetadataRecords(_Failing):
    """Implements `MetadataRecords`."""

    def __init__(self) -> None:
        super().__init__()
        self._edits: dict[ImageId, dict[str, Edit]] = {}
        self._attached: dict[str, set[str]] = {}

    def edits(self, image: ImageId) -> tuple[Edit, ...]:
        self._called()
        with self._lock:
            return tuple(self._edits.get(image, {}).values())

    def every_edit(self) -> Mapping[ImageId, tuple[Edit, ...]]:
        self._called()
        with self._lock:
            return {image: tuple(edits.values()) for image, edits in self._edits.items()}

    def keep_edits(self, image: ImageId, edits: Iterable[Edit]) -> None:
        self._called()
        with self._lock:
            kept = self._edits.setdefault(image, {})
            for edit in edits:
                kept.setdefault(edit_id(edit), edit)

    def attached(self, repository: str) -> frozenset[str]:
        self._called()
        with self._lock:
            return frozenset(self._attached.get(repository, ()))

    def note_attached(self, repository: str, tags: Iterable[str]) -> None:
        self._called()
        with self._lock:
            self._attached.setdefault(repository, set()).update(tags)


class FakeDigestRecords(_Failing):
    """Implements `DigestRecords`."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, dict[str, FileDigest]] = {}

    def digests(self, folder: str) -> Mapping[str, FileDigest]:
        self._called()
        with self._lock:
            return dict(self.kept.get(folder, {}))

    def keep_digests(
        self, folder: str, new: Mapping[str, FileDigest], gone: Collection[str]
    ) -> None:
        self._called()
        with self._lock:
            kept = self.kept.setdefault(folder, {})
            for path in gone:
                kept.pop(path, None)
            kept.update(new)


class FakeBuildRecords(_Failing):
    """Implements `BuildRecords`. A build in `foreign` belongs to another program that lives."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: set[BuildId] = set()
        self._builds: dict[BuildId, BuildRecord] = {}
        self._ours: set[BuildId] = set()

    def add_build(self, record: BuildRecord) -> None:
        self._called()
        with self._lock:
            self._builds[record.id] = record
            self._ours.add(record.id)

    def update_build(self, record: BuildRecord) -> None:
        self._called()
        with self._lock:
            if record.id in self._builds:
                self._builds[record.id] = record

    def build(self, build: BuildId) -> BuildRecord | None:
        self._called()
        return self._builds.get(build)

    def recent_builds(self, limit: int = 100) -> tuple[BuildRecord, ...]:
        self._called()
        with self._lock:
            newest = list(reversed(self._builds.values()))
        newest.sort(key=lambda record: record.started, reverse=True)
        return tuple(replace(record, log="", asked=Asked()) for record in newest[:limit])

    def build_history(self, model: ModelName | None = None) -> tuple[BuildRecord, ...]:
        return tuple(
            replace(record, steps=())
            for record in self.recent_builds(1_000_000)
            if model in (None, record.model)
        )

    def mark_interrupted_builds(self) -> int:
        self._called()
        with self._lock:
            dead = [
                record
                for record in self._builds.values()
                if record.state is BuildState.RUNNING and record.id not in self._ours | self.foreign
            ]
            for record in dead:
                self._builds[record.id] = replace(record, state=BuildState.INTERRUPTED)
            return len(dead)

    def forget(self) -> None:
        """No build is on record any more."""
        with self._lock:
            self._builds.clear()

    def lose_owner(self) -> None:
        """The program that added the builds so far has ended."""
        with self._lock:
            self._ours.clear()


class FakeReleaseRecords(_Failing):
    """Implements `ReleaseRecords`."""

    def __init__(self) -> None:
        super().__init__()
        self._deployments: dict[DeploymentKey, Deployment] = {}
        self._addresses: dict[EngineId, str] = {}
        self._releases: dict[int, Release] = {}
        self._settings: dict[DeploymentKey, dict[int, ServiceSettings]] = {}
        self._journal: list[JournalEntry] = []
        self._numbers = itertools.count(1)

    def deployments(self) -> tuple[Deployment, ...]:
        self._called()
        with self._lock:
            return tuple(sorted(self._deployments.values(), key=lambda one: (one.name, one.engine)))

    def deployment(self, key: DeploymentKey) -> Deployment | None:
        self._called()
        return self._deployments.get(key)

    def save_deployment(self, deployment: Deployment) -> None:
        self._called()
        with self._lock:
            self._deployments[deployment.key] = deployment
            kept = self._settings.setdefault(deployment.key, {})
            kept[deployment.revision] = deployment.settings

    def keep_settings(self, key: DeploymentKey, revision: int, settings: ServiceSettings) -> None:
        self._called()
        with self._lock:
            self._settings.setdefault(key, {})[revision] = settings

    def settings(self, key: DeploymentKey) -> dict[int, ServiceSettings]:
        self._called()
        with self._lock:
            return dict(sorted(self._settings.get(key, {}).items(), reverse=True))

    def delete_deployment(self, key: DeploymentKey) -> None:
        self._called()
        with self._lock:
            self._deployments.pop(key, None)

    def move(self, key: DeploymentKey, engine: EngineId) -> None:
        self._called()
        to = DeploymentKey(engine, key.name)
        with self._lock:
            if key in self._deployments and to in self._deployments:
                return
            found = self._deployments.pop(key, None)
            if found is not None:
                self._deployments[to] = replace(found, engine=engine)
            moved = self._settings.pop(key, {})
            self._settings[to] = {**self._settings.get(to, {}), **moved}
            for number, release in self._releases.items():
                if release.key == key:
                    self._releases[number] = replace(release, engine=engine)

    def keep_engine(self, engine: EngineIdentity) -> None:
        self._called()
        self._addresses[engine.id] = engine.address

    def engine_addresses(self) -> dict[EngineId, str]:
        self._called()
        return dict(self._addresses)

    def add_release(self, release: Release) -> int:
        self._called()
        with self._lock:
            number = next(self._numbers)
            self._releases[number] = replace(release, id=number)
            return number

    def finish_release(self, release: Release) -> None:
        self._called()
        with self._lock:
            if release.id in self._releases:
                self._releases[release.id] = release

    def releases(self, key: DeploymentKey) -> tuple[Release, ...]:
        self._called()
        with self._lock:
            found = [one for one in self._releases.values() if one.key == key]
        return tuple(reversed(found))

    def unfinished_releases(self) -> tuple[Release, ...]:
        self._called()
        with self._lock:
            return tuple(
                one for one in self._releases.values() if one.state is ReleaseState.RUNNING
            )

    def rolling_releases(self) -> tuple[Release, ...]:
        self._called()
        with self._lock:
            return tuple(
                one for one in self._releases.values() if one.state is ReleaseState.ROLLING
            )

    def write_journal(self, entry: JournalEntry) -> None:
        self._called()
        with self._lock:
            if entry.release not in self._releases:
                raise RecordsError("There is no such release.")
            self._journal.append(entry)

    def journal(self, release: int) -> tuple[JournalEntry, ...]:
        self._called()
        with self._lock:
            return tuple(entry for entry in self._journal if entry.release == release)


class FakeTrialRecords(_Failing):
    """Implements `TrialRecords`."""

    def __init__(self, trials: Iterable[Trial] = ()) -> None:
        super().__init__()
        self._trials = {trial.id: trial for trial in trials}

    def add_trial(self, trial: Trial) -> None:
        self._called()
        with self._lock:
            self._trials[trial.id] = trial

    def trial(self, trial: str) -> Trial | None:
        self._called()
        return self._trials.get(trial)

    def recent_trials(self, limit: int = 100) -> tuple[TrialSummary, ...]:
        self._called()
        with self._lock:
            newest = list(reversed(self._trials.values()))
        newest.sort(key=lambda trial: trial.started, reverse=True)
        return tuple(
            TrialSummary(one.id, one.started, one.folder, one.model, one.commit)
            for one in newest[:limit]
        )
