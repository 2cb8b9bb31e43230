"""Reading a repository's versions, many at once."""

import re
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from queue import SimpleQueue

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.versions import Known, Learned, Unreadable
from modeldesk.core.archives.documents import (
    Configuration,
    Manifest,
    read_configuration,
    read_manifest,
)
from modeldesk.core.archives.source import host_platform
from modeldesk.core.errors import (
    ArchiveDamaged,
    NotInRegistry,
    RegistryBusy,
    RegistryDenied,
    RegistryError,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import MODEL_NAME_LABEL
from modeldesk.core.layers.parts import add_up
from modeldesk.core.layers.stack import read_blobs
from modeldesk.core.library.labels import created_at
from modeldesk.core.library.model import RemoteVersion
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import is_mutable

_AT_ONCE = 16
_CONNECT_SECONDS = 4.0
"""Nobody asked for this: a registry that is away is not waited for long."""
_DEEPEST = 3
_PATIENCE = 8
"""How many failures of the registry itself are taken for faults of single tags."""
_SPEAKS_OF_ANOTHER = re.compile(r"sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{128})(?:\..*)?")
"""Tags under which signatures and the like are kept where a registry has no better place."""


def impatient_client(registry: str) -> RegistryClient:
    """For questions that nobody waits for."""
    return RegistryClient(registry, connect_seconds=_CONNECT_SECONDS)


def read_versions(
    repository: str,
    known: Collection[str],
    token: CancelToken,
    make_client: Callable[[str], RegistryClient] = impatient_client,
) -> Generator[Learned, None, None]:
    """What there is to learn of each tag that may be a version, in no order. Raises as
    `VersionRegistry.versions`."""
    reference = Reference.parse(repository)
    own = CancelToken()
    with token.closing(own.cancel), closing(make_client(reference.registry)) as client:
        reader = _Reader(client, reference, known, own)
        tags = [tag for tag in client.tags(reference.repository, own) if _may_be_version(tag)]
        for learned in _read_all(reader, tags, own):
            token.raise_if_cancelled()
            if learned is not None:
                yield learned


class _Reader:
    """Reads one tag at a time, in any thread."""

    def __init__(
        self,
        client: RegistryClient,
        reference: Reference,
        known: Collection[str],
        token: CancelToken,
    ) -> None:
        self._client = client
        self._name = reference.name
        self._repository = reference.repository
        self._known = frozenset(known)
        self._token = token

    def read(self, tag: str) -> Learned | None:
        """What that tag names; None for what is no image, or is gone again."""
        try:
            digest, content = self._tag(tag)
        except NotInRegistry:
            return None
        if digest in self._known:
            return Known(tag, digest)
        manifest = self._image(content, 0)
        if manifest is None:
            return None
        document = self._client.document(self._repository, manifest.config.digest, self._token)
        return self._version(tag, digest, manifest, read_configuration(document))

    def _tag(self, tag: str) -> tuple[str, bytes]:
        """The digest of what a tag names, with its content unless that digest is known."""
        if self._known:
            said = self._client.digest(self._repository, tag, self._token)
            if said in self._known:
                return said, b""
        content, digest = self._client.manifest(self._repository, tag, self._token)
        return digest, content

    def _image(self, content: bytes, depth: int) -> Manifest | None:
        """The image a manifest or an index stands for on this machine, if it is one."""
        found = read_manifest(content)
        if isinstance(found, Manifest):
            return found if found.is_image else None
        images = [one for one in found.manifests if not one.is_attestation]
        if not images or depth >= _DEEPEST:
            return None
        chosen = next((one for one in images if one.platform == host_platform()), images[0])
        content, _ = self._client.manifest(self._repository, chosen.digest, self._token)
        return self._image(content, depth + 1)

    def _version(
        self, tag: str, digest: str, manifest: Manifest, configuration: Configuration
    ) -> RemoteVersion:
        detail = configuration.detail
        if len(detail.diff_ids) != len(manifest.layers):
            raise ArchiveDamaged("as many layers as diff IDs were expected")
        sizes = [layer.size_bytes for layer in manifest.layers]
        stack = read_blobs(detail, sizes, [origin.entry for origin in configuration.origins])
        return RemoteVersion(
            self._name,
            tag,
            digest,
            detail.id,
            created_at(configuration.created, detail.labels),
            detail.labels.get(MODEL_NAME_LABEL, "").strip(),
            add_up(layer.parts for layer in stack.on_base(stack.marked_base)),
        )


def _read_all(reader: _Reader, tags: Sequence[str], own: CancelToken) -> Iterator[Learned | None]:
    """What was learned of each tag, in no order. Raises an error that tells of the registry and
    not of a tag, and `Cancelled`. `own` is cancelled at the end: whoever still asks is not waited
    for."""
    outcomes: SimpleQueue[Learned | None] = SimpleQueue()
    judge = _Judge()
    left = iter(tags)

    def work() -> None:
        for tag in left:
            try:
                outcomes.put(reader.read(tag))
            except Exception as error:  # noqa: BLE001 - judged, and raised again elsewhere
                judge.weigh(error)
                outcomes.put(Unreadable(tag))
                if judge.verdict is not None:
                    own.cancel()

    at_once = min(_AT_ONCE, len(tags))
    with ThreadPoolExecutor(at_once or 1, "registry") as pool:
        for _ in range(at_once):
            pool.submit(work)
        try:
            for _ in tags:
                outcome = outcomes.get()
                if judge.verdict is not None:
                    raise judge.verdict
                yield outcome
        finally:
            own.cancel()


class _Judge:
    """Tells faults of single tags from those of the registry, after which nobody asks on."""

    def __init__(self) -> None:
        self.verdict: Exception | None = None
        """The first error that ends it all."""
        self._failures = 0

    def weigh(self, error: Exception) -> None:
        """Any thread may bring one."""
        self._failures += isinstance(error, RegistryBusy)
        single = isinstance(error, RegistryError | ArchiveDamaged) and not isinstance(
            error, RegistryUnavailable | RegistryDenied
        )
        if self.verdict is None and (not single or self._failures > _PATIENCE):
            self.verdict = error


def _may_be_version(tag: str) -> bool:
    return not is_mutable(tag) and _SPEAKS_OF_ANOTHER.fullmatch(tag) is None
