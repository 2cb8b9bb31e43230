"""What builders say, as events; their failures, as sentences."""

import base64
import json
from collections.abc import Iterable

import pytest

from modeldesk.adapters.docker_engine.build_errors import failure
from modeldesk.adapters.docker_engine.build_output import Lines
from modeldesk.adapters.docker_engine.build_progress import (
    TRACE,
    BuildkitProgress,
    ClassicProgress,
    Progress,
    short_image,
    step_name,
)
from modeldesk.core.build.model import BuildEvent, BuildStep, StepChanged, StepLog, StepState
from modeldesk.core.errors import BuildFailed, DiskFull, EngineUnavailable
from tests.unit.adapters.docker_engine.test_buildkit_trace import field, stamp

FROM, RUN = "sha256:from", "sha256:run"


class Heard:
    def __init__(self) -> None:
        self.events: list[BuildEvent] = []

    def classic(self, *messages: object) -> ClassicProgress:
        progress = ClassicProgress(self.events.append)
        for message in messages:
            progress.read({"stream": message} if isinstance(message, str) else dict(message))  # type: ignore[call-overload]
        return progress

    def buildkit(self, *records: bytes) -> BuildkitProgress:
        progress = BuildkitProgress(self.events.append)
        for record in records:
            progress.read({"id": TRACE, "aux": base64.b64encode(record).decode()})
        return progress

    @property
    def lines(self) -> list[tuple[str, str]]:
        return [(one.step_id, one.text) for one in self.events if isinstance(one, StepLog)]

    @property
    def steps(self) -> list[BuildStep]:
        return [one.step for one in self.events if isinstance(one, StepChanged)]


def vertex(
    digest: str,
    name: str,
    *,
    begun: int = 0,
    ended: int = 0,
    cached: bool = False,
    error: str = "",
    inputs: Iterable[str] = (),
) -> bytes:
    data = field(1, digest) + b"".join(field(2, one) for one in inputs) + field(3, name)
    data += field(4, 1) if cached else b""
    data += field(5, stamp(begun, 0)) if begun else b""
    data += field(6, stamp(ended, 0)) if ended else b""
    return field(1, data + (field(7, error) if error else b""))


def log(digest: str, data: bytes) -> bytes:
    return field(3, field(1, digest) + field(4, data))


@pytest.fixture
def heard() -> Heard:
    return Heard()


# The classic builder


def test_classic_steps_follow_each_other(heard: Heard) -> None:
    progress = heard.classic(
        "Step 1/3 : FROM scratch", "\n", " ---> \n",
        "Step 2/3 : RUN echo", "\n", " ---> Using cache\n", " ---> 8ebd412b7bf6\n",
        "Step 3/3 : RUN make", "\n", " ---> Running in 7f4851b67720\n", "compi", "ling\n",
        "\x1b[91mwarning\n\x1b[0m", "Removing intermediate container 7f4851b67720\n",
        " ---> Removed intermediate container 7f4851b67720\n",
        " ---> 1910dd2749ec\n", {"aux": {"ID": "sha256:3fba"}},
        "Successfully built 3fbae7ae64b3\n", "Successfully tagged x:2\n",
    )  # fmt: skip
    progress.finish()
    assert progress.image == "sha256:3fba"
    ends = [(s.name, s.state, s.cached) for s in heard.steps if s.state is StepState.DONE]
    assert ends == [
        ("[1/3] FROM scratch", StepState.DONE, False),
        ("[2/3] RUN echo", StepState.DONE, True),
        ("[3/3] RUN make", StepState.DONE, False),
    ]
    assert heard.lines == [("3", "compiling"), ("3", "warning")]


def test_output_that_looks_like_a_step_is_none(heard: Heard) -> None:
    progress = heard.classic("Step 1/2 : FROM a", "Step 7/9 : RUN x", "Step 2/9 : RUN x\n")
    assert progress.failing is not None
    assert progress.failing.id == "1"
    assert heard.lines == [("1", "Step 7/9 : RUN xStep 2/9 : RUN x")]


