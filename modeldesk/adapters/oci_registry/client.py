"""One registry, read and written."""

from collections.abc import Callable, Iterator
from contextlib import closing

import httpx

from modeldesk.adapters.oci_registry import reading
from modeldesk.adapters.oci_registry.asking import Asking
from modeldesk.adapters.oci_registry.credentials import find_credentials
from modeldesk.adapters.oci_registry.sign_in import FindCredentials
from modeldesk.adapters.oci_registry.streams import BlobStream
from modeldesk.adapters.oci_registry.turns import Turns
from modeldesk.adapters.oci_registry.upload_places import mount
from modeldesk.adapters.oci_registry.uploads import Upload
from modeldesk.adapters.oci_registry.writing import Writing
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.registry.model import Blob, Descriptor, Manifest

CONNECT_SECONDS = 10.0


class RegistryClient:
    """Implements `Registry`. A cancel breaks the connections of its own question alone."""

    def __init__(
        self,
        registry: str,
        find: FindCredentials = find_credentials,
        transport: httpx.BaseTransport | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        known: KnownRegistry | None = None,
    ) -> None:
        """`known` says how the registry is reached. Where the certificates that it names can't
        be read, each question raises `RegistryUntrusted`."""
        reached = known or KnownRegistry(registry)
        self._asking = Asking(reached, find, transport, connect_seconds)
        self._writing = Writing(self._asking)
        self._sending = Turns()

    @property
    def name(self) -> str:
        """See `modeldesk.core.registry.ports.Registry`, as for all that follows."""
        return self._asking.registry

    def repositories(self, token: CancelToken) -> tuple[str, ...]:
        return reading.read_repositories(self._asking, token)

    def tags(self, repository: str, token: CancelToken) -> tuple[str, ...]:
        return reading.read_tags(self._asking, repository, token)

    def digest(self, repository: str, reference: str, token: CancelToken) -> str:
        return reading.read_digest(self._asking, repository, reference, token)

    def manifest(self, repository: str, reference: str, token: CancelToken) -> Manifest:
        return reading.read_manifest(self._asking, repository, reference, token)

    def document(self, repository: str, digest: str, token: CancelToken) -> bytes:
        return reading.read_document(self._asking, repository, digest, token)

    def blob(
        self, repository: str, digest: str, token: CancelToken, first: int = 0
    ) -> Iterator[bytes]:
        with closing(BlobStream(self._asking, repository, digest, token, first).pieces()) as pieces:
            yield from pieces

    def has_blob(self, repository: str, digest: str, token: CancelToken) -> bool:
        return reading.has_blob(self._asking, repository, digest, token)

    def put_blob(
        self, repository: str, blob: Blob, on_sent: Callable[[int], None], token: CancelToken
    ) -> None:
        # Sent twice at once it would be sent for nothing, and Docker's own registry may lose it
        # for a moment.
        with self._sending.alone((repository, blob.digest), token):
            if self.has_blob(repository, blob.digest, token):
                on_sent(blob.size)
                return
            Upload(self._asking, repository, blob, on_sent, token).run()

    def mount(self, repository: str, digest: str, source: str, token: CancelToken) -> bool:
        return mount(self._asking, repository, digest, source, token)

    def put_manifest(
        self, repository: str, reference: str, manifest: Manifest, token: CancelToken
    ) -> None:
        self._writing.put(repository, reference, manifest, token)

    def delete_manifest(self, repository: str, digest: str, token: CancelToken) -> None:
        self._writing.delete(repository, digest, token)

    def referrers(self, repository: str, digest: str, token: CancelToken) -> tuple[Descriptor, ...]:
        return self._writing.referrers(repository, digest, token)

    def close(self) -> None:
        """Let go of every connection."""
        self._asking.close()
