"""What every engine's `build` promises, asked of the fake and of real builders alike."""

import io
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import pytest

from modeldesk.core.build.model import (
    BuildEvent,
    BuildStep,
    EngineBuild,
    StepChanged,
    StepLog,
    StepState,
)
from modeldesk.core.errors import BuildFailed, Cancelled, FolderError
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference


class BuildBench(Protocol):
    """An engine to build on. What a test names by `name` goes with the bench."""

    engine: ImageEngine
    base: str
    """An image with a shell that is on the engine."""

    def name(self) -> str:
        """A repository that nothing has."""
        ...


class Builder:
    """Builds on a bench, and remembers what was said."""

    def __init__(self, bench: BuildBench) -> None:
        self.bench = bench
        self.name = bench.name()
        self.token = CancelToken()
        self.events: list[BuildEvent] = []

    def __call__(
        self,
        *lines: str,
        tags: tuple[str, ...] = ("1",),
        labels: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        no_cache: bool = False,
    ) -> ImageId:
        dockerfile = "\n".join((f"FROM {self.bench.base}", *lines)).encode()
        context = tar({"Dockerfile": dockerfile, **(files or {})})
        return self.send(iter([context]), tags, labels, no_cache)

    def send(
        self,
        context: Iterator[bytes],
        tags: tuple[str, ...] = ("1",),
        labels: Mapping[str, str] | None = None,
        no_cache: bool = False,
    ) -> ImageId:
        references = tuple(Reference.parse(f"{self.name}:{tag}") for tag in tags)
        build = EngineBuild("Dockerfile", references, labels or {}, no_cache=no_cache)
        self.events.clear()
        return self.bench.engine.build(build, context, self.events.append, self.token)

    @property
    def steps(self) -> list[BuildStep]:
        """Each step as it was last said to be."""
        last = {one.step.id: one.step for one in self.events if isinstance(one, StepChanged)}
        return list(last.values())

    def step(self, text: str) -> BuildStep:
        (found,) = [step for step in self.steps if text in step.name]
        return found

    def printed(self, step: BuildStep) -> list[str]:
        logs = [one for one in self.events if isinstance(one, StepLog)]
        return [one.text for one in logs if one.step_id == step.id]

    @contextmanager
    def cancelling_when(self, text: str) -> Iterator[None]:
        """Cancel as soon as a step with `text` in its name has begun."""

        def watch() -> None:
            while not self.token.wait(0.01):
                running = [one for one in self.steps if one.state is StepState.RUNNING]
                if any(text in step.name for step in running):
                    self.token.cancel()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            self.token.cancel()
            thread.join()

    @property
    def exists(self) -> bool:
        repository = Reference.parse(self.name).repository
        images = self.bench.engine.list_images()
        return any(tag.repository == repository for image in images for tag in image.tags)


