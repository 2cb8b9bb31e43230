"""What the channel that a deployment follows names, here and in its registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from modeldesk.core.deployment_watch.model import ChannelFacts
from modeldesk.core.deployment_watch.ports import Followed
from modeldesk.core.errors import InvalidReference, RegistryError
from modeldesk.core.ids import ImageId, short
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.versions import own_reference
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import Deployment, VersionTarget

ASK_AGAIN_S = 600.0
"""How long what a registry said is taken for true."""


@dataclass(frozen=True, slots=True)
class _Said:
    digest: str
    at: float


class ChannelLook:
    """One engine's. A registry is asked for one tag at a time, and seldom; one that is away is
    passed over until then."""

    def __init__(self, followed: Followed, ticks: Callable[[], float]) -> None:
        self._followed = followed
        self._ticks = ticks
        self._said: dict[Reference, _Said] = {}

    def facts(
        self, deployment: Deployment, images: Sequence[ImageSummary], token: CancelToken
    ) -> ChannelFacts | None:
        """None where it follows none, or that names nothing. Raises `Cancelled`."""
        channel, current = self._followed.channel(deployment), deployment.current
        if not channel or current is None:
            return None
        try:
            tag = Reference.parse(current.reference).with_tag(channel)
        except InvalidReference:
            return None
        # What only this engine has no registry can know.
        in_registry = current.digest != current.image
        digest = self._digest(tag, token) if in_registry else ""
        found = (
            _by_digest(channel, tag, digest, current, images)
            if digest
            else _by_tag(channel, tag, current, images)
        )
        if found is None or found.same:
            return found
        coming = self._followed.coming(deployment)
        return replace(found, coming=coming is not None and _is_it(coming, found))

    def _digest(self, tag: Reference, token: CancelToken) -> str:
        now = self._ticks()
        said = self._said.get(tag)
        if said is None or now - said.at >= ASK_AGAIN_S:
            try:
                digest = self._followed.digest(tag, token)
            except RegistryError:
                digest = said.digest if said else ""
            said = self._said[tag] = _Said(digest, now)
        return said.digest


def _by_digest(
    channel: str,
    tag: Reference,
    digest: str,
    current: VersionTarget,
    images: Sequence[ImageSummary],
) -> ChannelFacts:
    here = next((one for one in images if _has(one, tag, digest)), None)
    same = digest == current.digest or (here is not None and here.id == current.image)
    version = _name(here, tag) if here else ""
    reference = str(tag.with_tag(version) if version else Reference(
        tag.registry, tag.repository, "", digest))  # fmt: skip
    image = here.id if here else ImageId("")
    target = VersionTarget(image, reference, digest)
    return ChannelFacts(channel, version or short(digest), target, same, here.id if here else None)


def _by_tag(
    channel: str, tag: Reference, current: VersionTarget, images: Sequence[ImageSummary]
) -> ChannelFacts | None:
    here = next((one for one in images if tag in one.tags), None)
    if here is None:
        return None
    version = _name(here, tag)
    digest = next((one.digest for one in here.digests if one.name == tag.name), here.id)
    reference = str(tag.with_tag(version) if version else tag)
    target = VersionTarget(here.id, reference, digest)
    return ChannelFacts(
        channel, version or short(here.id), target, here.id == current.image, here.id
    )


def _is_it(target: VersionTarget, named: ChannelFacts) -> bool:
    return target.digest == named.target.digest or (
        named.here is not None and target.image == named.here
    )


def _has(image: ImageSummary, tag: Reference, digest: str) -> bool:
    return any(one.name == tag.name and one.digest == digest for one in image.digests)


def _name(image: ImageSummary, tag: Reference) -> str:
    """The version's own tag in the same repository; empty for none."""
    own = own_reference(one for one in image.tags if one.name == tag.name)
    return own.tag if own else ""
