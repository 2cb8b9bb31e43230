"""A resolver that knows a few packages and asks nobody."""

import hashlib
import threading
from collections.abc import Sequence

from modeldesk.core.errors import PackageNotFound
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.model import package_name
from modeldesk.core.recipes.model import LockTarget, ResolvedPackage


class FakeResolver:
    """Implements `PackageResolver`: every package but those in `missing` has one version, and
    needs what `needs` says."""

    def __init__(self) -> None:
        self.versions: dict[str, str] = {}
        self.needs: dict[str, tuple[str, ...]] = {}
        self.missing: set[str] = set()
        self.asked: list[tuple[tuple[str, ...], LockTarget]] = []
        self.go_on = threading.Event()
        """Nothing is answered while it is clear."""
        self.go_on.set()

    def resolve(
        self, lines: Sequence[str], target: LockTarget, token: CancelToken
    ) -> tuple[ResolvedPackage, ...]:
        """See `modeldesk.core.recipes.ports.PackageResolver`."""
        self.asked.append((tuple(lines), target))
        while not self.go_on.wait(0.01):
            token.raise_if_cancelled()
        wanted = [one for one in lines if not one.startswith("-")]
        for one in wanted:
            if package_name(one) in self.missing:
                raise PackageNotFound(one, f"No wheel of {one} does for {target.name}.")
        names = dict.fromkeys(map(package_name, wanted))
        for name in tuple(names):
            names.update(dict.fromkeys(self.needs.get(name, ())))
        return tuple(self._package(name, wanted) for name in names)

    def _package(self, name: str, wanted: Sequence[str]) -> ResolvedPackage:
        exact = [one.partition("==")[2] for one in wanted if package_name(one) == name]
        version = next(filter(None, exact), "") or self.versions.get(name, "1.0")
        digest = hashlib.sha256(f"{name} {version}".encode()).hexdigest()
        return ResolvedPackage(name, version, (f"sha256:{digest}",), f"{name}-{version}.whl")