def test_podman_answers_in_classic_form(heard: Heard) -> None:
    progress = heard.classic(
        "STEP 1/2: FROM a\n", "STEP 2/2: COPY a /a\n", "--> Using cache 0123456789ab\n",
        "--> 0123456789ab\n", "Successfully built 0123456789ab\n",
    )  # fmt: skip
    assert progress.image == "0123456789ab"
    assert heard.steps[-1].cached
    assert heard.lines == []


def test_bytes_of_a_base_that_is_pulled(heard: Heard) -> None:
    def layer(name: str, status: str, current: int = 0) -> dict[str, object]:
        detail = {"current": current, "total": 100} if current else {}
        return {"status": status, "id": name, "progressDetail": detail}

    heard.classic(
        "Step 1/1 : FROM a", layer("latest", "Pulling from library/a"),
        layer("l1", "Downloading", 20), layer("l2", "Downloading", 50),
        layer("l1", "Downloading", 90),
        layer("l1", "Extracting", 10),
    )  # fmt: skip
    assert [(s.bytes_done, s.bytes_total) for s in heard.steps[1:]] == [
        (20, 100), (70, 200), (140, 200),
    ]  # fmt: skip
    assert heard.lines == [("1", "latest: Pulling from library/a")]


# BuildKit


def test_buildkit_steps_live_by_their_digest(heard: Heard) -> None:
    progress = heard.buildkit(
        vertex(FROM, "[1/2] FROM docker.io/library/a:1@sha256:00") + vertex(RUN, "[2/2] RUN make"),
        vertex(FROM, "[1/2] FROM docker.io/library/a:1@sha256:00", begun=9, ended=10, cached=True),
        vertex(RUN, "[2/2] RUN make", begun=10),
        log(RUN, b"one\ntw") + log(RUN, b"o\nth\xc3"),
        vertex(RUN, "[2/2] RUN make", begun=10, ended=13),
    )
    progress.read({"id": "moby.image.id", "aux": {"ID": "sha256:6db0"}})
    progress.read({"stream": "Successfully tagged x:2\n"})
    progress.finish()
    assert progress.image == "sha256:6db0"
    assert heard.lines == [(RUN, "one"), (RUN, "two"), (RUN, "th\ufffd")]
    last = {step.id: step for step in heard.steps}
    assert (last[FROM].name, last[FROM].cached) == ("[1/2] FROM a:1", True)
    assert (last[RUN].state, last[RUN].seconds) == (StepState.DONE, 3.0)
    states = [step.state for step in heard.steps if step.id == RUN]
    assert states == [StepState.WAITING, StepState.RUNNING, StepState.DONE]
    assert progress.failing is None


def test_steps_stand_in_the_order_of_what_they_build_upon(heard: Heard) -> None:
    """Engine 28 tells of those it begins with in any order, and of an end before a beginning."""
    copy, context = "sha256:copy", "sha256:context"
    heard.buildkit(
        vertex(copy, "[3/3] COPY a /", inputs=(RUN, context))
        + vertex(context, "[internal] load build context")
        + vertex(RUN, "[2/3] RUN true", inputs=(FROM,))
        + vertex(FROM, "[1/3] FROM scratch", begun=1, ended=2)
        + vertex(FROM, "[1/3] FROM scratch", begun=1)
    )
    told = [(step.id, step.state) for step in heard.steps]
    assert list(dict(told)) == [FROM, RUN, context, copy]
    assert [state for name, state in told if name == FROM] == [StepState.RUNNING, StepState.DONE]


def test_steps_that_build_upon_each_other_in_a_ring_are_all_told(heard: Heard) -> None:
    heard.buildkit(vertex(FROM, "a", inputs=(RUN,)) + vertex(RUN, "b", inputs=(FROM,)))
    assert {step.id for step in heard.steps} == {FROM, RUN}


def test_a_step_asked_for_twice_was_done_once(heard: Heard) -> None:
    name = "[internal] load remote build context"
    heard.buildkit(
        vertex(RUN, name, begun=10),
        vertex(RUN, name, begun=10, ended=14),
        vertex(RUN, name, begun=15, ended=15, cached=True),
    )
    assert not heard.steps[-1].cached
    assert heard.steps[-1].seconds == 4.0


