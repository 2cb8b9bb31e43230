"""What the program asks of registries."""

from collections.abc import Callable, Iterator
from typing import Protocol

from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Blob, Descriptor, Manifest


class Registry(Protocol):
    """One registry. Any number of threads may ask at once, all signed in alike.

    Repositories are named without the registry; what can be none, and what can be no tag, raises
    `InvalidReference`. Every method raises `RegistryUnavailable`,
    `RegistryDenied`, `RegistryBusy`, `RegistryLied`, `RegistryError` and `Cancelled`; what is
    read is held against its digest, and what fails for a moment is tried again.
    """

    @property
    def name(self) -> str:
        """Its host, with the port where it has one."""
        ...

    def repositories(self, token: CancelToken) -> tuple[str, ...]:
        """All of them, sorted. Raises `NotInRegistry` where a registry does not tell, as Docker
        Hub and GHCR."""
        ...

    def tags(self, repository: str, token: CancelToken) -> tuple[str, ...]:
        """All of them, sorted as text. Raises `NotInRegistry` for no such repository."""
        ...

    def digest(self, repository: str, reference: str, token: CancelToken) -> str:
        """Of the manifest that a tag names (or of a digest, to see whether it is there), without
        fetching it. Raises `NotInRegistry`."""
        ...

    def manifest(self, repository: str, reference: str, token: CancelToken) -> Manifest:
        """By tag or digest. Raises `NotInRegistry`."""
        ...

    def document(self, repository: str, digest: str, token: CancelToken) -> bytes:
        """A small blob, such as a configuration, at once. Raises `NotInRegistry`."""
        ...

    def blob(
        self, repository: str, digest: str, token: CancelToken, first: int = 0
    ) -> Iterator[bytes]:
        """A blob in pieces, from byte `first` on. Read from its beginning, it raises
        `RegistryLied` at the end when it is not what its digest says; read from later on, that is
        for the caller to check. Raises `NotInRegistry`."""
        ...

    def has_blob(self, repository: str, digest: str, token: CancelToken) -> bool:
        """Whether it is in this very repository."""
        ...

    def put_blob(
        self, repository: str, blob: Blob, on_sent: Callable[[int], None], token: CancelToken
    ) -> None:
        """Send a blob, unless it is there. `on_sent` hears how many bytes of it the registry has,
        which may go back when a connection broke: an upload goes on from where the registry says
        it is, or is begun anew where the registry does not know. Cancelled, or when the source
        can't be read (its own error is raised), nothing of it stays."""
        ...

    def mount(self, repository: str, digest: str, source: str, token: CancelToken) -> bool:
        """Have a blob of the repository `source` in `repository` too, without sending it; False
        where the registry does not do that or has no such blob there."""
        ...

    def put_manifest(
        self, repository: str, reference: str, manifest: Manifest, token: CancelToken
    ) -> None:
        """Keep it under a tag, or by its digest alone. What it names must be there. One with a
        ``subject`` is among that one's referrers from then on, whoever keeps the list. Raises
        `RegistryLied` where content and digest do not agree, before anything is sent."""
        ...

    def delete_manifest(self, repository: str, digest: str, token: CancelToken) -> None:
        """With every tag that names it. Raises `NotInRegistry`; `RegistryDenied` where deleting
        is not allowed or not switched on, whether it is there or not."""
        ...

    def referrers(self, repository: str, digest: str, token: CancelToken) -> tuple[Descriptor, ...]:
        """What was attached to a manifest, by the registry's own list or else by the tag that
        stands for it; empty for none."""
        ...


class Registries(Protocol):
    """Where registries are had from."""

    def at(self, registry: str) -> Registry:
        """The registry at a host, such as ``registry.lan:5000``; no connection is made before it
        is asked for something. Raises `InvalidReference` for what can't be a host."""
        ...
