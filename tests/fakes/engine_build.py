"""How the fake engine builds: it reads the Dockerfile in the context and goes through it."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from modeldesk.core.build.model import (
    BuildEvent,
    BuildStep,
    EngineBuild,
    StepChanged,
    StepLog,
    StepState,
)
from modeldesk.core.build.secret import Secret
from modeldesk.core.errors import BuildFailed, Cancelled
from modeldesk.core.images import ImageConfig
from modeldesk.core.jobs import CancelToken
from tests.fakes.engine_build_files import FakeReceiver
from tests.fakes.engine_images import FakeImage, Step, digest, make_image

_LAYERED = frozenset({"ADD", "COPY", "RUN"})
_KNOWN = _LAYERED | {
    *("ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
    *("ONBUILD", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
}


@dataclass(frozen=True)
class BuildScript:
    """How builds go. `fail_at_line` is the Dockerfile line (1-based) whose step fails."""

    seconds_per_step: float = 0.0
    fail_at_line: int | None = None
    failure: str = "process did not complete successfully: exit code: 1"
    prints: tuple[str, ...] = ()
    """What each RUN prints besides its own."""


@dataclass(frozen=True)
class _Instruction:
    line: int
    word: str
    rest: str

    @property
    def text(self) -> str:
        return f"{self.word} {self.rest}"


class FakeBuild:
    """One build. `base` finds the image a FROM names; `made` are the layers that are cached."""

    def __init__(
        self,
        script: BuildScript,
        base: Callable[[str], FakeImage | None],
        made: set[str],
        on_event: Callable[[BuildEvent], None],
        token: CancelToken,
    ) -> None:
        self._script = script
        self._base = base
        self._made = made
        self._on_event = on_event
        self._token = token

    def run(self, build: EngineBuild, receiver: FakeReceiver) -> FakeImage:
        files = self._received(receiver)
        dockerfile = files.get(build.dockerfile)
        if dockerfile is None:
            raise BuildFailed(
                f"The context has no {build.dockerfile}.", detail="failed to read dockerfile"
            )
        instructions = list(_instructions(dockerfile.decode("utf-8", "replace")))
        if not instructions or instructions[0].word not in ("FROM", "ARG"):
            raise BuildFailed("The Dockerfile has no FROM.", detail="no build stage", line=1)
        steps, config, labels = self._walk(instructions, files, build)
        return make_image(build.tags, tuple(steps), {**labels, **build.labels}, config=config)

    def _received(self, receiver: FakeReceiver) -> dict[str, bytes]:
        step = BuildStep("context", "[internal] load build context", StepState.RUNNING)
        for count in receiver.receive():
            self._check(step)
            step = replace(step, bytes_done=step.bytes_done + count)
            self._on_event(StepChanged(step))
        self._on_event(StepChanged(replace(step, state=StepState.DONE)))
        return receiver.files

    def _walk(
        self, instructions: list[_Instruction], files: dict[str, bytes], build: EngineBuild
    ) -> tuple[list[Step], ImageConfig, dict[str, str]]:
        steps: list[Step] = []
        config, labels = ImageConfig(), dict[str, str]()
        stages: dict[str, tuple[list[Step], ImageConfig]] = {}
        stage = ""
        cached, chain = not build.no_cache, ""
        for index, instruction in enumerate(instructions, 1):
            name = f"[{index}/{len(instructions)}] {instruction.text}"
            step = BuildStep(digest(name, str(index)), name, StepState.RUNNING)
            self._on_event(StepChanged(step))
            if instruction.word == "FROM":
                stages[stage] = (steps, config)
                name, _, stage = instruction.rest.partition(" AS ")
                known = stages.get(name)
                steps = list(known[0] if known else self._base_steps(instruction, step))
                config = known[1] if known else ImageConfig()
            elif instruction.word in _LAYERED:
                steps.append(self._layer(instruction, files, step))
            else:
                steps.append(Step(instruction.text, 0))
                config = _configured(config, instruction)
                labels |= _labels(instruction)
            chain = digest(chain, instruction.text, _content(_copied(instruction, files), files))
            cached = cached and chain in self._made
            if not cached:
                self._work(instruction, step, build.secrets)
            self._made.add(chain)
            self._on_event(
                StepChanged(
                    replace(
                        step,
                        state=StepState.DONE,
                        cached=cached,
                        seconds=0.0 if cached else self._script.seconds_per_step,
                    )
                )
            )
        return steps, config, labels

    def _work(
        self, instruction: _Instruction, step: BuildStep, secrets: Mapping[str, Secret]
    ) -> None:
        if instruction.word == "RUN":
            for text in (*self._script.prints, *self._shown(instruction, step, secrets)):
                self._on_event(StepLog(step.id, text))
        self._token.wait(self._script.seconds_per_step)
        self._check(step)
        if instruction.word not in _KNOWN:
            self._fail(instruction, step, f"unknown instruction: {instruction.word}")
        if self._script.fail_at_line == instruction.line:
            self._fail(instruction, step, self._script.failure)

    def _shown(
        self, instruction: _Instruction, step: BuildStep, secrets: Mapping[str, Secret]
    ) -> list[str]:
        """What a RUN prints by echo, of plain words, and of its secrets."""
        shown = re.findall(r"(?:echo|printf) (\w+)(?=$| &&)", instruction.rest)
        for name in re.findall(r"--mount=type=secret,id=(\S+)", instruction.rest):
            if name not in secrets:
                self._fail(instruction, step, f"secret {name}: not found")
            if f"cat /run/secrets/{name}" in instruction.rest:
                shown += secrets[name].reveal().decode().splitlines()
        return shown

    def _base_steps(self, instruction: _Instruction, step: BuildStep) -> tuple[Step, ...]:
        name = instruction.rest.split()[0]
        if name == "scratch":
            return ()
        base = self._base(name)
        if base is None:
            self._fail(instruction, step, f"pull access denied for {name}", name)
        return base.steps

    def _layer(self, instruction: _Instruction, files: dict[str, bytes], step: BuildStep) -> Step:
        if instruction.word == "RUN":
            return Step(instruction.text, 1_000_000)
        if "--from=" in instruction.rest:
            return Step(instruction.text, 1_000)
        copied = _copied(instruction, files)
        if not copied:
            self._fail(instruction, step, f"{instruction.rest.split()[0]}: not found")
        size = sum(len(files[name]) for name in copied) + 1
        return Step(instruction.text, size, _content(copied, files))

    def _fail(
        self, instruction: _Instruction, step: BuildStep, why: str, base: str = ""
    ) -> NoReturn:
        self._on_event(StepChanged(replace(step, state=StepState.FAILED, error=why)))
        raise BuildFailed(
            f"The step “{instruction.text}” failed.",
            "",
            why,
            step=step.name,
            line=instruction.line,
            base=base,
        )

    def _check(self, step: BuildStep) -> None:
        if self._token.cancelled:
            self._on_event(StepChanged(replace(step, state=StepState.CANCELLED)))
            raise Cancelled


def _instructions(dockerfile: str) -> Iterator[_Instruction]:
    first, collected = 0, ""
    for number, raw in enumerate(dockerfile.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        first = first or number
        if line.endswith("\\"):
            collected += line[:-1].rstrip() + " "
            continue
        word, _, rest = (collected + line).partition(" ")
        yield _Instruction(first, word.upper(), rest.strip())
        first, collected = 0, ""


def _copied(instruction: _Instruction, files: dict[str, bytes]) -> list[str]:
    """The files a COPY takes, by name or by folder."""
    if instruction.word not in ("ADD", "COPY"):
        return []
    words = [word for word in instruction.rest.split() if not word.startswith("--")]
    found = []
    for source in words[:-1]:
        wanted = source.removeprefix("./").rstrip("/*")
        found += [
            name
            for name in files
            if wanted in ("", ".") or name == wanted or name.startswith(f"{wanted}/")
        ]
    return sorted(set(found))


def _content(names: list[str], files: dict[str, bytes]) -> str:
    return digest(*names, *(files[name].hex() for name in names)) if names else ""


def _labels(instruction: _Instruction) -> dict[str, str]:
    if instruction.word != "LABEL":
        return {}
    pairs = (word.partition("=") for word in shlex.split(instruction.rest))
    return {name: value for name, _, value in pairs}


def _configured(config: ImageConfig, instruction: _Instruction) -> ImageConfig:
    rest = instruction.rest
    match instruction.word:
        case "CMD":
            return replace(config, command=_words(rest))
        case "ENTRYPOINT":
            return replace(config, entrypoint=_words(rest))
        case "USER":
            return replace(config, user=rest)
        case "WORKDIR":
            return replace(config, working_directory=rest)
        case "ENV":
            return replace(config, environment=(*config.environment, *shlex.split(rest)))
        case "EXPOSE":
            ports = tuple(port if "/" in port else f"{port}/tcp" for port in rest.split())
            return replace(config, exposed_ports=(*config.exposed_ports, *ports))
        case "HEALTHCHECK":
            return replace(config, healthcheck=("CMD-SHELL", rest.partition("CMD ")[2] or rest))
        case _:
            return config


def _words(rest: str) -> tuple[str, ...]:
    if rest.startswith("["):
        return tuple(json.loads(rest))
    return ("/bin/sh", "-c", rest)
