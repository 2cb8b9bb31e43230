"""How an image is named as a version, and the order of versions."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from modeldesk.core.references import Reference
from modeldesk.core.versioning.channels import channel_of, known_channels
from modeldesk.core.versioning.names import SortKey, is_mutable, is_semantic, sort_key

_Item = TypeVar("_Item")


@lru_cache(maxsize=32768)
def tag_order(tag: str) -> SortKey:
    """`sort_key`, remembered: the same tags come again with every snapshot."""
    return sort_key(tag)


@lru_cache(maxsize=32768)
def orders_by_number(tag: str) -> bool:
    """Whether `tag` is a semantic version."""
    return is_semantic(tag)


def own_reference(references: Iterable[Reference]) -> Reference | None:
    """The reference whose tag names the version: semantic before timestamp before commit before
    any other, the highest of them; None where every tag is one that moves."""
    fixed = [reference for reference in references if not is_mutable(reference.tag)]
    if len(fixed) < 2:
        return fixed[0] if fixed else None
    best = max(tag_order(reference.tag) for reference in fixed)
    return min(reference for reference in fixed if tag_order(reference.tag) == best)


def channels_of(references: Iterable[Reference]) -> tuple[str, ...]:
    """What the tags say that are no version's name, each once: the channels in their order, then
    ``latest``."""
    return channels_said(one.tag for one in references)


def channels_said(tags: Iterable[str]) -> tuple[str, ...]:
    """As `channels_of`, by the tags alone."""
    found = {channel_of(one) or one for one in tags if is_mutable(one)}
    if not found:
        return ()
    known = known_channels()
    return (*(c for c in known if c in found), *sorted(found.difference(known)))


def newest_first(
    items: Sequence[_Item], facts: Callable[[_Item], tuple[str, datetime, str]]
) -> list[_Item]:
    """`items` by semantic version when every one has such a name, else by the time they were
    created. `facts` are an item's tag (empty for none), that time, and what tells equal ones
    apart, so that their order depends on nothing else."""
    told = [(facts(item), item) for item in items]
    if all(orders_by_number(tag) for (tag, _, _), _ in told):
        told.sort(key=lambda one: (tag_order(one[0][0]), one[0][2]), reverse=True)
    else:
        told.sort(key=lambda one: (one[0][1], tag_order(one[0][0]), one[0][2]), reverse=True)
    return [item for _, item in told]
