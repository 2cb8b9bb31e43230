"""Parts of the program that are made when they are first used, in whichever thread that is."""

from collections.abc import Callable
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from modeldesk.core.contents.entries import Entry
    from modeldesk.core.contents.model import ImageContents, Place
    from modeldesk.core.contents.service import Contents
    from modeldesk.core.engine.model import EngineAttempt
    from modeldesk.core.ids import DiffId
    from modeldesk.core.jobs import CancelToken, Job
    from modeldesk.core.ports import EngineFinder, ImageEngine

_Part = TypeVar("_Part")


class Once(cached_property[_Part]):
    """A `cached_property` that two threads never both make."""

    def __init__(self, make: Callable[[Any], _Part]) -> None:
        super().__init__(make)
        self._making = RLock()

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> _Part: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | _Part:
        with self._making:
            return super().__get__(instance, owner)


class LateFinder:
    """Implements `EngineFinder` by an adapter that is imported on first use."""

    def __init__(self, find: "Callable[[], EngineFinder]") -> None:
        self._find = find

    def find(self, preferred: str = "") -> "tuple[ImageEngine | None, tuple[EngineAttempt, ...]]":
        """See `modeldesk.core.ports.EngineFinder`."""
        return self._find().find(preferred)

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        """See `modeldesk.core.ports.EngineFinder`."""
        return self._find().known_addresses()


class LateContents:
    """What is inside images, by a service that is made on first use."""

    def __init__(self, make: "Callable[[], Contents]") -> None:
        self._make = make

    def known(
        self, place: "Place", token: "CancelToken", base_layers: int | None = None
    ) -> "ImageContents | None":
        """See `modeldesk.core.contents.service.Contents`. Raises `RecordsError`."""
        return self._make().known(place, token, base_layers)

    def read(self, place: "Place", job: "Job", base_layers: int | None = None) -> "ImageContents":
        """See `modeldesk.core.contents.service.Contents`."""
        return self._make().read(place, job, base_layers)

    def file(
        self, place: "Place", layer: "DiffId", entry: "Entry", token: "CancelToken", stamp: str
    ) -> "Iterator[bytes]":
        """See `modeldesk.core.contents.service.Contents`."""
        return self._make().file(place, layer, entry, token, stamp)

    def files(
        self,
        place: "Place",
        layer: "DiffId",
        entries: "Collection[Entry]",
        token: "CancelToken",
        stamp: str,
    ) -> "Iterator[tuple[Entry, bytes]]":
        """See `modeldesk.core.contents.service.Contents`."""
        return self._make().files(place, layer, entries, token, stamp)
