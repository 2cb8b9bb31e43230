"""The table of figures: each with both values and the change."""

from collections.abc import Iterator
from dataclasses import dataclass

from modeldesk.core.compare.figures import (
    TOO_LITTLE,
    count_text,
    metric_text,
    percent_of,
    signed_count,
    signed_metric,
    signed_size,
)
from modeldesk.core.compare.model import Comparison, Side
from modeldesk.core.contents.packages import Manager
from modeldesk.core.library.measures import higher_is_better
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

_FEW = 100
"""Up to so many, a change is told as a number and not as a share."""
_ROOT = ("root", "0")


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the table."""

    name: str
    left: str
    right: str
    change: str
    better: bool | None
    """Whether the right image is better in it; None where it is neither or nobody knows."""


def facts(comparison: Comparison) -> tuple[Fact, ...]:
    """The figures of both images, most important first."""
    return tuple(_facts(comparison.left, comparison.right))


def content_facts(left: Side, right: Side) -> Iterator[Fact]:
    """What is in the images, and who runs it."""
    yield count_fact(tr("Layers"), left.layers, right.layers)
    yield count_fact(tr("Files"), left.files, right.files)
    for manager in Manager:
        if manager in left.packages or manager in right.packages:
            name = tr("Packages: {manager}", manager=manager_name(manager))
            yield count_fact(name, left.packages.get(manager, 0), right.packages.get(manager, 0))
    yield _user_fact(left.user, right.user)


def _facts(left: Side, right: Side) -> Iterator[Fact]:
    yield size_fact(tr("Image size"), left.size_bytes, right.size_bytes)
    if left.compressed_bytes is not None or right.compressed_bytes is not None:
        yield size_fact(
            tr("Compressed (push / pull)"), left.compressed_bytes, right.compressed_bytes
        )
    yield size_fact(tr("In its file system"), left.files_bytes, right.files_bytes)
    if left.reclaimable_bytes or right.reclaimable_bytes:
        yield size_fact(tr("Reclaimable"), left.reclaimable_bytes, right.reclaimable_bytes)
    yield Fact(
        tr("In layers of its own"),
        size_text(left.unshared_bytes),
        size_text(right.unshared_bytes),
        "",
        None,
    )
    yield from content_facts(left, right)
    for name in sorted(left.metrics.keys() | right.metrics.keys()):
        yield _metric(name, left.metrics.get(name), right.metrics.get(name))


def manager_name(manager: Manager) -> str:
    """The package manager's name for a person."""
    return {
        Manager.DEBIAN: "Debian",
        Manager.ALPINE: "Alpine",
        Manager.PIP: "pip",
        Manager.CONDA: "conda",
    }[manager]


def size_fact(name: str, left: int | None, right: int | None) -> Fact:
    """A line on bytes; None is what is not known."""
    if left is None or right is None:
        before, after = (
            tr("not known") if size is None else size_text(size) for size in (left, right)
        )
        return Fact(name, before, after, "", None)
    change = (percent_of(left, right) or signed_size(right - left)) if left != right else ""
    better = None if change == TOO_LITTLE else _less(left, right)
    return Fact(name, size_text(left), size_text(right), change, better)


def count_fact(name: str, left: int, right: int) -> Fact:
    """A line on how many there are."""
    change = ""
    if left != right:
        few = max(left, right) <= _FEW
        change = "" if few else percent_of(left, right)
        change = change or signed_count(right - left)
    return Fact(name, count_text(left), count_text(right), change, _less(left, right))


def _less(left: int, right: int) -> bool | None:
    return None if left == right else right < left


def _user_fact(left: str, right: str) -> Fact:
    """The line on who it runs as."""
    before, after = (user.partition(":")[0] in _ROOT for user in (left, right))
    return Fact(tr("Runs as"), left, right, "", None if before == after else before)


def _metric(name: str, left: float | None, right: float | None) -> Fact:
    before, after = ("–" if value is None else metric_text(value) for value in (left, right))
    if left is None or right is None or left == right:
        return Fact(name, before, after, "", None)
    higher = higher_is_better(name)
    better = None if higher is None else (right > left) == higher
    return Fact(name, before, after, signed_metric(right - left), better)
