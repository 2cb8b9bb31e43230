"""Tags on an engine and in registries, read and set in one way."""

from dataclasses import dataclass

from modeldesk.core.channels.model import Place, Step
from modeldesk.core.channels.ports import TagEngine
from modeldesk.core.errors import ChannelMoved, InUse, TagMoved
from modeldesk.core.ids import ImageId, short
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.registry.stand_in import stands_in
from modeldesk.core.registry.tagging import tag_now, untag
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Tags:
    """Both places of one engine and its registries."""

    engine: TagEngine
    registries: Registries

    def named(self, place: Place, reference: Reference, token: CancelToken) -> str:
        """What a tag names there now; empty for nothing."""
        if place is Place.REGISTRY:
            return registry_digest(self.registries, reference, token)
        for image in self.engine.list_images():
            if reference in image.tags:
                return image.id
        return ""

    def check(self, step: Step, token: CancelToken) -> bool:
        """Whether the step is still to be taken. Raises `ChannelMoved` where its tag names
        neither what it did nor what it shall."""
        found = self.named(step.place, step.reference, token)
        if found not in ("", step.before, step.after) and self._is_left_over(step, found, token):
            # The tag names nothing, though it is there. To take it off is yet to be done.
            if not step.after:
                return True
            found = ""
        if found == step.after:
            return False
        if found != step.before:
            raise moved(step, found)
        return True

    def take(self, step: Step, token: CancelToken) -> None:
        """Take a step that was checked. Raises `ChannelMoved` when somebody else moved the tag in
        the same moment."""
        if step.place is Place.ENGINE:
            self._take_here(step)
            return
        registry = self.registries.at(step.reference.registry)
        repository, tag = step.reference.repository, step.reference.tag
        if not step.after:
            try:
                untag(registry, repository, tag, token, expected=step.before)
            except TagMoved:
                raise moved(step, tag_now(registry, repository, tag, token)) from None
            return
        manifest = registry.manifest(repository, step.after, token)
        registry.put_manifest(repository, tag, manifest, token)
        # Registries take the last that comes and compare nothing: what stands there afterwards
        # shows whether another program was as quick.
        found = registry.digest(repository, tag, token)
        if found != step.after:
            raise moved(step, found)

    def _is_left_over(self, step: Step, digest: str, token: CancelToken) -> bool:
        return step.place is Place.REGISTRY and is_left_over(
            self.registries, step.reference, digest, token
        )

    def _take_here(self, step: Step) -> None:
        if step.after:
            self.engine.tag_image(ImageId(step.after), step.reference)
            return
        held = self.engine.image_summary(ImageId(step.before))
        if held is not None and held.tags == (step.reference,):
            raise InUse(
                tr("{tag} is the image's last tag, so it was kept.", tag=step.reference),
                tr("Remove the version to remove the image too."),
            )
        self.engine.remove_image(str(step.reference))


def registry_digest(registries: Registries, reference: Reference, token: CancelToken) -> str:
    """What a tag is given to in its registry; empty for nothing."""
    return tag_now(registries.at(reference.registry), reference.repository, reference.tag, token)


def is_left_over(
    registries: Registries, reference: Reference, digest: str, token: CancelToken
) -> bool:
    """Whether `digest` is no image, but what is left where taking off a tag was cut short."""
    registry = registries.at(reference.registry)
    return stands_in(registry, reference.repository, digest, token)


def moved(step: Step, found: str) -> ChannelMoved:
    """The error that shows both."""
    where = place_text(step)
    message = tr(
        "{tag} was moved meanwhile {where}: it named {expected}, and names {found} now.",
        tag=step.reference,
        where=where,
        expected=short(step.before) or tr("nothing"),
        found=short(found) or tr("nothing"),
    )
    hint = tr("Nothing is moved over what somebody else did. Look at it, and ask again.")
    return ChannelMoved(step.before, found, message, hint)


def place_text(step: Step) -> str:
    """Where a step is taken, to stand in a sentence."""
    if step.place is Place.ENGINE:
        return tr("on the engine")
    return tr("in {registry}", registry=step.reference.registry)
