"""What could go: found in a snapshot, each with its reason and what holds it (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from modeldesk.core.cleanup.holds import Holds, ServiceNeeds
from modeldesk.core.cleanup.rules import KeepRules, beyond
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.labels import VERSION_LABEL
from modeldesk.core.library.labels import model_name
from modeldesk.core.library.model import Group, LibrarySnapshot, Model, Version, VersionKey, Where
from modeldesk.core.library.removal import RemovalPlan, RemovalPlanner
from modeldesk.core.words import tr, trn

_NO_DATE = 1980
"""Tools that build the same image twice write such a year, or none."""


class Reason(Enum):
    """Why a version is no longer wanted. The values stand in the command line's JSON."""

    UNTAGGED = "untagged"
    """No name is left: builds and tags that moved leave such images behind."""
    DEPRECATED = "deprecated"
    """The channel “deprecated” points at it."""
    OLD = "old"
    """The keep rule of its model does not keep it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that could go, or that something still holds."""

    version: Version
    reason: Reason
    why: str
    """A few words."""
    locked: str = ""
    """Why it can't be picked, as a sentence; empty when it can."""

    @property
    def key(self) -> VersionKey:
        return self.version.key

    @property
    def only_here(self) -> bool:
        """Whether no registry is known to have it."""
        return self.version.where is Where.LOCAL


@dataclass(frozen=True, slots=True)
class Cleanup:
    """Everything a clean-up could take, and how to reckon with any part of it."""

    candidates: tuple[Candidate, ...]
    """Untagged, then deprecated, then old ones by model; newest first."""
    planner: RemovalPlanner

    def plan(self, chosen: Iterable[Candidate]) -> RemovalPlan:
        """What removing `chosen` does; those that are locked stay out."""
        return self.planner.plan(one.version for one in chosen if not one.locked)

    def bytes_back(self, chosen: Iterable[Candidate]) -> int | None:
        """True bytes of the set: what no image has any more without it."""
        return self.planner.bytes_back(one.key for one in chosen if not one.locked)


def find_candidates(
    snapshot: LibrarySnapshot,
    needs: Sequence[ServiceNeeds],
    rules: KeepRules,
    now: datetime,
) -> Cleanup:
    """What could go of `snapshot`. `needs` are those of every deployment."""
    planner = RemovalPlanner(snapshot)
    holds = Holds(snapshot, planner.tree, needs)
    found = [
        Candidate(version, reason, why, holds.reason(version))
        for version, reason, why in _found(snapshot, rules, now)
    ]
    order = list(Reason)
    found.sort(key=lambda one: order.index(one.reason))
    return Cleanup(tuple(found), planner)


def _found(
    snapshot: LibrarySnapshot, rules: KeepRules, now: datetime
) -> Iterator[tuple[Version, Reason, str]]:
    for entry in snapshot.others:
        if entry.group is Group.UNTAGGED:
            for version in entry.versions:
                yield version, Reason.UNTAGGED, _what_it_was(version)
    for model in snapshot.models:
        yield from _of_model(model, rules.of_model(model.name), now)


def _of_model(model: Model, rule: KeepRule, now: datetime) -> Iterator[tuple[Version, Reason, str]]:
    old = {version.key for version in beyond(model, rule, now)}
    for newer, version in enumerate(model.versions):
        if "deprecated" in version.channels:
            yield version, Reason.DEPRECATED, tr("deprecated")
        elif version.key in old:
            yield version, Reason.OLD, _how_old(newer, version.created, now)


def _how_old(newer: int, created: datetime, now: datetime) -> str:
    days = (now - created).days
    if created.year <= _NO_DATE:
        age = tr("of no known date")
    elif days < 1:
        age = tr("less than a day old")
    else:
        age = trn("{count} day old", "{count} days old", days)
    return trn("{age}, {count} newer", "{age}, {count} newer", newer, age=age)


def _what_it_was(version: Version) -> str:
    """What an image without a name says of itself."""
    model, named = model_name(version.labels), version.labels.get(VERSION_LABEL, "")
    if model:
        return tr("was {name}", name=f"{model} {named}".strip())
    return tr("left by a build or a tag that moved")
