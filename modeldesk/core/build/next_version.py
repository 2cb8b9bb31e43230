"""The next semantic version of a model, by what changed since its newest one."""

from collections.abc import Collection
from dataclasses import dataclass

from modeldesk.core.ids import ModelName
from modeldesk.core.library.labels import fingerprint
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.references import Reference
from modeldesk.core.versioning.fingerprint import (
    Fingerprint,
    changed_parts,
    named_parts,
    step_for,
)
from modeldesk.core.versioning.proposals import ProposedVersion, latest_semantic, next_semantic
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Newest:
    """The version that the next semantic one follows."""

    tag: str
    here: bool
    """Whether its image is on the engine."""
    fingerprint: Fingerprint | None
    """What it was built from; None where its image does not tell."""


def newest_of(
    snapshot: LibrarySnapshot, model: ModelName, repository: Reference, taken: Collection[str]
) -> Newest | None:
    """The highest semantic version among the tags that are `taken`; None when there is none. Of
    images of that tag, the one in `repository` counts, else any of the model."""
    tag = latest_semantic(taken)
    if not tag:
        return None
    named = [
        (reference.name != repository.name, version)
        for known in (*snapshot.models, *snapshot.others)
        for version in known.versions
        for reference in version.references
        if reference.tag == tag and (known.name == model or reference.name == repository.name)
    ]
    if not named:
        return Newest(tag, here=False, fingerprint=None)
    _, version = min(named, key=lambda one: one[0])
    return Newest(tag, here=True, fingerprint=fingerprint(version.labels))


def proposed_since(
    taken: Collection[str], newest: Newest, now: Fingerprint | None
) -> ProposedVersion:
    """The next semantic version of what has the fingerprint `now`, and why it is that; None
    where it was not taken, because there is nothing to hold it against."""
    if newest.fingerprint is None or now is None:
        proposed = next_semantic(taken)
        if newest.here:
            why = tr("the next after {tag}, which does not tell what it was built from",
                     tag=newest.tag)  # fmt: skip
        else:
            why = tr("the next after {tag}, which is not on this engine", tag=newest.tag)
        return ProposedVersion(proposed.tag, proposed.reason, why)
    changed = changed_parts(newest.fingerprint, now)
    proposed = next_semantic(taken, step_for(changed))
    if not changed:
        why = tr("though nothing changed since {tag}", tag=newest.tag)
    else:
        why = tr("because {parts} changed since {tag}", parts=named_parts(changed), tag=newest.tag)
    return ProposedVersion(proposed.tag, proposed.reason, why)
