"""A builder's steps in the Dockerfile's order, and how many of them there are."""

import random

import pytest

from modeldesk.core.build.model import BuildStep, StepState
from modeldesk.core.build.steps import done_of, in_order

DOCKERFILE = """\
ARG TAG=1
FROM base:$TAG
RUN one
FROM base AS Mid
RUN two
FROM mid
COPY a a
"""
ORDER = [
    "[stage-0 1/2] FROM base:1",
    "[stage-0 2/2] RUN one",
    "[mid 1/2] FROM base",
    "[mid 2/2] RUN two",
    "[stage-2 1/1] COPY a a",
]


def steps(*names: str) -> list[BuildStep]:
    return [BuildStep(name, name, StepState.DONE) for name in names]


def ordered(names: list[str], dockerfile: str = DOCKERFILE) -> list[str]:
    return [step.name for step in in_order(steps(*names), dockerfile)]


@pytest.mark.parametrize("seed", range(20))
def test_stage_after_stage_whatever_order_they_are_told_in(seed: int) -> None:
    told = random.Random(seed).sample(ORDER, len(ORDER))
    assert ordered(told) == ORDER


def test_what_a_builder_does_for_itself_keeps_its_place() -> None:
    told = ["Read Dockerfile", ORDER[3], "Look up base", ORDER[0], "Write the image"]
    assert ordered(told) == ["Read Dockerfile", ORDER[0], "Look up base", ORDER[3], told[-1]]


def test_a_stage_for_a_platform() -> None:
    told = [name.replace("[", "[linux/arm64 ") for name in ORDER]
    assert ordered(told[::-1]) == told


def test_stages_that_nobody_knows_stay_as_they_were_heard_of() -> None:
    told = ["[b 2/2] RUN b", "[a 2/2] RUN a", "[b 1/2] FROM b", "[a 1/2] FROM a"]
    assert ordered(told, "") == [told[2], told[0], told[3], told[1]]


@pytest.mark.parametrize(("stage", "dockerfile"), [("", "FROM x"), ("a ", "FROM x AS a")])
def test_more_than_nine_steps(stage: str, dockerfile: str) -> None:
    """Builders set their numbers below each other."""
    told = [f"[{stage}{number:>2}/12] RUN {number}" for number in range(1, 13)]
    assert ordered(told[::-1], dockerfile) == told
    assert done_of(steps(*told)) == (12, 12)


SHARED = "[1/5] FROM base"
"""A base that another build began to get has the name that this one gave it."""


def test_a_base_that_another_build_is_getting_too() -> None:
    assert ordered([ORDER[4], SHARED, *ORDER[1:4]]) == [SHARED, *ORDER[1:]]
    assert done_of(steps(SHARED, *ORDER[1:])) == (5, 5)
    assert done_of(steps(SHARED, *ORDER)) == (5, 5)
    alone = ["[stage-0 2/3] RUN --mount=type=cache one", "[stage-0 3/3] RUN two"]
    assert ordered([*alone[::-1], SHARED], "FROM base") == [SHARED, *alone]
    assert done_of(steps(SHARED, *alone)) == (3, 3)


def test_steps_are_counted_by_stage() -> None:
    assert done_of(()) == (0, 0)
    assert done_of(steps("Read Dockerfile")) == (0, 0)
    assert done_of(steps(ORDER[0])) == (1, 2)
    assert done_of(steps(ORDER[0], ORDER[3])) == (2, 4)
