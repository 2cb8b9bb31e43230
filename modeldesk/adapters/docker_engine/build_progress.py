"""What the two builders say while they build, as events of the program's own."""

import base64
import binascii
import logging
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from modeldesk.adapters.docker_engine.build_output import Lines
from modeldesk.adapters.docker_engine.buildkit_trace import (
    Trace,
    Vertex,
    VertexStatus,
    decode,
    in_order,
)
from modeldesk.adapters.docker_engine.fields import Object, mapping, number, text
from modeldesk.core.build.model import BuildEvent, BuildStep, StepChanged, StepLog, StepState
from modeldesk.core.words import tr

log = logging.getLogger(__name__)

TRACE = "moby.buildkit.trace"
_LAST_LINES = 200
_CLASSIC_STEP = re.compile(r"step (\d+)/(\d+) ?: (.*?)\s*", re.IGNORECASE | re.DOTALL)
_CACHED = re.compile(r" ?--+> Using cache")
_CLASSIC_NOISE = re.compile(
    r"( ---> ?(?:(?:Running in |Removed intermediate container )?[0-9a-f]{12})?|"
    r"Removing intermediate container [0-9a-f]{12}|"
    r"--> [0-9a-f]+|Successfully tagged \S+)?"
)
_BUILT = re.compile(r"Successfully built ([0-9a-f]{12,64})\s*")
_METADATA = re.compile(r"\[internal\] load metadata for (.+)|resolve image config for (.+)")
_BASE = re.compile(r"((?:\[[^\]]*\] )?FROM )(\S+).*", re.DOTALL)


class Progress(Protocol):
    """Reads a builder's messages and remembers what a failure is explained with."""

    image: str
    """The image's id, or its first digits, as soon as the builder has said it."""

    def read(self, message: Object) -> None: ...

    def finish(self) -> None:
        """The builder says no more."""
        ...

    @property
    def failing(self) -> BuildStep | None:
        """The step that failed, or else the last one that was begun and not ended."""
        ...

    def last_lines(self, count: int) -> tuple[str, ...]:
        """The last lines that the failing step printed."""
        ...

    @property
    def wanted_base(self) -> str:
        """The base image that the builder was getting when it failed; empty for another step."""
        ...


class ClassicProgress:
    """The classic builder (and Podman, which answers in its form): one step after the other."""

    def __init__(self, on_event: Callable[[BuildEvent], None]) -> None:
        self.image = ""
        self._on_event = on_event
        self._step: BuildStep | None = None
        self._began = 0.0
        self._number = self._total = 0
        self._lines = Lines()
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._pulled: dict[str, tuple[int, int]] = {}

    def read(self, message: Object) -> None:
        self.image = text(mapping(message.get("aux")).get("ID")) or self.image
        if stream := text(message.get("stream")):
            self._read_stream(stream)
        elif status := text(message.get("status")):
            self._read_status(status, message)

    def finish(self) -> None:
        self._log(self._lines.finish())
        self._end_step()

    @property
    def failing(self) -> BuildStep | None:
        return self._step

    def last_lines(self, count: int) -> tuple[str, ...]:
        return tuple(self._last)[-count:]

    @property
    def wanted_base(self) -> str:
        return base_of(self._step.name) if self._step else ""

    def _read_stream(self, stream: str) -> None:
        match = _CLASSIC_STEP.fullmatch(stream)
        # What a step prints may look like a step; only the next one can be.
        if match and int(match[1]) == self._number + 1 and self._total in (0, int(match[2])):
            self._end_step()
            self._number, self._total = int(match[1]), int(match[2])
            self._begin_step(f"[{match[1]}/{match[2]}] {match[3]}")
        elif _CACHED.match(stream) and self._step is not None:
            self._change(replace(self._step, cached=True))
        elif built := _BUILT.fullmatch(stream):
            self.image = self.image or built[1]
        elif not _CLASSIC_NOISE.fullmatch(stream.rstrip("\n")):
            self._log(self._lines.feed(stream))

    def _read_status(self, status: str, message: Object) -> None:
        """A base image that is being pulled."""
        detail = mapping(message.get("progressDetail"))
        if not detail:
            part = text(message.get("id"))
            self._log([f"{part}: {status}" if part else status])
        if self._step is not None and number(detail.get("total")) and status == "Downloading":
            self._pulled[text(message.get("id"))] = (
                number(detail.get("current")),
                number(detail.get("total")),
            )
            done, total = map(sum, zip(*self._pulled.values(), strict=True))
            self._change(replace(self._step, bytes_done=done, bytes_total=total))

    def _begin_step(self, name: str) -> None:
        self._began = time.monotonic()
        self._last.clear()
        self._pulled.clear()
        self._change(BuildStep(str(self._number), name, StepState.RUNNING))

    def _end_step(self) -> None:
        self._log(self._lines.finish())
        if self._step is not None and self._step.state is StepState.RUNNING:
            took = 0.0 if self._step.cached else time.monotonic() - self._began
            self._change(replace(self._step, state=StepState.DONE, seconds=took))

    def _change(self, step: BuildStep) -> None:
        self._step = step
        self._on_event(StepChanged(step))

    def _log(self, lines: list[str]) -> None:
        for line in lines:
            if line or self._last:
                self._last.append(line)
                self._on_event(StepLog(self._step.id if self._step else "", line))


