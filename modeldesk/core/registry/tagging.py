"""Tags of a registry: given to what is there without any layer on its way, and taken away."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from modeldesk.core.errors import Cancelled, ModelDeskError, NotInRegistry, TagMoved, TagTaken
from modeldesk.core.ids import short
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import check_tag
from modeldesk.core.registry.at_once import QUESTIONS, at_once
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.core.registry.ports import Registry
from modeldesk.core.registry.stand_in import (
    EMPTY,
    digest_of,
    is_stand_in,
    new_stand_in,
    stands_in,
)
from modeldesk.core.registry.walk import spoken_of
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr

Moves = Callable[[str], bool]
"""Whether a tag is one that moves, such as a channel."""
_MOST_ASKED = 2_000
_NOTHING = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag as it was left."""

    repository: str
    tag: str
    digest: str
    """What it names now; empty when it went."""
    before: str
    """What it named; empty for nothing."""

    @property
    def moved(self) -> bool:
        """Whether something else had it."""
        return bool(self.before) and self.before != self.digest


def tag_now(registry: Registry, repository: str, tag: str, token: CancelToken) -> str:
    """The digest that a tag names; empty for no such tag."""
    try:
        return registry.digest(repository, tag, token)
    except NotInRegistry:
        return ""


def tags_by_digest(
    registry: Registry, repository: str, token: CancelToken
) -> Mapping[str, tuple[str, ...]]:
    """Every digest that has a tag, with all of them, sorted; none in a repository that is not
    there. A tag that went meanwhile is left out."""
    try:
        tags = registry.tags(repository, token)
    except NotInRegistry:
        return {}
    digests = at_once(
        lambda tag, own: tag_now(registry, repository, tag, own), tags, QUESTIONS, token
    )
    found: dict[str, list[str]] = {}
    for tag, digest in zip(tags, digests, strict=True):
        if digest:
            found.setdefault(digest, []).append(tag)
    return {digest: tuple(names) for digest, names in found.items()}


def check_free(
    registry: Registry,
    repository: str,
    tag: str,
    digest: str,
    token: CancelToken,
    expected: str | None = None,
    moves: Moves = is_mutable,
) -> str:
    """What `tag` names, before it is given to `digest`; empty for nothing. Raises `TagMoved`
    when that is not what is `expected` (empty: nothing), and `TagTaken` for a version's name
    that something else has."""
    check_tag(tag)
    before = tag_now(registry, repository, tag, token)
    if before not in ("", digest, expected) and stands_in(registry, repository, before, token):
        before = ""
    if expected is not None and before != expected:
        raise _moved(registry, repository, tag, before)
    if before and before != digest and not moves(tag):
        raise TagTaken(
            tr(
                "{tag} names another image in {repository}, and a version is never given to "
                "another image.",
                tag=tag,
                repository=f"{registry.name}/{repository}",
            ),
            tr("Choose another name. It stands for {digest}.", digest=short(before)),
        )
    return before


def put_tag(
    registry: Registry,
    repository: str,
    tag: str,
    manifest: Manifest,
    token: CancelToken,
    expected: str | None = None,
    moves: Moves = is_mutable,
) -> Tagged:
    """Let `tag` name a manifest whose parts are there. Raises as `check_free`; registries know
    no compare-and-put, so it is looked at right before and right after."""
    before = check_free(registry, repository, tag, manifest.digest, token, expected, moves)
    if before != manifest.digest:
        registry.put_manifest(repository, tag, manifest, token)
        # Whoever cancels now comes too late: it is done.
        with suppress(Cancelled):
            after = tag_now(registry, repository, tag, token)
            if after != manifest.digest:
                raise _moved(registry, repository, tag, after)
    return Tagged(repository, tag, manifest.digest, before)


def retag(
    registry: Registry,
    repository: str,
    reference: str,
    tag: str,
    token: CancelToken,
    expected: str | None = None,
    moves: Moves = is_mutable,
) -> Tagged:
    """Give what `reference` (a tag or digest) names one more tag, or move one there: the same
    bytes under another name, and nothing is pulled. Raises as `check_free`, and
    `NotInRegistry`."""
    check_tag(tag)
    manifest = registry.manifest(repository, reference, token)
    return put_tag(registry, repository, tag, manifest, token, expected, moves)


def untag(
    registry: Registry,
    repository: str,
    tag: str,
    token: CancelToken,
    expected: str | None = None,
) -> Tagged:
    """Take one tag away, and leave what it names with its other tags. Raises `TagMoved` when it
    does not name what is `expected`, `NotInRegistry`, and `RegistryDenied` where the registry
    deletes nothing: then nothing has changed.

    Registries delete by digest, which takes every tag of it; so the tag is first given to a
    manifest that nobody else has, and that one is deleted. What an earlier call left there that
    was killed in between is deleted, whatever was expected.
    """
    manifest = registry.manifest(repository, tag, token)
    if is_stand_in(manifest):
        registry.delete_manifest(repository, manifest.digest, token)
        return Tagged(repository, tag, "", "")
    if expected is not None and manifest.digest != expected:
        raise _moved(registry, repository, tag, manifest.digest)
    # Whether anything can be deleted is seen before the tag is touched.
    with suppress(NotInRegistry):
        registry.delete_manifest(repository, _NOTHING, token)
    stand_in = new_stand_in()
    empty = Blob(digest_of(EMPTY), len(EMPTY), lambda first: iter([EMPTY[first:]]))
    registry.put_blob(repository, empty, lambda _: None, token)
    registry.put_manifest(repository, tag, stand_in, token)
    try:
        registry.delete_manifest(repository, stand_in.digest, token)
    except ModelDeskError:
        # Also when it was cancelled: a tag must not be left with the stand-in.
        registry.put_manifest(repository, tag, manifest, CancelToken())
        raise
    return Tagged(repository, tag, "", manifest.digest)


def is_without_tag(
    registry: Registry, repository: str, digest: str, token: CancelToken
) -> bool | None:
    """Whether no tag names `digest` any more; None where there are too many tags to ask for."""
    try:
        tags = [tag for tag in registry.tags(repository, token) if not spoken_of(tag)]
    except NotInRegistry:
        return True
    if len(tags) > _MOST_ASKED:
        return None
    found = at_once(
        lambda tag, own: tag_now(registry, repository, tag, own), tags, QUESTIONS, token
    )
    return digest not in found


def _moved(registry: Registry, repository: str, tag: str, digest: str) -> TagMoved:
    name = f"{registry.name}/{repository}:{tag}"
    if not digest:
        return TagMoved(
            tr("{name} is not there any more.", name=name),
            tr("Somebody took it away meanwhile. Look again before you go on."),
        )
    return TagMoved(
        tr("{name} names {digest} now.", name=name, digest=short(digest)),
        tr("Somebody moved it meanwhile. Look again before you go on."),
        digest,
    )
