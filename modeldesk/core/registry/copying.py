"""Images copied from one repository or registry to another, without an engine."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from modeldesk.core.errors import InvalidReference, NotInRegistry
from modeldesk.core.ids import short
from modeldesk.core.image_documents import Descriptor
from modeldesk.core.jobs import CancelToken, Job, Part, PartState
from modeldesk.core.references import Reference
from modeldesk.core.registry.at_once import at_once
from modeldesk.core.registry.documents import (
    check_platform,
    for_platforms,
    is_index,
    named_by,
    platform_of,
)
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.core.registry.ports import Registries, Registry
from modeldesk.core.registry.tagging import check_free, put_tag
from modeldesk.core.registry.tally import Tally
from modeldesk.core.registry.walk import walk
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr

BLOBS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """What to copy where."""

    source: Reference
    """With a tag or a digest; the digest counts."""
    target: Reference
    """Without a tag it gets the source's, unless that is one that moves."""
    platforms: tuple[str, ...] = ()
    """Such as ``linux/arm64``; none: all of them."""
    expected: str | None = None
    """The digest that the target's tag must name (empty: nothing); None: whatever it is."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of it."""

    target: Reference
    """With its tag and digest."""
    before: str
    """The digest that the tag named; empty for nothing."""
    manifests: int
    """Of platforms, indexes and attachments, with those that were there."""
    moved_bytes: int
    there_bytes: int
    """In blobs that were there, or that the registry had in another repository."""
    source: str = ""
    """The digest that was asked for: not the copy's, where only some platforms were."""


def copy(registries: Registries, request: CopyRequest, job: Job) -> Copied:
    """Copy an image with all its platforms (or those asked for) and all that is attached to it.

    The tag is given last, when everything else is there: a copy that ends early leaves none, and
    the next finds what is there already. Raises what registries raise, `InvalidReference`,
    `TagTaken` and `TagMoved`.
    """
    target = _target(request)
    source, goal = registries.at(request.source.registry), registries.at(target.registry)
    wanted = request.source.digest or request.source.tag
    if not wanted:
        raise InvalidReference(
            tr("“{name}” says no tag.", name=request.source),
            tr("Write the tag or the digest of what is to be copied."),
        )
    repository, token = request.source.repository, job.token
    asked = root = source.manifest(repository, wanted, token)
    if request.platforms:
        chosen = (
            for_platforms(root, request.platforms)
            if is_index(root)
            else _for_its_platform(source, repository, root, request.platforms, token)
        )
        root = (
            chosen
            if isinstance(chosen, Manifest)
            else source.manifest(repository, chosen.digest, token)
        )
    if target.tag:
        check_free(goal, target.repository, target.tag, root.digest, token, request.expected)
    found = walk(source, repository, root, token)
    tally = Tally(tr("Copying"), job.report)
    route = _Route(source, repository, goal, target.repository, tally)
    route.move(found.manifests, token)
    names = {digest: tag for tag, digest in found.tags.items()}
    for digest, manifest in found.manifests.items():
        goal.put_manifest(target.repository, names.get(digest, digest), manifest, token)
    before = ""
    if target.tag:
        put = put_tag(goal, target.repository, target.tag, root, token, request.expected)
        before = put.before
    return Copied(
        replace(target, digest=root.digest),
        before,
        len(found.manifests),
        tally.moved_bytes,
        tally.there_bytes,
        asked.digest,
    )


def _for_its_platform(
    source: Registry, repository: str, image: Manifest, wanted: tuple[str, ...], token: CancelToken
) -> Manifest:
    """A single image, which says in its configuration what it is for. Raises `NotInRegistry`."""
    config = named_by(image).blobs[0]
    own = platform_of(source.document(repository, config.digest, token))
    for platform in wanted:
        check_platform([own] if own else [], platform)
    return image


def _target(request: CopyRequest) -> Reference:
    target = replace(request.target, digest="")
    if target.tag or not request.source.tag:
        return target
    if is_mutable(request.source.tag):
        raise InvalidReference(
            tr("“{tag}” is a tag that moves, and is not copied unasked.", tag=request.source.tag),
            tr("Write the tag that the copy is to have behind {name}.", name=f"{target}:"),
        )
    return target.with_tag(request.source.tag)


class _Route:
    """From one repository to another, for blobs."""

    def __init__(
        self,
        source: Registry,
        repository: str,
        goal: Registry,
        goal_repository: str,
        tally: Tally,
    ) -> None:
        self._source = source
        self._repository = repository
        self._goal = goal
        self._goal_repository = goal_repository
        self._tally = tally

    def move(self, manifests: Mapping[str, Manifest], token: CancelToken) -> None:
        """Have every blob that these manifests name at the goal."""
        there: dict[str, Descriptor] = {}
        absent: dict[str, Descriptor] = {}
        for digest, manifest in manifests.items():
            # A registry takes no manifest before its blobs.
            known = there if self._has_manifest(digest, token) else absent
            known.update((blob.digest, blob) for blob in named_by(manifest).blobs)
        for digest, blob in there.items():
            absent.pop(digest, None)
            self._tell(blob, PartState.THERE, blob.size_bytes)
        for blob in absent.values():
            self._tell(blob, PartState.WAITING)
        # The largest first, so that none of them is left for the end alone.
        blobs = sorted(absent.values(), key=lambda one: -one.size_bytes)
        at_once(self._move, blobs, BLOBS_AT_ONCE, token)

    def _has_manifest(self, digest: str, token: CancelToken) -> bool:
        try:
            return bool(self._goal.digest(self._goal_repository, digest, token))
        except NotInRegistry:
            return False

    def _move(self, blob: Descriptor, token: CancelToken) -> None:
        here = self._goal.name == self._source.name
        if self._goal.has_blob(self._goal_repository, blob.digest, token):
            self._tell(blob, PartState.THERE, blob.size_bytes)
        elif here and self._goal.mount(self._goal_repository, blob.digest, self._repository, token):
            self._tell(blob, PartState.MOUNTED, blob.size_bytes)
        else:
            sent = Blob(
                blob.digest,
                blob.size_bytes,
                lambda first: self._source.blob(self._repository, blob.digest, token, first),
            )
            self._goal.put_blob(
                self._goal_repository,
                sent,
                lambda done: self._tell(blob, PartState.MOVING, done),
                token,
            )
            self._tell(blob, PartState.DONE, blob.size_bytes)

    def _tell(self, blob: Descriptor, state: PartState, done: int = 0) -> None:
        self._tally(Part(short(blob.digest), state, done, blob.size_bytes))
