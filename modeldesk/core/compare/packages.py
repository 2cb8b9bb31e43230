"""Packages that came, went, or are there in another version."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.compare.version_order import is_newer
from modeldesk.core.contents.packages import Manager, Package


class PackageChange(Enum):
    """What became of a package from the left image to the right one."""

    ADDED = "added"
    REMOVED = "removed"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    CHANGED = "changed"
    """Several versions are there, or none is told."""


@dataclass(frozen=True, slots=True)
class PackageDifference:
    """A package that the images do not share as it is."""

    manager: Manager
    name: str
    left: tuple[str, ...]
    """Versions, usually one; none where the package is not there."""
    right: tuple[str, ...]
    change: PackageChange


def diff_packages(
    left: Iterable[Package], right: Iterable[Package]
) -> tuple[PackageDifference, ...]:
    """What differs, by manager and name."""
    ours, theirs = _versions(left), _versions(right)
    order = list(Manager)
    keys = sorted(ours.keys() | theirs.keys(), key=lambda key: (order.index(key[0]), key[1]))
    return tuple(
        PackageDifference(*key, before, after, _change(before, after))
        for key in keys
        if (before := ours.get(key, ())) != (after := theirs.get(key, ()))
    )


def _versions(packages: Iterable[Package]) -> dict[tuple[Manager, str], tuple[str, ...]]:
    found: dict[tuple[Manager, str], set[str]] = {}
    for package in packages:
        found.setdefault((package.manager, package.name), set()).add(package.version)
    return {key: tuple(sorted(versions)) for key, versions in found.items()}


def _change(before: tuple[str, ...], after: tuple[str, ...]) -> PackageChange:
    if not before:
        return PackageChange.ADDED
    if not after:
        return PackageChange.REMOVED
    if len(before) == len(after) == 1 and before[0] and after[0]:
        newer = is_newer(after[0], before[0])
        return PackageChange.UPGRADED if newer else PackageChange.DOWNGRADED
    return PackageChange.CHANGED
