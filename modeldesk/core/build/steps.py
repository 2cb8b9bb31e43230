"""Which of a builder's steps are the Dockerfile's, and how many of them are done (pure)."""

import re
from collections.abc import Iterable

from modeldesk.core.build.model import BuildStep, StepState

NUMBERED = re.compile(
    r"\[(?P<stage>[^\]]*?) ?(?P<number>\d+)/(?P<of>\d+)\] (?P<text>.+)", re.DOTALL
)
"""How builders name a step that is an instruction: ``[final 2/4] COPY model.pkl /app/``. What
they do for themselves has no number, and no person counts it."""


def done_of(steps: Iterable[BuildStep]) -> tuple[int, int]:
    """How many instructions are done, and of how many; 0 of 0 while none is known."""
    totals: dict[str, int] = {}
    number = done = 0
    for step in steps:
        match = NUMBERED.fullmatch(step.name)
        if match is not None:
            totals[match["stage"]] = int(match["of"])
            number += 1
            done += step.state is StepState.DONE
    return done, max(sum(totals.values()), number)
