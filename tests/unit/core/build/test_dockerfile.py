"""Lines and base images of Dockerfiles."""

import pytest

from modeldesk.core.build.dockerfile import base_image, instructions, line_of

TEXT = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.11-slim
FROM python:${PYTHON} AS build

# packages
RUN pip install \\
    # not this one
    numpy \\

    scipy
RUN <<EOF
echo COPY nothing
EOF
FROM build
COPY --from=build /a /b
RUN echo one
run echo two
RUN echo one
"""


def test_instructions_know_their_first_line() -> None:
    assert [(one.line, one.word) for one in instructions(TEXT)] == [
        (2, "ARG"), (3, "FROM"), (6, "RUN"), (11, "RUN"), (14, "FROM"), (15, "COPY"),
        (16, "RUN"), (17, "RUN"), (18, "RUN"),
    ]  # fmt: skip
    assert instructions("# escape=`\nRUN a `\n  b\nFROM") == tuple(
        instructions("\n" * 1 + "RUN a \\\n  b\nFROM")
    )


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("[3/9] RUN pip install     numpy     scipy", 6),
        ("[build 2/3] RUN pip install     numpy     scipy", 6),
        ("[stage-1 4/9] RUN echo two", 17),
        ("[7/9] RUN echo one", 16),
        ("[9/9] RUN echo one", 18),
        ("[stage-1 2/4] RUN echo one", None),
        ("[stage-1 2/4] RUN pip install numpy sc...", 6),
        ("[2/2] RUN something else", None),
        ("Unpack the build context", None),
        ("", None),
    ],
)
def test_a_step_leads_back_to_its_line(step: str, line: int | None) -> None:
    assert line_of(TEXT, step) == line


@pytest.mark.parametrize(
    ("text", "base"),
    [
        (TEXT, "python:3.11-slim"),
        ("FROM scratch", ""),
        ("FROM --platform=linux/amd64 debian:12@sha256:00 as x\nFROM X", "debian:12@sha256:00"),
        ("ARG A\nFROM $A", ""),
        ("ARG A\nFROM ${A:-debian:12}", "debian:12"),
        ("ARG A='debian'\nFROM $A", "debian"),
        ("FROM", ""),
        ("", ""),
    ],
)
def test_the_base_of_the_last_stage(text: str, base: str) -> None:
    assert base_image(text) == base