def test_bytes_of_all_parts_of_a_step(heard: Heard) -> None:
    def part(name: str, current: int) -> bytes:
        return field(2, field(1, name) + field(2, FROM) + field(4, current) + field(5, 100))

    heard.buildkit(
        vertex(FROM, "[1/1] FROM a", begun=1), part("l1", 20), part("l2", 120), part("l1", 20)
    )
    assert [(s.bytes_done, s.bytes_total) for s in heard.steps[1:]] == [(20, 100), (120, 200)]


def test_a_step_that_was_cancelled_has_not_failed(heard: Heard) -> None:
    heard.buildkit(vertex(RUN, "[2/2] RUN a", begun=1, ended=2, error="x: context canceled"))
    assert heard.steps[-1].state is StepState.CANCELLED


def test_a_record_that_is_no_record_is_passed_over(heard: Heard) -> None:
    progress = heard.buildkit(b"\xff\xff")
    progress.read({"id": TRACE, "aux": "not base64"})
    assert heard.events == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[internal] load remote build context", "Receive the build context"),
        ("copy /context /", "Unpack the build context"),
        ("[internal] load build definition from build/Dockerfile", "Read build/Dockerfile"),
        ("[internal] load metadata for docker.io/library/python:3.11", "Look up python:3.11"),
        ("resolve image config for docker.io/docker/dockerfile:1", "Look up docker/dockerfile:1"),
        ("[internal] something new", "something new"),
        ("exporting to image", "Write the image"),
        ("[stage-1 2/4] COPY --from=build /a /b", "[stage-1 2/4] COPY --from=build /a /b"),
        ("[2/2] RUN echo FROM docker.io/library/a", "[2/2] RUN echo FROM docker.io/library/a"),
        ("[build 1/4] FROM docker.io/team/a:1@sha256:00", "[build 1/4] FROM team/a:1"),
    ],
)
def test_names_of_steps(name: str, shown: str) -> None:
    assert step_name(name) == shown


def test_names_of_images() -> None:
    assert short_image("docker.io/library/a@sha256:00") == "a"
    assert short_image("registry.lan:5000/library/a:1") == "registry.lan:5000/library/a:1"


# Lines


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        (["a\nb", "c\n"], ["a", "bc"]),
        (["10%\r50%\r100%\n"], ["100%"]),
        (["windows\r\n"], ["windows"]),
        (["\x1b[1;31mred\x1b[0m \x1b]0;title\x07done\x07\n"], ["red done"]),
        (["tab\there\n\n"], ["tab\there", ""]),
        (["unfinished"], ["unfinished"]),
        (["x" * 20_000], ["x" * 8192]),
    ],
)
def test_output_comes_out_in_plain_lines(pieces: Iterable[str], lines: list[str]) -> None:
    reader = Lines()
    found = [line for piece in pieces for line in reader.feed(piece)]
    assert found + reader.finish() == lines


# Failures, in the words of engines 20.10 to 28


def classic_at(step: str, *lines: str) -> Progress:
    return Heard().classic(f"Step 1/1 : {step}", "\n", *lines)


def buildkit_at(name: str, *lines: bytes, error: str = "x") -> Progress:
    logs = [log(RUN, line) for line in lines]
    return Heard().buildkit(
        vertex(RUN, name, begun=1), *logs, vertex(RUN, name, begun=1, ended=2, error=error)
    )


