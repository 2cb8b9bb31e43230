"""What a trial makes on the engine, and what becomes of it."""

from collections.abc import Mapping
from contextlib import suppress

from modeldesk.core.errors import EngineError
from modeldesk.core.ids import ImageId
from modeldesk.core.labels import TRIAL_LABEL
from modeldesk.core.ports import ImageEngine


def mark_of(owner: str, trial: str) -> str:
    """What the label of a trial's images and containers says."""
    return f"{owner}.{trial}"


def remove_leftovers(engine: ImageEngine, owner: str) -> None:
    """Remove the containers and the images without a name of every trial of `owner`: of the one
    that ends, and of any that a program left behind when it was killed. To be called while no
    other trial of that owner runs on the engine. An engine that is gone keeps them until the next
    trial."""
    with suppress(EngineError):
        for container in engine.list_containers():
            if _is_of(owner, container.labels):
                with suppress(EngineError):
                    engine.remove_container(container.id)
    with suppress(EngineError):
        # What others of them stand on is a leaf once those are gone.
        while any(_removed(engine, image) for image in _unnamed(engine, owner)):
            pass


def _is_of(owner: str, labels: Mapping[str, str]) -> bool:
    return labels.get(TRIAL_LABEL, "").startswith(f"{owner}.")


def _unnamed(engine: ImageEngine, owner: str) -> list[ImageId]:
    return [
        image.id for image in engine.list_images() if _is_of(owner, image.labels) and not image.tags
    ]


def _removed(engine: ImageEngine, image: ImageId) -> bool:
    try:
        engine.remove_image(image)
    except EngineError:
        return False
    return True
