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
from modeldesk.core.registry.walk import spoken_of, walk
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr

_AT_A_TIME = 512


@dataclass(frozen=True, slots=True)
class _Glance:
    """Of a manifest, by digests."""

    members: tuple[str, ...]
    blobs: tuple[str, ...]
    """Those that matter here."""


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
    named: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Every tag of the repository, and the digest that it named."""


def plan_removal(registry: Registry, repository: str, digest: str, job: Job) -> RegistryRemoval:
    """Look at everything in the repository: a question for each tag, and one for each platform of
    what stays; it is reported how far that is. Raises `NotInRegistry`, `Cancelled`."""
    token = job.token
    root = registry.manifest(repository, digest, token)
    own = walk(registry, repository, root, token)
    here = _blobs(own.manifests)
    looking = _Looking(registry, repository, own.manifests.keys(), here.keys())
    tagged = looking.tagged(job)
    stays, there = looking.staying(tagged, root.digest, job)
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
        {tag: named for named, tags in tagged.items() for tag in tags},
    )


def remove(registry: Registry, removal: RegistryRemoval, job: Job) -> None:
    """Do what was planned. Tags that are new or may move, and those that are to go, are looked at
    right before; what other tags name is taken from the plan. Raises `TagMoved` when by now other
    tags than those of the plan name it, or something else names its platforms and attachments,
    `NotInRegistry` when it is gone already, `RegistryDenied` where nothing may be deleted: then
    nothing has changed. A version's name that somebody moved to it all the same is seen when it
    goes with it: it is given back, and `TagMoved` says so."""
    token = job.token
    repository = removal.repository
    # What may have to be given back.
    root = registry.manifest(repository, removal.digest, token)
    members = [one.digest for one in named_by(root).members if one.digest in removal.manifests]
    platforms = at_once(
        lambda digest, own: _there(registry, repository, digest, own), members, QUESTIONS, token
    )
    before = _unchanged(registry, removal, token)
    _delete(registry, removal, root, before)
    for platform in filter(None, platforms):
        token.raise_if_cancelled()
        with suppress(NotInRegistry):
            _delete(registry, removal, platform, before)
    for digest in (one for one in removal.manifests[1:] if one not in members):
        with suppress(NotInRegistry):
            registry.delete_manifest(repository, digest, token)
    for digest in removal.manifests:
        with suppress(NotInRegistry):
            # What stands for a list of attachments, where the registry keeps none itself.
            listed = registry.digest(repository, digest.replace(":", "-"), token)
            registry.delete_manifest(repository, listed, token)


def kinds_of(attached: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """What is attached by its kind, as its tags say it (such as ``metadata``), with how many."""
    kinds = Counter(tag.partition(".")[2].partition(".")[0] for tag in attached)
    return tuple(sorted(kinds.items()))


class _Looking:
    """Reads what a repository has, beside an image that is to go. Of each manifest no more is
    remembered than matters for that: there may be very many."""

    def __init__(
        self,
        registry: Registry,
        repository: str,
        own: Collection[str],
        blobs: Collection[str],
    ) -> None:
        """`own` are the manifests of the image, `blobs` what they name."""
        self._registry = registry
        self._repository = repository
        self._own = own
        self._blobs = blobs
        self._seen: dict[str, _Glance] = {}

    def tagged(self, job: Job) -> dict[str, tuple[str, ...]]:
        """Every digest that has a tag, with all of them, sorted; none in a repository that is not
        there. A tag that went meanwhile is left out."""
        tags = _tags(self._registry, self._repository, job.token)
        found: dict[str, list[str]] = {}
        looked = 0
        for first in range(0, len(tags), _AT_A_TIME):
            some = tags[first : first + _AT_A_TIME]
            job.report(Progress(tr("Looking at tags"), first, len(tags), Unit.STEPS))
            # Most often each tag has a manifest of its own, which answers what it is, too. Where
            # many share one it is asked for by its digest, once.
            shared = looked > len(found) * 2
            ask = self._digest if shared else self._read
            for tag, digest in zip(some, at_once(ask, some, QUESTIONS, job.token), strict=True):
                if digest:
                    found.setdefault(digest, []).append(tag)
            looked += len(some)
        return {digest: tuple(names) for digest, names in found.items()}

    def staying(
        self, tagged: Mapping[str, tuple[str, ...]], root: str, job: Job
    ) -> tuple[set[str], set[str]]:
        """What stays when `root` goes, with its platforms: everything that has a tag of its own,
        but what speaks only of what goes; and which of the blobs that names."""
        stays: set[str] = set()
        there: set[str] = set()
        kept = [
            digest
            for digest, tags in tagged.items()
            if digest != root and not all(spoken_of(tag) in self._own for tag in tags)
        ]
        while kept:
            unseen = [digest for digest in kept if digest not in self._seen]
            for first in range(0, len(unseen), _AT_A_TIME):
                some = unseen[first : first + _AT_A_TIME]
                job.report(Progress(tr("Looking at what stays"), first, len(unseen), Unit.STEPS))
                at_once(self._member, some, QUESTIONS, job.token)
            stays.update(kept)
            there.update(blob for digest in kept for blob in self._seen[digest].blobs)
            members = {member for digest in kept for member in self._seen[digest].members}
            kept = sorted(members - stays)
        return stays, there

    def _digest(self, tag: str, token: CancelToken) -> str:
        return tag_now(self._registry, self._repository, tag, token)

    def _read(self, tag: str, token: CancelToken) -> str:
        manifest = _there(self._registry, self._repository, tag, token)
        if manifest is None:
            return ""
        self._remember(manifest)
        return manifest.digest

    def _member(self, digest: str, token: CancelToken) -> None:
        self._remember(self._registry.manifest(self._repository, digest, token))

    def _remember(self, manifest: Manifest) -> None:
        named = named_by(manifest)
        self._seen[manifest.digest] = _Glance(
            tuple(one.digest for one in named.members),
            tuple(one.digest for one in named.blobs if one.digest in self._blobs),
        )


def _unchanged(registry: Registry, removal: RegistryRemoval, token: CancelToken) -> set[str]:
    """All tags there are, after it was looked whether those that are new or may move name any of
    what is to go. Raises `TagMoved`."""
    repository, known = removal.repository, removal.named
    listed = _tags(registry, repository, token)
    asked = [tag for tag in listed if tag not in known or is_mutable(tag) or tag in removal.tags]
    digests = at_once(
        lambda tag, own: tag_now(registry, repository, tag, own), asked, QUESTIONS, token
    )
    tags = tuple(
        tag for tag, digest in zip(asked, digests, strict=True) if digest == removal.digest
    )
    if tags != removal.tags:
        raise TagMoved(
            tr("Other tags name {digest} by now: {tags}.", digest=short(removal.digest),
               tags=", ".join(tags) or tr("none")),
            tr("Nothing was removed. Look again before you go on."),
        )  # fmt: skip
    news = {
        digest
        for tag, digest in zip(asked, digests, strict=True)
        if digest not in ("", removal.digest, known.get(tag))
        and spoken_of(tag) not in removal.manifests
    }
    while news:
        if not news.isdisjoint(removal.manifests):
            raise TagMoved(
                tr("Something else in {repository} names a part of {digest} by now.",
                   repository=repository, digest=short(removal.digest)),
                tr("Nothing was removed. Look again before you go on."),
            )  # fmt: skip
        manifests = at_once(
            lambda digest, own: _there(registry, repository, digest, own), news, QUESTIONS, token
        )
        news = {one.digest for found in manifests if found for one in named_by(found).members}
    return set(listed)


def _delete(
    registry: Registry, removal: RegistryRemoval, manifest: Manifest, before: set[str]
) -> None:
    """Delete it; a tag that goes with it although the plan does not say so is given back. `before`
    are all tags, and hears which of them went. Raises `TagMoved`. Whoever cancels between the two
    comes too late."""
    repository, token = removal.repository, CancelToken()
    registry.delete_manifest(repository, manifest.digest, token)
    gone = before.difference(_tags(registry, repository, token))
    before -= gone
    meant = {*removal.tags, *removal.attached}
    moved = sorted(tag for tag in gone if tag not in meant and not spoken_of(tag))
    for tag in moved:
        registry.put_manifest(repository, tag, manifest, token)
    if moved:
        raise TagMoved(
            tr("Somebody moved {tags} to {digest} meanwhile.", digest=short(manifest.digest),
               tags=", ".join(moved)),
            tr("That was given back; its other tags are gone. Look again before you go on."),
        )  # fmt: skip


def _tags(registry: Registry, repository: str, token: CancelToken) -> tuple[str, ...]:
    try:
        return registry.tags(repository, token)
    except NotInRegistry:
        return ()


def _there(
    registry: Registry, repository: str, reference: str, token: CancelToken
) -> Manifest | None:
    """None for what went meanwhile."""
    with suppress(NotInRegistry):
        return registry.manifest(repository, reference, token)
    return None


def _blobs(manifests: Mapping[str, Manifest]) -> dict[str, int]:
    return {
        blob.digest: blob.size_bytes
        for manifest in manifests.values()
        for blob in named_by(manifest).blobs
    }