@pytest.mark.parametrize(
    ("words", "progress", "message"),
    [
        (
            "dockerfile parse error line 3: unknown instruction: RUNN",
            classic_at("FROM a"),
            "Line 3 of the Dockerfile can't be understood: unknown instruction: RUNN.",
        ),
        (
            "failed to solve: dockerfile parse error on line 7: RUN requires an argument",
            buildkit_at("[internal] load metadata for a"),
            "Line 7 of the Dockerfile can't be understood: RUN requires an argument.",
        ),
        (
            (
                "failed to solve with frontend dockerfile.v0: failed to create LLB definition: "
                "the Dockerfile cannot be empty"
            ),
            Heard().buildkit(),
            "The Dockerfile is empty.",
        ),
        (
            "The command '/bin/sh -c make' returned a non-zero code: 2",
            classic_at("RUN make"),
            "“[1/1] RUN make” failed with exit code 2.",
        ),
        (
            'process "/bin/sh -c make" did not complete successfully: exit code: 2',
            buildkit_at("[2/2] RUN make"),
            "“[2/2] RUN make” failed with exit code 2.",
        ),
        (
            "executor failed running [/bin/sh -c make]: exit code: 2",
            buildkit_at("[2/2] RUN make"),
            "“[2/2] RUN make” failed with exit code 2.",
        ),
        (
            "pull access denied for team/a, repository does not exist or may require login",
            classic_at("FROM team/a"),
            "The base image “team/a” does not exist in its registry, or needs a sign-in.",
        ),
        (
            (
                "failed to solve: team/a:1: failed to resolve source metadata for "
                "docker.io/team/a:1: docker.io/team/a:1: not found"
            ),
            buildkit_at("[internal] load metadata for docker.io/team/a:1"),
            "The base image “team/a:1” could not be found.",
        ),
        (
            (
                "failed to solve: a: failed to resolve source metadata for docker.io/library/a:1: "
                'failed to do request: Head "https://registry-1.docker.io/": dial: no such host'
            ),
            buildkit_at("[internal] load metadata for docker.io/library/a:1"),
            "The base image “a:1” is not on this engine, and its registry can't be reached.",
        ),
        (
            (
                "COPY failed: file not found in build context or excluded by .dockerignore: "
                "stat model.pkl: file does not exist"
            ),
            classic_at("COPY model.pkl /"),
            "“model.pkl” is not in the folder, or .dockerignore keeps it out.",
        ),
        (
            (
                "failed to solve: failed to compute cache key: failed to calculate checksum of ref "
                'x::y: "/model.pkl": not found'
            ),
            buildkit_at("[2/2] COPY model.pkl /"),
            "“model.pkl” is not in the folder, or .dockerignore keeps it out.",
        ),
        (
            "Invalid containerPort: abc",
            classic_at("EXPOSE abc"),
            "The build failed at “[1/1] EXPOSE abc”: Invalid containerPort: abc.",
        ),
    ],
)
def test_failures_as_sentences(words: str, progress: Progress, message: str) -> None:
    error = failure(words, progress)
    assert isinstance(error, BuildFailed)
    assert error.message == message
    assert words in error.detail


def test_a_full_disk_in_the_engines_words_or_the_steps() -> None:
    said = "write /weights: no space left on device"
    assert isinstance(failure(f"failed to copy: {said}", classic_at("COPY . /")), DiskFull)
    noisy = buildkit_at("[2/2] RUN dd", b"dd: error writing: No space left on device\n")
    found = failure("executor failed running [dd]: exit code: 1", noisy)
    assert isinstance(found, DiskFull)
    assert "error writing" in found.detail


def test_an_engine_that_says_it_stops() -> None:
    found = failure("rpc error: code = Canceled desc = context canceled", classic_at("RUN a"))
    assert isinstance(found, EngineUnavailable)


def test_the_last_lines_of_the_failing_step_alone_are_told() -> None:
    output = [f"line {number}\n".encode() for number in range(100)]
    progress = Heard().buildkit(
        vertex(FROM, "[2/3] RUN other", begun=1), log(FROM, b"not this\n"),
        vertex(RUN, "[3/3] RUN make", begun=1), *(log(RUN, line) for line in output),
        vertex(RUN, "[3/3] RUN make", begun=1, ended=2, error="exit code: 1"),
    )  # fmt: skip
    detail = failure("exit code: 1", progress).detail.splitlines()
    assert detail[0] == "line 70"
    assert detail[-2:] == ["line 99", "exit code: 1"]


def test_json_of_a_real_pull_is_read_as_it_is() -> None:
    line = json.loads(
        '{"status":"Downloading","progressDetail":{"current":5,"total":10},"progress":"[=>]",'
        '"id":"a1"}'
    )
    heard = Heard()
    heard.classic("Step 1/1 : FROM a", line)
    assert heard.steps[-1].bytes_total == 10
