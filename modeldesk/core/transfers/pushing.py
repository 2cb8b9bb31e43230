"""Images of the engine sent to registries, under names that mean nothing else there."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from modeldesk.core.build.checks import Holders
from modeldesk.core.changes import Changes
from modeldesk.core.errors import (
    InvalidReference,
    ModelDeskError,
    NotFound,
    RegistryDenied,
    RegistryUnavailable,
    TagTaken,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import DEFAULT_REGISTRY, Reference
from modeldesk.core.registry.documents import named_by
from modeldesk.core.registry.ports import Registries, Registry
from modeldesk.core.registry.stand_in import stands_in
from modeldesk.core.registry.tagging import tag_now
from modeldesk.core.registry.tally import Tally
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A name that a registry has now."""

    reference: Reference
    """With its tag, and the digest the registry knows it by."""
    before: str
    """The digest that the tag named there; empty for nothing, or where that was not told."""

    @property
    def moved(self) -> bool:
        """Whether something else had the tag."""
        return bool(self.before) and self.before != self.reference.digest


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """What came of a push."""

    image: ImageId
    pushed: tuple[Pushed, ...]
    moved_bytes: int
    """Of layers, unpacked, as engines count them."""
    there_bytes: int

    @property
    def changes(self) -> Changes:
        return Changes(images=frozenset({self.image}))


def push_target(text: str, own: Sequence[Reference]) -> Reference:
    """The name that an image is to be pushed under, from what a person writes: a repository with
    its registry, with a tag or without. Then it gets the version's own tag among its names `own`,
    never one that moves. Raises `InvalidReference`."""
    target = Reference.parse(text)
    if "/" not in text:
        raise _placeless(text, own)
    if target.digest:
        raise InvalidReference(
            tr("“{name}” is a digest: an image can't be pushed as one.", name=text),
            tr("Write a repository and a tag."),
        )
    if target.tag:
        return target
    tag = next((one.tag for one in own if not is_mutable(one.tag)), "")
    if not tag:
        raise InvalidReference(
            tr("“{name}” says no tag.", name=text),
            tr("Write the tag that the image is to have behind {name}.", name=f"{target}:"),
        )
    return target.with_tag(tag)


def _placeless(text: str, own: Sequence[Reference]) -> InvalidReference:
    """A bare word is most often meant as a tag."""
    place = next((one.name for one in pushable(own)), "registry.lan:5000/team/rec")
    beside = f"{place.rpartition('/')[0]}/{text}"
    return InvalidReference(
        tr("“{name}” says no repository with its registry: alone it would be an image of Docker "
           "Hub’s own.", name=text),
        tr("Write where to, such as: {name}", name=beside if ":" in text else f"{place}:{text}"),
    )  # fmt: skip


def pushable(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Those that lie in a registry that was named: every image without one seems to lie in the
    public default."""
    return tuple(one for one in references if one.registry != DEFAULT_REGISTRY)


def push(
    engine: ImageEngine,
    registries: Registries,
    image: ImageId,
    targets: Sequence[Reference],
    job: Job,
) -> PushOutcome:
    """Send an image to every one of `targets`, each with a tag, and let the engine call it so.

    What has a version's name already is not replaced. Names that the engine gave it for this go
    again when the push fails or is cancelled. Raises `TagTaken`, `InvalidVersion`, `NotFound`,
    and what `ImageEngine.push` raises; what was pushed by then stays.
    """
    summary = engine.image_summary(image)
    if summary is None:
        raise NotFound(tr("The image is not on the engine, or no longer."))
    now = datetime.now(UTC).astimezone()
    held = engine.list_images()
    versions = [target for target in targets if not is_mutable(target.tag)]
    Holders(held, ()).check(versions, now, image)
    before = {target: _before(registries, target, summary, job) for target in targets}
    tally = Tally(tr("Pushing"), job.report)
    pushed: list[Pushed] = []
    for target in targets:
        holder = next((one.id for one in held if target in one.tags), None)
        if holder != image:
            engine.tag_image(image, target)
        try:
            digest = engine.push(target, tally, job.token)
        except ModelDeskError:
            if holder != image:
                _give_back(engine, target, holder)
            raise
        pushed.append(Pushed(replace(target, digest=digest), before[target]))
    return PushOutcome(image, tuple(pushed), tally.moved_bytes, tally.there_bytes)


def _give_back(engine: ImageEngine, target: Reference, holder: ImageId | None) -> None:
    """A name that was given for a push that came to nothing."""
    with suppress(ModelDeskError):
        if holder is not None:
            engine.tag_image(holder, target)
            return
        named = next((one for one in engine.list_images() if target in one.tags), None)
        # An image goes with its last name.
        if named is not None and len(named.tags) > 1:
            engine.remove_image(str(target))


def _before(registries: Registries, target: Reference, image: ImageSummary, job: Job) -> str:
    """What the registry has under the name. Raises `TagTaken` where that is another version."""
    try:
        registry = registries.at(target.registry)
        before = tag_now(registry, target.repository, target.tag, job.token)
        if before and stands_in(registry, target.repository, before, job.token):
            return ""
        if before and not is_mutable(target.tag):
            _check_same(registry, target, before, image, job.token)
    except (RegistryUnavailable, RegistryDenied) as error:
        # The engine may reach what this machine does not, and repositories that are not there
        # yet are denied by some.
        logger.info("what %s names can't be seen: %s", target, error)
        return ""
    return before


def _check_same(
    registry: Registry, target: Reference, digest: str, image: ImageSummary, token: CancelToken
) -> None:
    """Engines know an image by its manifest or by its configuration."""
    known = {image.id, *(one.digest for one in image.digests)}
    if digest in known:
        return
    named = named_by(registry.manifest(target.repository, digest, token))
    if any(blob.digest == image.id for blob in named.blobs[:1]):
        return
    raise TagTaken(
        tr("{name} is in the registry already, and is another image.", name=target),
        tr("A version is never given to another image: push it under a new version."),
        digest,
    )
