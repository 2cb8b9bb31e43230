"""What came of a build, as the engine tells of it: sizes by step, and the base it stands on."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from modeldesk.core.build.made_from import Base, base_of
from modeldesk.core.build.model import BuildStep
from modeldesk.core.build.steps import of_last_stage
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageDetail
from modeldesk.core.layers.align import align
from modeldesk.core.layers.instructions import Effect, effect_of, word_of
from modeldesk.core.ports import ImageEngine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """What the engine could tell of an image that was built."""

    steps: tuple[BuildStep, ...]
    """Those that made a layer have its size."""
    image_bytes: int | None = None
    base: Base = field(default_factory=Base)


def look_at(
    engine: ImageEngine, image: ImageId, base: str, dockerfile: str, steps: Sequence[BuildStep]
) -> Made:
    """Ask `engine`. What it does not tell stays unknown: the image is there all the same."""
    try:
        detail = engine.image_detail(image)
        sized = with_layer_sizes(steps, dockerfile, detail)
        return Made(sized, detail.size_bytes, base_of(engine, base))
    except ModelDeskError as error:
        log.info("What was built could not be looked at: %s", error)
        return Made(tuple(steps))


def with_layer_sizes(
    steps: Sequence[BuildStep], dockerfile: str, detail: ImageDetail
) -> tuple[BuildStep, ...]:
    """The steps of the last stage with the sizes of their layers: both are in the order of the
    Dockerfile, and the last layers are its own."""
    layers = list(align(detail.history, detail.diff_ids))
    sizes: dict[str, int] = {}
    for step, text in reversed(of_last_stage(steps, dockerfile)):
        if effect_of(text) is not Effect.MAY_ADD_LAYER or not layers:
            continue
        if word_of(layers[-1].instruction) == word_of(text):
            sizes[step.id] = layers.pop().size_bytes
        elif word_of(text) != "WORKDIR":
            # A builder that tells its history in another way: better no figure than a wrong one.
            break
    return tuple(replace(one, layer_bytes=sizes.get(one.id)) for one in steps)
