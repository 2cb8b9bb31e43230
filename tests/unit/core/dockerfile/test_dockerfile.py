"""Lines and base images of Dockerfiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.dockerfile.model import Joined
from modeldesk.core.dockerfile.read import read
from modeldesk.core.dockerfile.stages import stages_of
from modeldesk.core.dockerfile.steps import base_image, line_of
from modeldesk.core.dockerfile.words import commands, flag, split_words

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


def test_instructions_know_their_lines() -> None:
    found = read(TEXT).instructions
    assert [(one.line, one.last_line, one.word) for one in found] == [
        (2, 2, "ARG"), (3, 3, "FROM"), (6, 10, "RUN"), (11, 13, "RUN"), (14, 14, "FROM"),
        (15, 15, "COPY"), (16, 16, "RUN"), (17, 17, "RUN"), (18, 18, "RUN"),
    ]  # fmt: skip


def test_what_continues_a_line() -> None:
    ticked = read("# escape=`\nRUN a `\n  b\nFROM").instructions
    assert [(one.word, one.rest, one.last_line) for one in ticked] == [
        ("RUN", "a   b", 3),
        ("FROM", "", 4),
    ]
    # Two marks are one character of the command, blanks may follow, and a tab parts the word.
    found = read("RUN\ta \\  \nb\r\nRUN c \\\\\nRUN d\\").instructions
    assert [(one.word, one.rest) for one in found] == [
        ("RUN", "a b"),
        ("RUN", "c \\\\"),
        ("RUN", "d"),
    ]


def test_here_documents() -> None:
    text = "RUN <<-A && cat <<'B' \"<<C\"\n\tone\n\tA\ntwo\nB\nRUN cat <<<word\nRUN <<D\nthree"
    first, second, third = read(text).instructions
    assert [(one.name, one.body.text, one.line, one.closed) for one in first.heredocs] == [
        ("A", "\tone\n", 2, True),
        ("B", "two\n", 4, True),
    ]
    assert second.heredocs == ()
    assert [(one.body.text, one.closed) for one in third.heredocs] == [("three\n", False)]
    script = read("RUN <<E\napt-get update\npip install \\\n  a\nE\nUSER x")
    ran = commands(script.instructions[0])
    assert [one.texts for one in ran] == [("apt-get", "update"), ("pip", "install", "a")]
    place = ran[1].source.place(ran[1].words[2].start)
    assert (script.line_at(place), script.column_at(place)) == (4, 3)
    assert script.instructions[1].line == 6


def test_comments_and_the_places_of_words() -> None:
    text = "\ufeff# syntax=a\n# 中文\nFROM a\nRUN pip install \\\n # why\n   'b c'\n"
    found = read(text)
    assert [(one.line, one.text) for one in found.comments] == [(2, "# 中文"), (5, "# why")]
    run = found.instructions[1]
    word = split_words(run)[-1]
    assert word.text == "b c"
    assert text[run.joined.place(word.start) : run.joined.end(word.end)] == "'b c'"
    assert (found.line_at(run.start), found.line_at(run.end - 1)) == (4, 6)


def test_commands_of_a_run() -> None:
    (run,) = read(
        "RUN --mount=type=cache,target=/c set -e; if [ -f a ]; then X=1 sudo pip3 install a>=1 "
        '> /dev/null 2>&1 || true; fi && echo "a && b" $(cat <<<x) # pip install no'
    ).instructions
    assert flag(run, "mount") == "type=cache,target=/c"
    assert [one.texts for one in commands(run)] == [
        ("set", "-e"), ("[", "-f", "a", "]"), ("pip3", "install", "a"), ("true",), ("fi",),
        ("echo", "a && b", "$(cat <<<x)"),
    ]  # fmt: skip
    (listed,) = read('RUN ["pip", "install", "a\\u0041"]').instructions
    (command,) = commands(listed)
    assert command.texts == ("pip", "install", "aA")
    assert listed.joined.text[command.words[1].start : command.words[1].end] == '"install"'


def test_stages_know_what_they_stand_on() -> None:
    stages = stages_of(
        read("ARG V=1\nFROM a:$V AS One\nRUN x\nFROM one AS two\nFROM b\nCOPY --from=0 a b")
    )
    one, two, last = stages.all
    assert (one.base, one.name, two.parent, last.base) == ("a:1", "one", 0, "b")
    assert stages.root(two) is one
    assert (stages.find("0", last), stages.find("TWO", last)) == (one, two)
    assert (stages.find("two", two), stages.find("9", last), stages.find("c", last)) == (None,) * 3


def test_values_of_values_end_somewhere() -> None:
    doubling = "\n".join(f"ARG A{n + 1}=${{A{n}}}${{A{n}}}" for n in range(64))
    assert len(base_image(f"ARG A0=xy\n{doubling}\nFROM ${{A64}}")) <= 1000


@given(st.text(alphabet="FROMRUNCOPY \t\n\r\\#`\"'<>&|;(){}$=[]-a中\ufeff\x85", max_size=200))
def test_any_text_can_be_read_and_every_place_is_in_it(text: str) -> None:
    found = read(text)
    for one in found.instructions:
        assert 1 <= one.line <= one.last_line <= text.count("\n") + 1
        for source, words in [(one.joined, split_words(one))] + [
            (command.source, command.words) for command in commands(one)
        ]:
            for word in words:
                assert 0 <= source.place(word.start) < source.end(word.end) <= len(text)
    assert stages_of(found).dockerfile is found


def test_places_of_joined_text() -> None:
    joined = Joined("abcd", (0, 2), (10, 20))
    assert [joined.place(at) for at in range(4)] == [10, 11, 20, 21]
    assert [joined.end(at) for at in range(5)] == [10, 11, 12, 21, 22]


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


def test_a_command_behind_a_hundred_thousand_assignments_is_found() -> None:
    (instruction,) = read(f"RUN {'A=1 ' * 100_000}pip install x").instructions
    assert [one.texts for one in commands(instruction)] == [("pip", "install", "x")]


def test_a_directive_of_many_blanks_is_read_to_its_end() -> None:
    text = f"# syntax=a{' ' * 200_000}b\n# escape=` \nFROM a `\n AS b\n"
    found = read(text)
    assert (found.escape, len(found.instructions)) == ("`", 1)
