"""What the places of a move are called (no Qt)."""

from collections import Counter
from collections.abc import Sequence

from modeldesk.core.channels.model import Place, Step
from modeldesk.core.words import tr
from modeldesk.ui import presentation

_LONGEST = 40


def place_names(steps: Sequence[Step]) -> tuple[str, ...]:
    """The name of each step's place, with its repository where several are at one place."""
    places = [_place(step) for step in steps]
    several = Counter(places)
    return tuple(
        place if several[place] == 1 else _with_repository(step)
        for place, step in zip(places, steps, strict=True)
    )


def _place(step: Step) -> str:
    return tr("On the engine") if step.place is Place.ENGINE else step.reference.registry


def _with_repository(step: Step) -> str:
    if step.place is Place.ENGINE:
        name = str(step.reference).removesuffix(f":{step.reference.tag}")
        shown = presentation.shortened(name, _LONGEST)
        return tr("On the engine: {name}", name=presentation.printable(shown))
    name = f"{step.reference.registry}/{step.reference.repository}"
    return presentation.printable(presentation.shortened(name, _LONGEST))
