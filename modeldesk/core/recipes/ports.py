"""What recipes ask of the outside world."""

from collections.abc import Sequence
from typing import Protocol

from modeldesk.core.jobs import CancelToken
from modeldesk.core.recipes.model import LockTarget, ResolvedPackage
from modeldesk.core.references import Reference


class ImageRegistry(Protocol):
    """Asks registries which image a name stands for."""

    def digest(self, reference: Reference, token: CancelToken) -> str:
        """The digest that the tag of `reference` names now (``latest`` where it has none), known
        within seconds or not at all. Raises `RegistryError` (`RegistryUnavailable` when nobody
        answers in time), `Cancelled`."""
        ...


class PackageResolver(Protocol):
    """Finds out which packages requirements come to. Nothing is installed, built or run, and
    only wheels are looked at."""

    def resolve(
        self, lines: Sequence[str], target: LockTarget, token: CancelToken
    ) -> tuple[ResolvedPackage, ...]:
        """Every package that is installed for `lines` of a requirements file, which the caller
        has checked, in the image that `target` tells of. Takes minutes at most. Raises
        `PackageNotFound`, `NoResolver`, `LockFailed`; `Cancelled` within 100 ms, and nothing is
        left of it."""
        ...
