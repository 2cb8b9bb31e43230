"""Reading what one tag of a repository names."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.learned import Channel, Known, Learned
from modeldesk.adapters.oci_registry.referrers import INDEX
from modeldesk.core.archives.source import host_platform
from modeldesk.core.artifacts.media_types import MANIFEST_TYPE
from modeldesk.core.artifacts.model import Role
from modeldesk.core.artifacts.reading import artifact_of
from modeldesk.core.errors import ArchiveDamaged, ArtifactError, NotInRegistry
from modeldesk.core.ids import ImageId
from modeldesk.core.image_documents import (
    Configuration,
    Index,
    Manifest,
    read_configuration,
    read_manifest,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import FRAMEWORK_LABEL, MODEL_NAME_LABEL
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import add_up
from modeldesk.core.layers.stack import read_blobs
from modeldesk.core.library.labels import created_at, telling
from modeldesk.core.library.remote_model import RemoteArtifact, RemoteVersion
from modeldesk.core.references import Reference
from modeldesk.core.registry.model import Manifest as RegistryManifest
from modeldesk.core.versioning.names import is_mutable

_DEEPEST = 3
_KINDS = {Role.WEIGHTS: LayerKind.MODEL_WEIGHTS, Role.CODE: LayerKind.APPLICATION}


class TagReader:
    """Of one repository, one tag at a time, in any thread."""

    def __init__(
        self,
        client: RegistryClient,
        reference: Reference,
        known: Collection[str],
        token: CancelToken,
    ) -> None:
        """Digests that are `known` are not read."""
        self._client = client
        self.name = reference.name
        self._repository = reference.repository
        self._known = frozenset(known)
        self._token = token

    def tags(self) -> tuple[str, ...]:
        """Every tag. Raises `RegistryError`."""
        return self._client.tags(self._repository, self._token)

    def read(self, tag: str) -> Learned | None:
        """What a tag names; None for what is gone again. Of a tag that moves, only its digest:
        it costs one question without an answer's body."""
        if is_mutable(tag):
            try:
                return Channel(tag, self._client.digest(self._repository, tag, self._token))
            except NotInRegistry:
                return None
        return self.read_whole(tag)

    def read_whole(self, tag: str) -> Learned | None:
        """As `read`, whatever kind of tag it is."""
        try:
            digest, content = self._tag(tag)
        except NotInRegistry:
            return None
        if digest in self._known:
            return Known(tag, digest)
        found = read_manifest(content)
        image = self._image(found, 0)
        if image is None:
            return self._artifact(tag, digest, content) or RemoteArtifact(
                self.name, tag, digest, _kind(found)
            )
        document = self._client.document(self._repository, image.config.digest, self._token)
        return self._version(tag, digest, found, image, read_configuration(document))

    def _artifact(self, tag: str, digest: str, content: bytes) -> RemoteVersion | None:
        """A model that is weights without an image; None for anything else."""
        manifest = RegistryManifest(content, MANIFEST_TYPE, digest)
        try:
            found = artifact_of(self._client, self._repository, manifest, self._token)
        except ArtifactError:
            return None
        labels = telling(found.labels)
        if found.framework:
            labels.setdefault(FRAMEWORK_LABEL, found.framework)
        sizes = Counter[LayerKind]()
        for layer in found.layers:
            sizes[_KINDS.get(layer.role, LayerKind.OTHER)] += layer.size_bytes
        return RemoteVersion(
            self.name,
            tag,
            digest,
            # The same weights may be registered with other words: its configuration is no name.
            ImageId(digest),
            created_at(found.created, found.labels),
            found.labels.get(MODEL_NAME_LABEL, "").strip(),
            {kind: sizes[kind] for kind in LayerKind if sizes[kind]},
            (),
            labels,
            (),
            artifact=found.kind.value,
        )

    def _tag(self, tag: str) -> tuple[str, bytes]:
        """The digest of what a tag names, with its content unless that digest is known."""
        if self._known:
            said = self._client.digest(self._repository, tag, self._token)
            if said in self._known:
                return said, b""
        found = self._client.manifest(self._repository, tag, self._token)
        return found.digest, found.content

    def _image(self, found: Manifest | Index, depth: int) -> Manifest | None:
        """The image that a manifest or an index stands for on this machine, if it is one."""
        if isinstance(found, Manifest):
            return found if found.is_image else None
        images = found.images
        if not images or depth >= _DEEPEST:
            return None
        chosen = next((one for one in images if one.platform == host_platform()), images[0])
        member = self._client.manifest(self._repository, chosen.digest, self._token)
        return self._image(read_manifest(member.content), depth + 1)

    def _version(
        self,
        tag: str,
        digest: str,
        found: Manifest | Index,
        image: Manifest,
        configuration: Configuration,
    ) -> RemoteVersion:
        detail = configuration.detail
        if len(detail.diff_ids) != len(image.layers):
            raise ArchiveDamaged("as many layers as diff IDs were expected")
        sizes = [layer.size_bytes for layer in image.layers]
        stack = read_blobs(detail, sizes, [origin.entry for origin in configuration.origins])
        layers = stack.on_base(stack.marked_base)
        index = found if isinstance(found, Index) else Index(())
        said = dict.fromkeys(one.platform for one in index.images if one.platform)
        own = "/".join(filter(None, (detail.operating_system, detail.architecture)))
        return RemoteVersion(
            self.name,
            tag,
            digest,
            detail.id,
            created_at(configuration.created, detail.labels),
            detail.labels.get(MODEL_NAME_LABEL, "").strip(),
            add_up(layer.parts for layer in layers),
            # Kept by the thousand, and what made a layer may name a secret.
            tuple(replace(layer, instruction="") for layer in layers),
            telling(detail.labels),
            tuple(said) or ((own,) if own else ()),
            len(index.manifests) - len(index.images),
        )


def _kind(found: Manifest | Index) -> str:
    """What an artifact says it is."""
    if found.artifact_type:
        return found.artifact_type
    if isinstance(found, Index):
        return INDEX
    # What speaks of images often bears the type of their configuration, and says itself by layers.
    said = found.layers[0].media_type if found.speaks and found.layers else ""
    return said or found.config.media_type
