"""Sentences that say what made the difference."""

import re
from collections import Counter
from collections.abc import Iterator

from modeldesk.core.compare.figures import and_list, count_text
from modeldesk.core.compare.files import FileChange
from modeldesk.core.compare.folders import FolderDifference
from modeldesk.core.compare.layers import PairState
from modeldesk.core.compare.model import Comparison
from modeldesk.core.compare.packages import PackageChange
from modeldesk.core.contents.entries import shown
from modeldesk.core.text import size_text
from modeldesk.core.words import tr, trn

_MOST_NAMED = 3
_ENOUGH = 0.8
"""Once what is named makes up so much of the difference, the rest is left out."""
_LEAST = 0.1
"""What is less of the difference than this is no cause of it."""

_MOST = 90
_LONGEST, _HEAD, _TAIL = 48, 4, 2
"""Of a path that is longer, so many folders are named at its beginning and at its end."""


def sentences(comparison: Comparison) -> tuple[str, ...]:
    """What a person should know first: which is smaller and by how much, and why; then what
    else changed."""
    if comparison.left.image == comparison.right.image:
        return (tr("It is the same image twice."),)
    return tuple(filter(None, (_sizes(comparison), causes(comparison), *_others(comparison))))


def folder_name(row: FolderDifference) -> str:
    """A row's path for a person."""
    path = f"/{shown(row.path)}"
    return tr("{folder}, elsewhere", folder=path) if row.is_rest else path


def _sizes(comparison: Comparison) -> str:
    delta = comparison.delta_bytes
    names = {"right": comparison.right.name, "left": comparison.left.name}
    if delta < 0:
        return tr("{right} is {size} smaller than {left}.", size=size_text(-delta), **names)
    if delta > 0:
        return tr("{right} is {size} larger than {left}.", size=size_text(delta), **names)
    if all(pair.state is PairState.SHARED for pair in comparison.layers):
        return tr("{right} and {left} have the same layers.", **names)
    return tr("{right} is as large as {left}.", **names)


def causes(comparison: Comparison) -> str:
    """What makes most of the difference in size, as a sentence; empty where nothing stands
    out."""
    delta = comparison.delta_bytes
    if not delta:
        return ""
    named, told = [], 0
    reclaimable = comparison.reclaimable_delta
    rows: list[tuple[int, FolderDifference | None]] = [
        (row.delta_bytes, row) for row in comparison.folders
    ]
    rows.append((reclaimable, None))
    rows.sort(key=lambda pair: abs(pair[0]), reverse=True)
    for amount, row in rows:
        if amount * delta <= 0 or abs(amount) < _LEAST * abs(delta):
            continue
        named.append((amount, row))
        told += abs(amount)
        if len(named) == _MOST_NAMED or told >= _ENOUGH * abs(delta):
            break
    if not named:
        return ""
    clauses = tr("; ").join(_clauses(named))
    if told * 2 >= abs(delta):
        return tr("Most of the difference: {clauses}.", clauses=clauses)
    return tr("The largest parts of the difference: {clauses}.", clauses=clauses)


def _clauses(named: list[tuple[int, FolderDifference | None]]) -> Iterator[str]:
    gone = [_item(row, -amount) for amount, row in named if row and row.is_gone]
    new = [_item(row, amount) for amount, row in named if row and row.is_new]
    if gone:
        yield trn("{items} is gone", "{items} are gone", len(gone), items=and_list(gone))
    if new:
        yield trn("{items} is new", "{items} are new", len(new), items=and_list(new))
    for amount, row in named:
        size = size_text(abs(amount))
        if row is None:
            yield (
                tr("{size} less is reclaimable", size=size)
                if amount < 0
                else tr("{size} more is reclaimable", size=size)
            )
        elif not row.is_gone and not row.is_new:
            name = _called(row)
            yield (
                tr("{name} shrank by {size}", name=name, size=size)
                if amount < 0
                else tr("{name} grew by {size}", name=name, size=size)
            )


def _item(row: FolderDifference, amount: int) -> str:
    return tr("{name} ({size})", name=_called(row), size=size_text(amount))


def _called(row: FolderDifference) -> str:
    """Its path, with what everybody calls it where it has a name."""
    path = _shortened(folder_name(row))
    name = next((name for pattern, name in _known() if pattern.search(row.path)), "")
    return f"{name} {path}" if name and not row.is_rest else path


def _shortened(path: str) -> str:
    """A long path without its middle, cut between folders where that is enough."""
    parts = path.split("/")
    if len(path) > _LONGEST and len(parts) > _HEAD + _TAIL:
        path = "/".join((*parts[:_HEAD], "…", *parts[-_TAIL:]))
    return path if len(path) <= _MOST else f"{path[: _MOST // 2]}…{path[-_MOST // 2 :]}"


def _known() -> tuple[tuple[re.Pattern[bytes], str], ...]:
    return (
        (re.compile(rb"(^|/)\.cache/pip(/|$)"), tr("the pip cache")),
        (re.compile(rb"^var/lib/apt/lists(/|$)"), tr("apt's lists")),
        (re.compile(rb"^var/cache/apt(/|$)"), tr("the apt cache")),
        (re.compile(rb"conda\d?/pkgs(/|$)"), tr("the conda cache")),
        (re.compile(rb"^usr/lib/gcc(/|$)"), tr("the compiler")),
        (re.compile(rb"^usr/include(/|$)"), tr("header files in")),
        (re.compile(rb"(^|/)\.git(/|$)"), tr("the git history")),
        (re.compile(rb"(^|/)__pycache__$"), tr("compiled Python in")),
    )


def _others(comparison: Comparison) -> Iterator[str]:
    again = comparison.totals[FileChange.REWRITTEN]
    if again.right_bytes:
        yield trn(
            "{count} file ({size}) was written again at the same size.",
            "{count} files ({size}) were written again at the same size.",
            again.files,
            size=size_text(again.right_bytes),
        )
    counts = Counter(package.change for package in comparison.packages)
    parts = [
        text.format(count=count_text(counts[change]))
        for change, text in (
            (PackageChange.ADDED, tr("{count} new")),
            (PackageChange.REMOVED, tr("{count} gone")),
            (PackageChange.UPGRADED, tr("{count} newer")),
            (PackageChange.DOWNGRADED, tr("{count} older")),
            (PackageChange.CHANGED, tr("{count} changed")),
        )
        if counts[change]
    ]
    if parts:
        yield tr("Packages: {parts}.", parts=tr(", ").join(parts))
    if comparison.shared_bytes and comparison.right.unshared_bytes:
        yield tr(
            "{shared} are in layers that both have; {own} are not.",
            shared=size_text(comparison.shared_bytes),
            own=size_text(comparison.right.unshared_bytes),
        )
