"""Which image a name stands for, asked of its registry."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import Cancelled, RegistryUnavailable
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

CONNECT_SECONDS = 3.0
_SECONDS = 8.0


def _open(registry: str) -> RegistryClient:
    return RegistryClient(registry, connect_seconds=CONNECT_SECONDS)


class RegistryDigests:
    """Implements `ImageRegistry`. Whoever docker signs in as is asked for."""

    def __init__(
        self, connect: Callable[[str], RegistryClient] = _open, seconds: float = _SECONDS
    ) -> None:
        self._connect = connect
        self._seconds = seconds

    def digest(self, reference: Reference, token: CancelToken) -> str:
        """See `modeldesk.core.recipes.ports.ImageRegistry`."""
        client = self._connect(reference.registry)
        try:
            with _limited(token, self._seconds, reference.registry) as limited:
                return client.digest(reference.repository, reference.tag or "latest", limited)
        finally:
            client.close()


@contextmanager
def _limited(token: CancelToken, seconds: float, registry: str) -> Iterator[CancelToken]:
    """A token that is cancelled with `token`, and when the time is up, which is said."""
    limited = CancelToken()
    timer = threading.Timer(seconds, limited.cancel)
    timer.name = "registry-limit"
    timer.start()
    try:
        with token.closing(limited.cancel):
            yield limited
    except Cancelled:
        token.raise_if_cancelled()
        raise RegistryUnavailable(
            tr("The registry {registry} did not answer in time.", registry=registry),
            tr("Check the network, and try again."),
        ) from None
    finally:
        timer.cancel()
        timer.join()
