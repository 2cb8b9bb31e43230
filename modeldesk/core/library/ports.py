"""What the library asks of the outside world: what it keeps, and what registries have."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from modeldesk.core.ids import DiffId, ImageId, ModelName
from modeldesk.core.images import ImageDetail
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.parts import Told
from modeldesk.core.library.model import KeptVersion
from modeldesk.core.library.remote_model import (
    BrowsedRegistry,
    BrowseListener,
    KnownRepository,
    RegistryLook,
    RemoteArtifact,
    RemoteVersion,
    RemoteVersions,
)


class ImageRecords(Protocol):
    """Image details kept by image id: they never change, so each is asked for once."""

    def image_details(self, ids: Iterable[ImageId]) -> Mapping[ImageId, ImageDetail]:
        """The details known among `ids`."""
        ...

    def keep_image_details(self, details: Iterable[ImageDetail]) -> None: ...


class ToldKinds(Protocol):
    """What layers that were looked into tell of their kinds."""

    def told_layers(self, layers: Collection[DiffId] | None = None) -> Mapping[DiffId, Told]:
        """What is known of `layers`; None: of every layer, by one query."""
        ...


class VersionRecords(Protocol):
    """Every version that was ever seen, so that a model's history outlives its images."""

    def keep_versions(self, versions: Iterable[KeptVersion]) -> None:
        """Keep them; one of the same model and image is replaced."""
        ...

    def kept_versions(self, model: ModelName) -> tuple[KeptVersion, ...]:
        """All of a model, in no order."""
        ...


class VersionRegistry(Protocol):
    """Asks registries which versions they have. Nothing is fetched but manifests and
    configurations."""

    def versions(
        self,
        repository: str,
        known: KnownRepository,
        on_news: Callable[[RemoteVersion], None],
        token: CancelToken,
    ) -> RemoteVersions:
        """The versions in `repository` (with its registry). What is among `known` by its digest
        is not read again. Each that is not as known goes to `on_news` as soon as it is, in the
        caller's thread, so that it can be kept. Raises `RegistryError` (`NotInRegistry` when
        there is no such repository), `InvalidReference`, `Cancelled`."""
        ...

    def browse(
        self,
        registry: str,
        named: Sequence[str],
        known: Mapping[str, KnownRepository],
        listener: BrowseListener,
        token: CancelToken,
    ) -> BrowsedRegistry:
        """All that `registry` (a host) lists, and the repositories `named` (with the registry);
        these alone where it lists none. Nothing is read again that is among what is `known` of
        its repository. Raises `RegistryError` (`NotInRegistry` when it lists none and none is
        named), `Cancelled`; what the listener heard until then stays true."""
        ...


class RemoteRecords(Protocol):
    """The versions that registries were found to have, so that each is read once."""

    def remote_versions(self, repository: str) -> tuple[RemoteVersion, ...]:
        """All that were kept of a repository, in no order."""
        ...

    def keep_remote_versions(self, versions: Iterable[RemoteVersion]) -> None:
        """Keep them; one of the same repository and tag is replaced."""
        ...

    def keep_remote_artifacts(self, repository: str, artifacts: Iterable[RemoteArtifact]) -> None:
        """What of a repository is no image; what was kept of it before is gone."""
        ...

    def remote_artifacts(self, repository: str) -> tuple[RemoteArtifact, ...]:
        """What was kept, in no order."""
        ...

    def every_remote_artifact(self) -> tuple[RemoteArtifact, ...]:
        """All that were kept, in no order."""
        ...

    def forget_remote_repository(self, repository: str) -> None:
        """Nothing is kept of it any more."""
        ...

    def keep_registry_look(self, look: RegistryLook) -> None:
        """Keep it in the place of what was kept of its registry."""
        ...

    def registry_looks(self) -> tuple[RegistryLook, ...]:
        """All that were kept, in no order."""
        ...

    def forget_remote_versions(self, repository: str, tags: Iterable[str]) -> None:
        """Nothing is kept of these tags any more."""
        ...

    def every_remote_version(self) -> tuple[RemoteVersion, ...]:
        """All that were kept, in no order."""
        ...

    def keep_remote_channels(self, repository: str, channels: Mapping[str, str]) -> None:
        """The tags of a repository that move, with the digests of what they name; what was kept
        of it before is gone."""
        ...

    def remote_channels(self) -> Mapping[str, Mapping[str, str]]:
        """What was kept, by repository."""
        ...