class BuildkitProgress:
    """BuildKit: steps at the same time, each named by its digest."""

    def __init__(self, on_event: Callable[[BuildEvent], None]) -> None:
        self.image = ""
        self._on_event = on_event
        self._vertexes: dict[str, Vertex] = {}
        self._steps: dict[str, BuildStep] = {}
        self._began: dict[str, float] = {}
        self._bytes: dict[str, dict[str, tuple[int, int]]] = {}
        self._lines: dict[str, Lines] = {}
        self._last: dict[str, deque[str]] = {}

    def read(self, message: Object) -> None:
        aux = message.get("aux")
        if isinstance(aux, str) and message.get("id") == TRACE:
            try:
                self.read_trace(decode(base64.b64decode(aux)))
            except (ValueError, binascii.Error) as error:
                log.info("A progress record of the builder was not understood: %s", error)
        elif found := text(mapping(aux).get("ID")):
            self.image = found

    def finish(self) -> None:
        for digest in tuple(self._lines):
            self._flush(digest)

    @property
    def failing(self) -> BuildStep | None:
        failed = [step for step in self._steps.values() if step.state is StepState.FAILED]
        running = [step for step in self._steps.values() if step.state is StepState.RUNNING]
        return next(iter(failed or running[::-1]), None)

    def last_lines(self, count: int) -> tuple[str, ...]:
        failing = self.failing
        return tuple(self._last.get(failing.id, ()))[-count:] if failing else ()

    @property
    def wanted_base(self) -> str:
        failing = self.failing
        return base_of(self._vertexes[failing.id].name) if failing else ""

    def read_trace(self, trace: Trace) -> None:
        """Take in one record of the builder's."""
        for vertex in in_order(trace.vertexes):
            self._read_vertex(vertex)
        for status in trace.statuses:
            self._read_status(status)
        for piece in trace.logs:
            lines = self._lines.setdefault(piece.vertex, Lines())
            self._log(piece.vertex, lines.feed(piece.data.decode(errors="replace")))
        for warning in trace.warnings:
            self._log("", [warning])

    def _read_vertex(self, vertex: Vertex) -> None:
        digest = vertex.digest
        known = self._steps.get(digest)
        self._vertexes[digest] = vertex
        if vertex.completed is not None:
            self._flush(digest)
        state, seconds = self._state(vertex)
        # A step that is asked for twice is there the second time, and yet was done once.
        ran = known is not None and known.state is StepState.DONE and not known.cached
        step = BuildStep(
            id=digest,
            name=step_name(vertex.name),
            state=state,
            cached=vertex.cached and not ran,
            seconds=max(seconds, known.seconds if known else 0.0),
            error=vertex.error,
        )
        self._change(self._with_bytes(step))

    def _state(self, vertex: Vertex) -> tuple[StepState, float]:
        if vertex.started is None:
            return StepState.WAITING, 0.0
        began = self._began.setdefault(vertex.digest, time.monotonic())
        if vertex.completed is None:
            return StepState.RUNNING, time.monotonic() - began
        if vertex.error.endswith(("context canceled", "context cancelled")):
            state = StepState.CANCELLED
        else:
            state = StepState.FAILED if vertex.error else StepState.DONE
        return state, max(0.0, vertex.completed - vertex.started)

    def _read_status(self, status: VertexStatus) -> None:
        step = self._steps.get(status.vertex)
        if step is not None and status.total > 0:
            counted = self._bytes.setdefault(status.vertex, {})
            counted[status.id] = (min(status.current, status.total), status.total)
            self._change(self._with_bytes(step))

    def _with_bytes(self, step: BuildStep) -> BuildStep:
        counted = self._bytes.get(step.id)
        if not counted:
            return step
        done, total = map(sum, zip(*counted.values(), strict=True))
        return replace(step, bytes_done=done, bytes_total=total)

    def _change(self, step: BuildStep) -> None:
        if self._steps.get(step.id) != step:
            self._steps[step.id] = step
            self._on_event(StepChanged(step))

    def _flush(self, digest: str) -> None:
        if lines := self._lines.pop(digest, None):
            self._log(digest, lines.finish())

    def _log(self, digest: str, lines: list[str]) -> None:
        last = self._last.setdefault(digest, deque(maxlen=_LAST_LINES))
        for line in lines:
            last.append(line)
            self._on_event(StepLog(digest if digest in self._steps else "", line))


def step_name(name: str) -> str:
    """A vertex's name; those of the builder's own work in words for people."""
    if _METADATA.fullmatch(name):
        return tr("Look up {image}", image=base_of(name))
    if match := _BASE.fullmatch(name):
        return f"{match[1]}{short_image(match[2])}"
    if name.startswith("[internal] load build definition from "):
        return tr("Read {file}", file=name.rpartition(" ")[2])
    return {
        "[internal] load remote build context": tr("Receive the build context"),
        "[internal] load build context": tr("Receive the build context"),
        "copy /context /": tr("Unpack the build context"),
        "[internal] load .dockerignore": tr("Read {file}", file=".dockerignore"),
        "exporting to image": tr("Write the image"),
    }.get(name, name.removeprefix("[internal] "))


def base_of(name: str) -> str:
    """The image that a step gets; empty when it gets none."""
    if match := _METADATA.fullmatch(name):
        return short_image(match[1] or match[2])
    match = _BASE.fullmatch(name)
    return short_image(match[2]) if match else ""


def short_image(name: str) -> str:
    """An image's name without what the builder adds to it."""
    return name.removeprefix("docker.io/").removeprefix("library/").partition("@")[0]
