"""What a hub has, as its registry tells. A registry that was just asked is not asked again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from modeldesk.core.artifacts.catalogue import Catalogue, HeldVersion
from modeldesk.core.errors import NotInRegistry
from modeldesk.core.hub.names import Shelf
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.ports import Registry
from modeldesk.core.versioning.channels import DEPRECATED
from modeldesk.core.versioning.names import tag_of
from modeldesk.core.words import tr

FRESH_S = 5.0
"""How long an answer of the registry counts where a person looks at one model."""
_LOOK_S = 0.05
_MOST_KNOWN = 10_000
"""Models whose answers are kept."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What one model was found to have."""

    model: ModelName
    versions: tuple[HeldVersion, ...]
    """Newest name first; one of several names stands here several times."""

    def version(self, reference: str) -> HeldVersion:
        """By name, digest or channel. Raises `NotInRegistry`."""
        tag = tag_of(reference)
        for one in self.versions:
            # Any number of versions are deprecated.
            moving = [channel for channel in one.channels if channel != DEPRECATED]
            if tag in (one.name, one.held.digest) or tag in moving:
                return one
        raise NotInRegistry(
            tr("{model} has no version “{version}”.", model=self.model, version=reference),
            tr("Ask for the list of its versions."),
        )

    def names_of(self, digest: str) -> tuple[str, ...]:
        """Every version's name with that digest."""
        return tuple(one.name for one in self.versions if one.held.digest == digest and one.name)


class Listing:
    """Any thread may ask; those who ask for the same model at once get one answer."""

    def __init__(
        self,
        shelf: Shelf,
        registry: Callable[[], Registry],
        catalogue: Catalogue,
        clock: Callable[[], float],
    ) -> None:
        """`clock` gives seconds that only go forward."""
        self._shelf = shelf
        self._registry = registry
        self._catalogue = catalogue
        self._clock = clock
        self._lock = threading.Lock()
        self._asking: dict[str, threading.Lock] = {}
        self._kept: OrderedDict[str, tuple[float, Listed]] = OrderedDict()
        self._models: tuple[float, tuple[ModelName, ...]] | None = None

    def models(self, token: CancelToken, fresh_s: float = FRESH_S) -> tuple[ModelName, ...]:
        """All of them, sorted. Raises as `Registry.repositories`."""
        kept = self._models
        if kept is not None and self._clock() - kept[0] < fresh_s:
            return kept[1]
        shelf = self._shelf
        names = shelf.repositories or self._registry().repositories(token)
        found = tuple(sorted(one for name in names if (one := shelf.model(name)) is not None))
        self._models = (self._clock(), found)
        return found

    def listed(self, model: str, token: CancelToken, fresh_s: float = FRESH_S) -> Listed:
        """What `model` has. Raises `NotInRegistry` where there is no such model,
        `InvalidReference`, and as `Registry`."""
        reference = self._shelf.reference(model)
        with self._lock:
            asking = self._asking.setdefault(model, threading.Lock())
        try:
            with _held(asking, token):
                kept = self._kept.get(model)
                if kept is not None and self._clock() - kept[0] < fresh_s:
                    return kept[1]
                began = self._clock()
                versions = self._catalogue.versions(reference, token)
                if not versions:
                    raise NotInRegistry(
                        tr("There is no model “{model}”.", model=model),
                        tr("Ask for the list of models, or publish its first version."),
                    )
                found = Listed(ModelName(model), versions)
                self._keep(model, began, found)
                return found
        finally:
            with self._lock:
                # Names of what is not there must not fill the memory.
                if not asking.locked():
                    self._asking.pop(model, None)

    def check(self, token: CancelToken) -> None:
        """Return when the registry answers. Raises as `Registry`."""
        if self._shelf.repositories:
            with suppress(NotInRegistry):
                self._registry().tags(self._shelf.repositories[0], token)
        else:
            self.models(token)

    def changed(self, model: str) -> None:
        """It is asked for anew."""
        with self._lock:
            self._kept.pop(model, None)
            self._models = None

    def _keep(self, model: str, began: float, found: Listed) -> None:
        with self._lock:
            self._kept[model] = (began, found)
            self._kept.move_to_end(model)
            while len(self._kept) > _MOST_KNOWN:
                self._kept.popitem(last=False)


@contextmanager
def _held(lock: threading.Lock, token: CancelToken) -> Iterator[None]:
    """Raises `Cancelled` where somebody else's question takes too long."""
    while not lock.acquire(timeout=_LOOK_S):
        token.raise_if_cancelled()
    try:
        yield
    finally:
        lock.release()