def tar(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


class BuildContract:
    """Inherited by one test class per builder, which gives the fixture `bench`."""

    @pytest.fixture
    def build(self, bench: BuildBench) -> Builder:
        return Builder(bench)

    def test_an_image_is_built_named_and_labelled(self, build: Builder) -> None:
        hostile = "a 'b' \"c\"\nRUN false\n$HOME \\"
        image = build(
            f"RUN echo {build.name} && echo done",
            "COPY model/weights.bin /model/",
            tags=("1.0", "stable"),
            labels={"org.example.note": hostile, "org.example.漢字": "é"},
            files={"model/weights.bin": bytes(100_000)},
        )
        summary = build.bench.engine.image_summary(image)
        assert summary is not None
        assert {tag.tag for tag in summary.tags} == {"1.0", "stable"}
        assert summary.labels["org.example.note"] == hostile
        assert summary.labels["org.example.漢字"] == "é"
        assert all(step.state is StepState.DONE for step in build.steps)
        run, copy = build.step("RUN echo"), build.step("COPY model")
        assert not run.cached
        assert run.seconds >= 0
        assert build.steps.index(run) < build.steps.index(copy)

    def test_an_image_without_a_name_can_be_named_afterwards(self, build: Builder) -> None:
        engine = build.bench.engine
        for version in ("1.0", "1.1"):
            label = {"org.example.version": version}
            # The second time every step is cached, and only the label is another.
            image = build(f"RUN echo {build.name}", tags=(), labels=label)
            unnamed = engine.image_summary(image)
            assert unnamed is None or not unnamed.tags
            engine.tag_image(image, Reference.parse(f"{build.name}:{version}"))
            summary = engine.image_summary(image)
            assert summary is not None
            assert [tag.tag for tag in summary.tags] == [version]
            assert summary.labels["org.example.version"] == version

    def test_what_a_step_prints_is_told_line_by_line(self, build: Builder) -> None:
        build("RUN echo one && echo two && printf three", no_cache=True)
        printed = build.printed(build.step("RUN"))
        # What a fake prints is scripted.
        assert not printed or printed == ["one", "two", "three"]

    def test_the_second_time_everything_is_cached_unless_not_wanted(self, build: Builder) -> None:
        lines = (f"RUN echo {build.name}", "COPY a /a")
        first = build(*lines, files={"a": b"1"})
        assert build(*lines, files={"a": b"1"}) == first
        assert build.step("RUN echo").cached
        assert build.step("COPY a").cached
        build(*lines, files={"a": b"2"})
        assert build.step("RUN echo").cached
        assert not build.step("COPY a").cached
        build(*lines, files={"a": b"2"}, no_cache=True)
        assert not build.step("RUN echo").cached

    def test_a_copy_of_what_is_not_there(self, build: Builder) -> None:
        with pytest.raises(BuildFailed) as caught:
            build("COPY nothing.bin /")
        assert "COPY nothing.bin" in caught.value.step
        assert "nothing.bin" in str(caught.value)
        assert not build.exists

    def test_an_instruction_that_is_none(self, build: Builder) -> None:
        with pytest.raises(BuildFailed) as caught:
            build("ENV A=1", "", "RUNN make")
        assert caught.value.line == 4
        assert "RUNN" in str(caught.value)

    def test_an_empty_dockerfile(self, build: Builder) -> None:
        with pytest.raises(BuildFailed):
            build.send(iter([tar({"Dockerfile": b""})]))

    def test_a_base_that_does_not_exist(self, build: Builder) -> None:
        dockerfile = b"FROM 127.0.0.1:9/team/no-such-base:7\nRUN true\n"
        with pytest.raises(BuildFailed) as caught:
            build.send(iter([tar({"Dockerfile": dockerfile})]))
        assert "127.0.0.1:9/team/no-such-base:7" in str(caught.value)
        assert caught.value.base == "127.0.0.1:9/team/no-such-base:7"
        assert not build.exists

    def test_an_error_of_the_context_comes_through_unchanged(self, build: Builder) -> None:
        error = FolderError("“weights.bin” grew while it was sent.")

        def context() -> Iterator[bytes]:
            yield tar({"Dockerfile": f"FROM {build.bench.base}\n".encode()})[:600]
            raise error

        with pytest.raises(FolderError) as caught:
            build.send(context())
        assert caught.value is error
        assert not build.exists

    def test_cancelled_before_it_began(self, build: Builder) -> None:
        build.token.cancel()
        with pytest.raises(Cancelled):
            build("RUN true")
        assert not build.exists

    def test_cancelled_while_the_context_is_sent(self, build: Builder) -> None:
        def context() -> Iterator[bytes]:
            yield tar({"Dockerfile": f"FROM {build.bench.base}\n".encode()})[:1024]
            build.token.cancel()
            yield bytes(1 << 20)

        with pytest.raises(Cancelled):
            build.send(context())
        assert not build.exists

    def test_cancelled_while_a_step_runs(self, build: Builder) -> None:
        with build.cancelling_when("RUN sleep"), pytest.raises(Cancelled):
            build("RUN sleep 60")
        assert not build.exists
