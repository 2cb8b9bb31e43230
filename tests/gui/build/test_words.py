"""A build in words: no window needed."""

from pathlib import PurePosixPath

import pytest

from modeldesk.core.build.cache_use import earlier_seconds
from modeldesk.core.build.model import BuildState, BuildStep, ContextProgress, StepState
from modeldesk.core.model_folder.model import Requirements
from modeldesk.ui.build.folder_words import requirements_text
from modeldesk.ui.build.words import (
    fraction,
    headline,
    outline,
    saved_text,
    sent_text,
    step_name,
    step_result,
)

DOCKERFILE = "FROM python:3.11\nRUN pip install x\nCOPY a /a\n"


def step(name: str, state: StepState = StepState.DONE, seconds: float = 0.0) -> BuildStep:
    return BuildStep(name, name, state, seconds=seconds)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("[final 2/4] COPY a /a", "final 2/4 COPY a /a"),
        ("[2/4] RUN  pip   install", "2/4 RUN pip install"),
        ("[stage-1 2/4] RUN x", "stage-1 2/4 RUN x"),
        ("[1/4] FROM docker.io/library/python:3.11@sha256:9d1c", "base python:3.11"),
        ("[3/9] FROM base AS builder", "3/9 FROM base AS builder"),
        ("Write the image", "Write the image"),
        ("[2/2] RUN echo \x1b[31m", "2/2 RUN echo \\x1b[31m"),
    ],
)
def test_a_step_is_named_as_a_person_reads_it(given: str, shown: str) -> None:
    assert step_name(given) == shown


def test_the_builders_own_work_counts_only_when_it_failed_or_took_long() -> None:
    steps = (
        step("Read Dockerfile"),
        step("Look up python:3.11", seconds=3.0),
        step("[1/2] FROM python:3.11"),
        step("[2/2] RUN x", StepState.RUNNING),
        step("Write the image", StepState.FAILED),
    )
    found = outline(steps, "")
    assert next(one.name for one in found.steps) == "Look up python:3.11"
    assert len(found.steps) == 4
    assert (found.done, found.total, found.current) == (1, 2, 2)


def test_steps_to_come_are_known_from_the_dockerfile() -> None:
    found = outline((step("[1/3] FROM python:3.11"),), DOCKERFILE)
    assert [one.state for one in found.steps] == [
        StepState.DONE,
        StepState.WAITING,
        StepState.WAITING,
    ]
    assert found.steps[2].name == "[3/3] COPY a /a"


def test_steps_stand_in_the_order_of_the_dockerfile() -> None:
    names = ("[b 2/2] RUN y", "[a 2/2] RUN x", "[b 1/2] FROM b", "[a 1/2] FROM a")
    found = outline([step(name) for name in names], "FROM a AS a\nRUN x\nFROM b AS b\nRUN y\n")
    assert [one.name for one in found.steps] == [names[3], names[1], names[2], names[0]]


def test_stages_add_up() -> None:
    steps = (step("[builder 1/2] FROM a"), step("[final 1/4] FROM a"))
    assert outline(steps, DOCKERFILE).total == 6


def test_the_bar_never_goes_back() -> None:
    none = outline((), "")
    assert fraction(None, none) is None
    half = fraction(ContextProgress(50, 100, 0.0), none)
    whole = fraction(ContextProgress(100, 100, 0.0), none)
    begun = fraction(
        ContextProgress(100, 100, 0.0), outline((step("[1/3] FROM python:3.11"),), DOCKERFILE)
    )
    assert half is not None
    assert whole is not None
    assert begun is not None
    assert half < whole < begun < 1


def test_where_a_build_stands_is_said_in_every_state() -> None:
    where = outline((step("[1/3] FROM python:3.11"),), DOCKERFILE)
    assert headline(BuildState.RUNNING, where, 1) == "Step 2 of 3"
    assert headline(BuildState.FAILED, where, 1) == "Failed at step 2 of 3"
    assert headline(BuildState.CANCELLED, where, 1) == "Cancelled at step 2 of 3"
    assert headline(BuildState.SUCCEEDED, where, 9.8) == "Built in 9.8 s, 3 steps"
    assert headline(BuildState.RUNNING, outline((), ""), 1) == "Sending the folder"


def test_bytes_and_their_speed_are_said() -> None:
    sent = ContextProgress(100_000_000, 352_400_000, 312_000_000)
    assert sent_text(sent) == "context sent 100 MB of 352 MB · 312 MB/s"
    assert sent_text(None) == ""


def test_what_the_cache_spared_is_known_from_an_earlier_build() -> None:
    took = earlier_seconds((step("[2/3] RUN pip install x", seconds=71.0),))
    cached = BuildStep("2", "[2/3] RUN pip install x", StepState.DONE, cached=True)
    assert saved_text(cached, took) == "saved 1 min 11 s"
    assert saved_text(step("[2/3] RUN pip install x"), took) == ""


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, ""), (0.0001, ""), (0.002, "2 ms")])
def test_a_step_that_took_no_time_says_none(seconds: float, shown: str) -> None:
    assert step_result(step("[1/2] FROM x", seconds=seconds)) == shown


@pytest.mark.parametrize("state", [StepState.RUNNING, StepState.CANCELLED, StepState.WAITING])
def test_a_step_without_an_end_has_no_time(state: StepState) -> None:
    assert step_result(step("[1/2] RUN x", state, seconds=0.2)) == ""
    assert step_result(step("[1/2] RUN x", StepState.FAILED, seconds=2.0)) == "2.0 s"


def test_a_list_of_no_packages_is_neither_pinned_nor_not() -> None:
    none = Requirements(PurePosixPath("requirements.txt"), (), True)
    assert requirements_text(none) == "requirements.txt · no packages"
