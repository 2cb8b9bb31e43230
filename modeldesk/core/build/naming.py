"""Gives a built image its names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from modeldesk.core.build.checks import Holders
from modeldesk.core.build.model import BuildRequest
from modeldesk.core.errors import EngineUnavailable, ModelDeskError
from modeldesk.core.ids import ImageId, short
from modeldesk.core.images import ImageSummary
from modeldesk.core.library.versions import own_reference
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import is_channel, is_mutable
from modeldesk.core.words import tr


@dataclass(slots=True)
class Naming:
    """What came of the names that were asked for."""

    given: list[Reference] = field(default_factory=list)
    """In the order they were asked for."""
    refused: dict[Reference, ModelDeskError] = field(default_factory=dict)
    moved: dict[Reference, str] = field(default_factory=dict)
    """Channels that named another image → the version that it is."""
    channels: dict[Reference, tuple[ImageId | None, str]] = field(default_factory=dict)
    """Channels that were given → the image that had them before, and its version."""
    images: set[ImageId] = field(default_factory=set)
    """Those that names were taken from."""

    def warnings(self) -> tuple[str, ...]:
        """The names that could not be given, a sentence each."""
        return tuple(
            tr("{tag} could not be set: {reason}", tag=reference.tag, reason=error)
            for reference, error in self.refused.items()
        )

    def sentences(self) -> tuple[str, ...]:
        """What a person should know of it."""
        to = next((one.tag for one in self.given if not is_mutable(one.tag)), "")
        moved = (
            tr("{channel} moved from {before} to {version}.",
               channel=reference.tag, before=before, version=to)
            for reference, before in self.moved.items()
        )  # fmt: skip
        return (*self.warnings(), *moved)


def give_names(
    engine: ImageEngine,
    request: BuildRequest,
    image: ImageId,
    holders: Callable[[], Holders],
    now: datetime,
) -> Naming:
    """Name `image`: versions first, then what moves, and only if the image has a version's name
    then. A name that can't be given does not keep the others from being given; it raises what
    the first one did when no version's name could be.

    A build takes minutes, and other programs give names too, so it is looked right before each
    who has it (`holders`): a version that was given meanwhile is not taken away.
    """
    naming = Naming()
    for reference in sorted(request.references, key=lambda one: is_mutable(one.tag)):
        if is_mutable(reference.tag) and not naming.given:
            break
        try:
            held = holders()
            if not is_mutable(reference.tag):
                held.check([reference], now, image)
            engine.tag_image(image, reference)
        except EngineUnavailable:
            if not naming.given:
                raise
            naming.refused[reference] = _lost(reference)
        except ModelDeskError as error:
            naming.refused[reference] = error
        else:
            naming.given.append(reference)
            before = held.here.get(reference)
            if before is not None and before.id != image:
                naming.images.add(before.id)
                naming.moved[reference] = _version_of(before, reference)
            if is_channel(reference.tag):
                had = before.id if before is not None else None
                naming.channels[reference] = had, naming.moved.get(reference, "")
    if not naming.given:
        raise next(iter(naming.refused.values()))
    return naming


def _lost(reference: Reference) -> ModelDeskError:
    return EngineUnavailable(
        tr("The engine stopped answering before {name} was set.", name=reference),
        tr("Set it in the library when the engine is back."),
    )


def _version_of(image: ImageSummary, channel: Reference) -> str:
    own = own_reference(tag for tag in image.tags if tag != channel)
    return own.tag if own else short(image.id)
