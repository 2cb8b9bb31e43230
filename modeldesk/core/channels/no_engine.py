"""Where channels are moved in registries alone."""

from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.ids import NO_ENGINE, ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.references import Reference
from modeldesk.core.words import tr


class NoEngine:
    """Implements `TagEngine`: it stands where an engine is asked for, and has nothing."""

    def identity(self) -> EngineIdentity:
        return EngineIdentity(NO_ENGINE, "")

    def list_images(self) -> tuple[ImageSummary, ...]:
        return ()

    def image_summary(self, image: ImageId) -> ImageSummary | None:
        del image
        return None

    def tag_image(self, image: ImageId, reference: Reference) -> None:
        del image
        raise _none(reference)

    def remove_image(self, name: str, *, force: bool = False) -> None:
        del force
        raise _none(name)


def _none(name: object) -> EngineUnavailable:
    return EngineUnavailable(tr("No engine is asked here, so “{name}” stays.", name=name))
