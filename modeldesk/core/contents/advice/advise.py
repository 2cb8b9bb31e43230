"""All advice about one image."""

from modeldesk.core.contents.advice.copies import copies
from modeldesk.core.contents.advice.leftovers import leftovers
from modeldesk.core.contents.advice.model import Advice, Scene, Subject
from modeldesk.core.contents.advice.not_ignored import not_ignored
from modeldesk.core.contents.advice.secrets import secrets
from modeldesk.core.contents.advice.slim import full_base
from modeldesk.core.contents.model import ImageContents
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.waste import Waste, find_waste


def advise(
    image: ImageContents, stack: Stack | None = None, waste: Waste | None = None
) -> tuple[Advice, ...]:
    """What could be better about `image`: secrets first, then what saves most. `stack` and
    `waste` are the image's, where they were made before."""
    stack = stack or Stack([layer.index for layer in image.layers])
    scene = Scene(image, stack.view(), waste or find_waste(stack))
    below = stack.view(scene.base_layers - 1) if scene.base_layers else None
    found = [
        *secrets(scene),
        *copies(scene),
        *full_base(scene, below),
        *leftovers(scene),
        *not_ignored(scene),
    ]
    found.sort(key=lambda one: (one.subject != Subject.SECRETS, -one.size_bytes))
    return tuple(found)
