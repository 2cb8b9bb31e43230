"""Compares two images whose layers were read (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import compress, count
from operator import sub

from modeldesk.core.compare.config import diff_config
from modeldesk.core.compare.files import FileChange, FileDifferences, Files, diff_files
from modeldesk.core.compare.folders import by_folder
from modeldesk.core.compare.layers import align_layers
from modeldesk.core.compare.model import ChangeTotal, Comparison, FileDifference, Side
from modeldesk.core.compare.packages import diff_packages
from modeldesk.core.contents.model import ImageContents
from modeldesk.core.contents.packages import Manager, Package, find_packages
from modeldesk.core.contents.stack import Stack
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.parts import add_up
from modeldesk.core.library.labels import metrics

_LARGEST = 500
"""Files that are named one by one: nobody reads more, and a report stays a page or two."""


@dataclass(frozen=True, slots=True)
class Named:
    """An image under the name that a comparison calls it by."""

    name: str
    contents: ImageContents


@dataclass(frozen=True, slots=True)
class _Read:
    """What one image is in the end."""

    files: Files = field(repr=False)
    packages: tuple[Package, ...]


def compare(left: Named, right: Named, token: CancelToken) -> Comparison:
    """How `right` differs from `left`. Raises `Cancelled`."""
    ours, theirs = left.contents, right.contents
    before = _read(ours)
    token.raise_if_cancelled()
    after = before if _diff_ids(ours) == _diff_ids(theirs) else _read(theirs)
    token.raise_if_cancelled()
    differences = diff_files(before.files, after.files)
    token.raise_if_cancelled()
    sized = differences.only(FileChange.ADDED, FileChange.REMOVED, FileChange.RESIZED)
    again = differences.only(FileChange.REWRITTEN)
    paths = before.files.paths, after.files.paths
    return Comparison(
        _side(left, theirs, before),
        _side(right, ours, after),
        align_layers(ours.layers, theirs.layers),
        _totals(differences),
        by_folder(sized, *paths),
        by_folder(again, *paths),
        _largest(differences),
        diff_packages(before.packages, after.packages),
        diff_config(ours.image.detail, theirs.image.detail),
        tuple(dict.fromkeys((*ours.image.notes, *theirs.image.notes))),
    )


def _diff_ids(contents: ImageContents) -> Sequence[str]:
    return contents.image.detail.diff_ids


def _read(contents: ImageContents) -> _Read:
    view = Stack([layer.index for layer in contents.layers]).view()
    return _Read(Files(view), find_packages(view))


def _side(named: Named, other: ImageContents, read: _Read) -> Side:
    contents = named.contents
    compressed = [layer.blob.compressed_bytes for layer in contents.layers]
    known = [size for size in compressed if size is not None]
    shared = set(_diff_ids(other))
    own = [layer for layer in contents.layers if layer.blob.diff_id not in shared]
    detail = contents.image.detail
    return Side(
        named.name,
        contents.image.name,
        detail.id,
        contents.size_bytes,
        sum(known) if len(known) == len(compressed) else None,
        sum(read.files.sizes),
        len(read.files),
        len(contents.layers),
        sum(layer.size_bytes for layer in own),
        tuple(add_up(layer.parts for layer in contents.layers).items()),
        _counts(read.packages),
        detail.config.user or "root",
        metrics(detail.labels),
    )


def _counts(packages: Sequence[Package]) -> Mapping[Manager, int]:
    counts = dict.fromkeys(Manager, 0)
    for package in packages:
        counts[package.manager] += 1
    return {manager: count for manager, count in counts.items() if count}


def _totals(found: FileDifferences) -> Mapping[FileChange, ChangeTotal]:
    totals = {}
    for change in FileChange:
        chosen = found.are(change)
        left, right = (sum(compress(n, chosen)) for n in (found.left_sizes, found.right_sizes))
        totals[change] = ChangeTotal(chosen.count(1), left, right)
    return totals


def _largest(found: FileDifferences) -> tuple[FileDifference, ...]:
    left, right = found.left_sizes, found.right_sizes
    # Of equal differences the larger file is first, and of equal files the first.
    ranked = zip(map(abs, map(sub, right, left)), right, count(0, -1), strict=False)
    return tuple(
        FileDifference(
            found.paths[-place], FileChange(found.changes[-place]), left[-place], right[-place]
        )
        for _, _, place in nlargest(_LARGEST, ranked)
    )
