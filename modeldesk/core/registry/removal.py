"""An image taken out of its registry: what goes with it, and what room that makes."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from modeldesk.core.errors import NotInRegistry, TagMoved
from modeldesk.core.ids import short
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.registry.at_once import QUESTIONS, at_once
from modeldesk.core.registry.documents import named_by
from modeldesk.core.registry.model import Manifest
from modeldesk.core.registry.ports import Registry
from modeldesk.core.registry.tagging import tag_now
from modeldesk.core.registry.walk import Walked, spoken_of, walk
from modeldesk.core.words import tr

Glance = tuple[tuple[str, ...], tuple[str, ...]]
"""Of a manifest: the digests of its members, and of those of its blobs that matter here."""
Seen = dict[str, Glance]
"""By digest, which tells the same for ever."""
_AT_A_TIME = 512


@dataclass(frozen=True, slots=True)
class RegistryRemoval:
    """What goes when a digest goes."""

    repository: str
    """Without the registry."""
    digest: str
    tags: tuple[str, ...]
    """All that name it, sorted: they go with it."""
    manifests: tuple[str, ...]
    """Digests that go: its own first, then platforms and attachments that nothing else names."""
    attached: tuple[str, ...]
    """Tags of what speaks of it, such as its metadata and signatures: they go too."""
    freed_bytes: int
    """In layers and configurations that nothing else in this repository names. The registry
    frees them when it collects its garbage, and keeps what another repository has too."""
    kept_bytes: int
    """In those that others in this repository name."""
    seen: Seen = field(default_factory=dict, repr=False, compare=False)
    """What was read for it, so that it is not read again."""


def plan_removal(
    registry: Registry, repository: str, digest: str, job: Job, seen: Seen | None = None
) -> RegistryRemoval:
    """Look at everything in the repository: a question for each tag, and one for each digest that
    was not `seen`; it is reported how far that is. Raises `NotInRegistry`, `Cancelled`."""
    token = job.token
    known: Seen = {} if seen is None else seen
    root = registry.manifest(repository, digest, token)
    own = walk(registry, repository, root, token)
    here = _blobs(own.manifests)
    tagged = _tagged(registry, repository, job)
    stays, there = _staying(registry, repository, tagged, own, here.keys(), known, job)
    goes = {root.digest: root} | {
        one: manifest for one, manifest in own.manifests.items() if one not in stays
    }
    going = _blobs(goes)
    return RegistryRemoval(
        repository,
        root.digest,
        tagged.get(root.digest, ()),
        tuple(goes),
        tuple(sorted(tag for tag, one in own.tags.items() if one in goes)),
        sum(size for blob, size in going.items() if blob not in there),
        sum(size for blob, size in going.items() if blob in there),
        known,
    )


def remove(registry: Registry, removal: RegistryRemoval, job: Job) -> None:
    """Do what was planned, after every tag was looked at again. Raises `TagMoved` when by now
    other tags than those of the plan name it, or something else names its platforms and
    attachments, `NotInRegistry` when it is gone already, `RegistryDenied` where nothing may be
    deleted: then nothing has changed."""
    token = job.token
    now = plan_removal(registry, removal.repository, removal.digest, job, removal.seen)
    tags = now.tags
    if set(removal.manifests) - set(now.manifests):
        raise TagMoved(
            tr("Something else in {repository} names a part of {digest} by now.",
               repository=removal.repository, digest=short(removal.digest)),
            tr("Nothing was removed. Look again before you go on."),
        )  # fmt: skip
    if tags != removal.tags:
        raise TagMoved(
            tr("Other tags name {digest} by now: {tags}.", digest=short(removal.digest),
               tags=", ".join(tags) or tr("none")),
            tr("Nothing was removed. Look again before you go on."),
        )  # fmt: skip
    registry.delete_manifest(removal.repository, removal.digest, token)
    for digest in removal.manifests[1:]:
        with suppress(NotInRegistry):
            registry.delete_manifest(removal.repository, digest, token)
    for digest in removal.manifests:
        with suppress(NotInRegistry):
            # What stands for a list of attachments, where the registry keeps none itself.
            listed = registry.digest(removal.repository, digest.replace(":", "-"), token)
            registry.delete_manifest(removal.repository, listed, token)


def kinds_of(attached: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """What is attached by its kind, as its tags say it (such as ``metadata``), with how many."""
    kinds = Counter(tag.partition(".")[2].partition(".")[0] for tag in attached)
    return tuple(sorted(kinds.items()))


def _tagged(registry: Registry, repository: str, job: Job) -> Mapping[str, tuple[str, ...]]:
    """As `tags_by_digest`, some at a time, and it is reported how far that is."""
    try:
        tags = registry.tags(repository, job.token)
    except NotInRegistry:
        return {}
    found: dict[str, list[str]] = {}
    for first in range(0, len(tags), _AT_A_TIME):
        some = tags[first : first + _AT_A_TIME]
        job.report(Progress(tr("Looking at tags"), first, len(tags), Unit.STEPS))
        digests = at_once(
            lambda tag, own: tag_now(registry, repository, tag, own), some, QUESTIONS, job.token
        )
        for tag, digest in zip(some, digests, strict=True):
            if digest:
                found.setdefault(digest, []).append(tag)
    return {digest: tuple(names) for digest, names in found.items()}


def _staying(
    registry: Registry,
    repository: str,
    tagged: Mapping[str, tuple[str, ...]],
    own: Walked,
    blobs: Collection[str],
    seen: Seen,
    job: Job,
) -> tuple[set[str], set[str]]:
    """What stays, with its platforms: everything that has a tag of its own, but what speaks only
    of what goes; and which of `blobs` that names. Of each manifest no more is remembered: there
    may be very many."""
    stays: set[str] = set()
    there: set[str] = set()
    kept = [
        digest
        for digest, tags in tagged.items()
        if digest != own.root and not all(spoken_of(tag) in own.manifests for tag in tags)
    ]

    def look(digest: str, token: CancelToken) -> tuple[str, Glance]:
        if digest in seen:
            return digest, seen[digest]
        named = named_by(registry.manifest(repository, digest, token))
        return digest, (
            tuple(one.digest for one in named.members),
            tuple(one.digest for one in named.blobs if one.digest in blobs),
        )

    while kept:
        for first in range(0, len(kept), _AT_A_TIME):
            some = kept[first : first + _AT_A_TIME]
            job.report(Progress(tr("Looking at what stays"), first, len(kept), Unit.STEPS))
            glances = at_once(look, some, QUESTIONS, job.token)
            seen.update(glances)
            there.update(blob for _, (_, named) in glances for blob in named)
        stays.update(kept)
        members = {member for digest in kept for member in seen[digest][0]}
        kept = sorted(members - stays)
    return stays, there


def _blobs(manifests: Mapping[str, Manifest]) -> dict[str, int]:
    return {
        blob.digest: blob.size_bytes
        for manifest in manifests.values()
        for blob in named_by(manifest).blobs
    }
