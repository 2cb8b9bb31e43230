"""Registries in memory, as the core asks them."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from modeldesk.core.errors import (
    ModelDeskError,
    NotInRegistry,
    RegistryDenied,
    RegistryError,
    RegistryLied,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import check_registry, check_repository, check_tag
from modeldesk.core.registry.model import Blob, Descriptor, Manifest
from tests.fakes.registry_contents import (
    OCI_INDEX,
    OCI_LAYER,
    Repository,
    digest_of,
    image_document,
    manifest_of,
    referrer,
    subject,
)

_PIECE = 64 * 1024


class FakeRegistry:
    """Implements `Registry`.

    `kept` has its repositories. What it can't do is switched off by `deletes`, `has_catalog`,
    `has_referrers` (then the fallback tag is kept, as with Docker's own registry) and `mounts`.
    """

    def __init__(self, name: str = "registry.lan") -> None:
        self._name = name
        self.kept: dict[str, Repository] = {}
        self.deletes = True
        self.has_catalog = True
        self.has_referrers = False
        self.mounts = True
        self.is_away = False
        self.errors: dict[str, list[ModelDeskError]] = {}
        """By method, what its next calls raise, one each."""
        self.damaged: set[str] = set()
        """Digests that are answered with something else."""
        self.breaks: list[int] = []
        """After how many bytes the next uploads lose their connection, one each; they go on."""
        self.before: Callable[[str, str, str], None] = lambda *_: None
        """Hears method, repository and reference or digest before each call is answered."""
        self.asked: Counter[str] = Counter()
        """How often each method was called."""
        self.sent = 0
        """Bytes of blobs that were sent here."""
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        return self._name

    # To arrange a test, past the port.

    def add_blob(self, repository: str, content: bytes) -> str:
        """Its digest."""
        digest = digest_of(content)
        self._own(repository).blobs[digest] = content
        return digest

    def add_manifest(
        self, repository: str, reference: str, document: Mapping[str, object]
    ) -> Manifest:
        """Under a tag, or by its digest alone with an empty reference. What it names is not
        looked for."""
        manifest = manifest_of(document)
        self._own(repository).keep(reference or manifest.digest, manifest)
        return manifest

    def add_image(
        self,
        repository: str,
        tag: str,
        layers: Sequence[bytes] = (),
        config: Mapping[str, object] | None = None,
        layer_type: str = OCI_LAYER,
        **more: object,
    ) -> Manifest:
        """With its blobs; see `image_document`."""
        content = json.dumps(config or {}).encode()
        for one in (content, *layers):
            self.add_blob(repository, one)
        return self.add_manifest(
            repository, tag, image_document(content, layers, layer_type, **more)
        )

    # The port.

    def repositories(self, token: CancelToken) -> tuple[str, ...]:
        with self._asked("repositories", token):
            if not self.has_catalog:
                raise NotInRegistry(f"{self._name} has no catalog")
            return tuple(sorted(name for name, one in self.kept.items() if one.had_tags))

    def tags(self, repository: str, token: CancelToken) -> tuple[str, ...]:
        with self._asked("tags", token, repository):
            found = self.kept.get(repository)
            if found is None or not found.had_tags:
                raise self._absent(repository)
            return tuple(sorted(found.tags))

    def digest(self, repository: str, reference: str, token: CancelToken) -> str:
        with self._asked("digest", token, repository, reference):
            return self._found(repository, reference).digest

    def manifest(self, repository: str, reference: str, token: CancelToken) -> Manifest:
        with self._asked("manifest", token, repository, reference):
            found = self._found(repository, reference)
            self._check_honest(found.digest)
            return found

    def document(self, repository: str, digest: str, token: CancelToken) -> bytes:
        with self._asked("document", token, repository, digest):
            self._check_honest(digest)
            return self._blob(repository, digest)

    def blob(
        self, repository: str, digest: str, token: CancelToken, first: int = 0
    ) -> Iterator[bytes]:
        with self._asked("blob", token, repository, digest):
            content = self._blob(repository, digest)
        for place in range(first, len(content), _PIECE):
            token.raise_if_cancelled()
            yield content[place : place + _PIECE]
        if not first:
            self._check_honest(digest)

    def has_blob(self, repository: str, digest: str, token: CancelToken) -> bool:
        with self._asked("has_blob", token, repository, digest):
            return digest in self._look(repository).blobs

    def put_blob(
        self, repository: str, blob: Blob, on_sent: Callable[[int], None], token: CancelToken
    ) -> None:
        with self._asked("put_blob", token, repository, blob.digest):
            there = blob.digest in self._look(repository).blobs
        content = bytearray()
        while not there and not self._took(blob, content, on_sent, token):
            pass
        with self._lock:
            token.raise_if_cancelled()
            if not there:
                if digest_of(bytes(content)) != blob.digest:
                    raise RegistryError(f"{self._name} received something else: {blob.digest}")
                self._own(repository).blobs[blob.digest] = bytes(content)
        on_sent(blob.size)

    def mount(self, repository: str, digest: str, source: str, token: CancelToken) -> bool:
        with self._asked("mount", token, repository, digest):
            there = self._look(source).blobs.get(digest)
            if not self.mounts or there is None:
                return False
            self._own(repository).blobs[digest] = there
            return True

    def put_manifest(
        self, repository: str, reference: str, manifest: Manifest, token: CancelToken
    ) -> None:
        if ":" not in reference:
            check_tag(reference)
        with self._asked("put_manifest", token, repository, reference):
            digest = digest_of(manifest.content)
            if manifest.digest != digest or (":" in reference and reference != digest):
                raise RegistryLied(f"not {manifest.digest}")
            own = self._own(repository)
            missing = own.missing(manifest)
            if missing:
                raise RegistryError(f"{self._name} lacks {', '.join(missing)}")
            own.keep(reference, manifest)
            if subject(manifest) and not self.has_referrers:
                self._renew_list(own, subject(manifest))

    def delete_manifest(self, repository: str, digest: str, token: CancelToken) -> None:
        with self._asked("delete_manifest", token, repository, digest):
            if not self.deletes:
                raise RegistryDenied(f"{self._name} deletes nothing")
            gone = self._found(repository, digest)
            own = self._own(repository)
            own.tags = {tag: named for tag, named in own.tags.items() if named != digest}
            del own.manifests[digest]
            if subject(gone) and not self.has_referrers:
                self._renew_list(own, subject(gone))

    def referrers(self, repository: str, digest: str, token: CancelToken) -> tuple[Descriptor, ...]:
        with self._asked("referrers", token, repository, digest):
            own = self._look(repository)
            if self.has_referrers:
                return tuple(own.referrers(digest))
            with suppress(NotInRegistry):
                listed = json.loads(self._found(repository, _list_tag(digest)).content)
                here = [own.manifests.get(one["digest"]) for one in listed["manifests"]]
                return tuple(referrer(one, json.loads(one.content)) for one in here if one)
            return ()

    def _renew_list(self, own: Repository, digest: str) -> None:
        """The tag that stands for a list of referrers, where the registry has none."""
        members = [
            {
                "mediaType": one.media_type,
                "digest": one.digest,
                "size": one.size,
                "artifactType": one.artifact_type,
                "annotations": dict(one.annotations),
            }
            for one in own.referrers(digest)
        ]
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": members}
        own.keep(_list_tag(digest), manifest_of(document))

    def _took(
        self, blob: Blob, content: bytearray, on_sent: Callable[[int], None], token: CancelToken
    ) -> bool:
        """Take what is left of a blob; whether the connection held."""
        breaks = self.breaks.pop(0) if self.breaks else None
        on_sent(len(content))
        for piece in blob.read(len(content)):
            token.raise_if_cancelled()
            content += piece
            self.sent += len(piece)
            if breaks is not None and len(content) >= breaks:
                self.sent -= len(content) - breaks
                del content[breaks:]
                return False
            on_sent(len(content))
        return True

    def _asked(
        self, method: str, token: CancelToken, repository: str = "", what: str = ""
    ) -> threading.RLock:
        """The lock to answer under."""
        if repository:
            check_repository(repository)
        token.raise_if_cancelled()
        self.before(method, repository, what)
        token.raise_if_cancelled()
        with self._lock:
            self.asked[method] += 1
            waiting = self.errors.get(method)
            if waiting:
                raise waiting.pop(0)
        if self.is_away:
            raise RegistryUnavailable(f"{self._name} does not answer")
        return self._lock

    def _own(self, repository: str) -> Repository:
        """To write in."""
        return self.kept.setdefault(repository, Repository())

    def _look(self, repository: str) -> Repository:
        return self.kept.get(repository) or Repository()

    def _found(self, repository: str, reference: str) -> Manifest:
        own = self._look(repository)
        found = own.manifests.get(own.tags.get(reference, reference))
        if found is None:
            raise self._absent(f"{repository} {reference}")
        return found

    def _blob(self, repository: str, digest: str) -> bytes:
        content = self._look(repository).blobs.get(digest)
        if content is None:
            raise self._absent(digest)
        return content

    def _absent(self, what: str) -> NotInRegistry:
        return NotInRegistry(f"{what} is not in {self._name}")

    def _check_honest(self, digest: str) -> None:
        if digest in self.damaged:
            raise RegistryLied(f"{self._name} sent something else than {digest}")


class FakeRegistries:
    """Implements `Registries`. Only the hosts it was made with, or that were added, answer."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = {host: FakeRegistry(host) for host in hosts}

    def add(self, host: str) -> FakeRegistry:
        self.hosts[host] = FakeRegistry(host)
        return self.hosts[host]

    def at(self, registry: str) -> FakeRegistry:
        host = check_registry(registry)
        found = self.hosts.get(host)
        if found is None:
            found = FakeRegistry(host)
            found.is_away = True
        return found


def _list_tag(digest: str) -> str:
    return digest.replace(":", "-")
