"""Which of a builder's steps are the Dockerfile's, in what order, and how many of them are done
(pure)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from modeldesk.core.build.model import BuildStep, StepState
from modeldesk.core.dockerfile.read import read
from modeldesk.core.dockerfile.stages import stages_of

NUMBERED = re.compile(
    r"\[(?P<stage>[^\]]*?) {0,6}(?P<number>\d{1,6})/(?P<of>\d{1,6})\] (?P<text>.+)", re.DOTALL
)
"""How builders name a step that is an instruction: ``[final 2/4] COPY model.pkl /app/``. What
they do for themselves has no number, and no person counts it."""


def in_order(steps: Sequence[BuildStep], dockerfile: str) -> list[BuildStep]:
    """Instructions as the Dockerfile has them, stage after stage: builders tell of them in any
    order. What a builder does for itself keeps its place. Steps of a stage that the Dockerfile
    does not have come first, as a base does that another build is getting as well."""
    named = stage_numbers(dockerfile)
    others: dict[str, int] = {}
    places, numbered = [], []
    for place, step in enumerate(steps):
        if match := NUMBERED.fullmatch(step.name):
            stage = _stage(match)
            known = stage in named
            number = named[stage] if known else others.setdefault(stage, len(others))
            places.append(place)
            numbered.append(((known, number, int(match["number"])), step))
    numbered.sort(key=lambda one: one[0])
    ordered = list(steps)
    for place, (_, step) in zip(places, numbered, strict=True):
        ordered[place] = step
    return ordered


def of_last_stage(steps: Sequence[BuildStep], dockerfile: str) -> list[tuple[BuildStep, str]]:
    """Steps that can have made a layer of the image, with their instructions, in the order of the
    Dockerfile. (The classic builder names no stage.)"""
    stages = stage_numbers(dockerfile)
    last = max(stages.values(), default=0)
    names = {"", *(name for name, number in stages.items() if number == last)}
    return [
        (step, match["text"])
        for step in in_order(steps, dockerfile)
        if (match := NUMBERED.fullmatch(step.name)) and _stage(match) in names
    ]


@lru_cache(maxsize=16)
def stage_numbers(dockerfile: str) -> Mapping[str, int]:
    """The stages of a Dockerfile by the names that builders give them. One that is alone is
    without a name, or has one all the same where a RUN mounts something."""
    found = stages_of(read(dockerfile)).all
    numbers = {stage.name or f"stage-{stage.number}": stage.number for stage in found}
    return {"": 0, **numbers} if len(found) == 1 else numbers


def done_of(steps: Iterable[BuildStep]) -> tuple[int, int]:
    """How many instructions are done, and of how many; 0 of 0 while none is known."""
    counts: dict[str, int] = {}
    totals: dict[str, int] = {}
    done = 0
    for step in steps:
        match = NUMBERED.fullmatch(step.name)
        if match is not None:
            totals[match["stage"]] = int(match["of"])
            counts[match["stage"]] = counts.get(match["stage"], 0) + 1
            done += step.state is StepState.DONE
    if len(totals) > 1:
        # A base that another build is getting as well has the name that this one gave it.
        totals.pop("", None)
    total = sum(max(of, counts[stage]) for stage, of in totals.items())
    return min(done, total), total


def _stage(match: re.Match[str]) -> str:
    """Its stage, without the platform that it is built for."""
    return match["stage"].rpartition(" ")[2].lower()
