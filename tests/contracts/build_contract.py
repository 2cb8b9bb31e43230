"""What every engine's `build` promises, asked of the fake and of real builders alike."""

import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from modeldesk.core.build.model import Builder as BuilderChoice
from modeldesk.core.build.model import (
    BuildEvent,
    BuildStep,
    EngineBuild,
    StepChanged,
    StepLog,
    StepState,
)
from modeldesk.core.build.secret import Secret
from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.offer import FolderContext
from modeldesk.core.build_context.scan import scan
from modeldesk.core.errors import BuildFailed, Cancelled, FolderError
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import BuildContext, ImageEngine
from modeldesk.core.references import Reference
from tests.support.build_context import TarContext


class BuildBench(Protocol):
    """An engine to build on. What a test names by `name` goes with the bench."""

    engine: ImageEngine
    builder: BuilderChoice
    base: str
    """An image with a shell that is on the engine."""

    def name(self) -> str:
        """A repository that nothing has."""
        ...


class Sent:
    """What went to the engine."""

    def __init__(self) -> None:
        self.asked_bytes = self.sent_bytes = 0
        self.on_sent: Callable[[], None] = lambda: None

    def asked(self, count: int) -> None:
        self.asked_bytes += count

    def sent(self, count: int) -> None:
        self.sent_bytes += count
        self.on_sent()


class Builder:
    """Builds on a bench, and remembers what was said. With `folder` it builds from files that it
    writes there, else from a tar that can only be had whole."""

    def __init__(self, bench: BuildBench, folder: Path | None = None) -> None:
        self.bench = bench
        self.folder = folder
        self.sent = Sent()
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
        secrets: Mapping[str, Secret] | None = None,
    ) -> ImageId:
        dockerfile = "\n".join((f"FROM {self.bench.base}", *lines)).encode()
        return self.from_text(dockerfile, tags, labels, files or {}, no_cache, secrets)

    def from_text(
        self,
        dockerfile: bytes,
        tags: tuple[str, ...] = ("1",),
        labels: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        no_cache: bool = False,
        secrets: Mapping[str, Secret] | None = None,
    ) -> ImageId:
        written = {"Dockerfile": dockerfile, **(files or {})}
        context: BuildContext = TarContext(iter([tar(written)]))
        if self.folder is not None:
            write(self.folder, written)
            context = self.offer(self.folder)
        return self.send(context, tags, labels, no_cache, secrets)

    def offer(self, folder: Path, texts: Mapping[str, bytes] | None = None) -> FolderContext:
        """The folder as it is now, for `send`."""
        self.sent = Sent()
        plan = scan(folder, IgnoreRules(), CancelToken(), texts)
        return FolderContext(plan, self.token, self.sent)

    def send(
        self,
        context: BuildContext,
        tags: tuple[str, ...] = ("1",),
        labels: Mapping[str, str] | None = None,
        no_cache: bool = False,
        secrets: Mapping[str, Secret] | None = None,
    ) -> ImageId:
        references = tuple(Reference.parse(f"{self.name}:{tag}") for tag in tags)
        build = EngineBuild(
            "Dockerfile",
            references,
            labels or {},
            no_cache=no_cache,
            secrets=secrets or {},
            builder=self.bench.builder,
        )
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
    def cancelling_when_begun(self) -> Iterator[None]:
        """Cancel as soon as a step prints ``begun``. (A step that is only said to have begun may
        have no process yet, and older BuildKits never end such a one: moby/buildkit#5106.)"""

        def watch() -> None:
            while not self.token.wait(0.01):
                if any(isinstance(one, StepLog) and one.text == "begun" for one in self.events):
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


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write what is not there yet as it is to be: what is stays untouched."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


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
    def build(self, bench: BuildBench, tmp_path: Path) -> Builder:
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
        assert build.printed(build.step("RUN")) == ["one", "two", "three"]

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
            build.from_text(b"")

    def test_a_base_that_does_not_exist(self, build: Builder) -> None:
        dockerfile = b"FROM 127.0.0.1:9/team/no-such-base:7\nRUN true\n"
        with pytest.raises(BuildFailed) as caught:
            build.from_text(dockerfile)
        assert "127.0.0.1:9/team/no-such-base:7" in str(caught.value)
        assert caught.value.base == "127.0.0.1:9/team/no-such-base:7"
        assert not build.exists

    def test_an_error_of_the_context_comes_through_unchanged(self, build: Builder) -> None:
        error = FolderError("“weights.bin” grew while it was sent.")

        def context() -> Iterator[bytes]:
            yield tar({"Dockerfile": f"FROM {build.bench.base}\n".encode()})[:600]
            raise error

        with pytest.raises(FolderError) as caught:
            build.send(TarContext(context()))
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
            build.send(TarContext(context()))
        assert not build.exists

    def test_cancelled_while_a_step_runs(self, build: Builder) -> None:
        with build.cancelling_when_begun(), pytest.raises(Cancelled):
            build("RUN echo begun && sleep 60", no_cache=True)
        assert not build.exists


class SecretBuildContract(BuildContract):
    """What a builder promises that has secrets to give."""

    def test_a_secret_is_given_to_the_step_that_asks_for_it(self, build: Builder) -> None:
        asked: list[str] = []

        def find() -> bytes:
            asked.append("token")
            return b"hush-hush"

        step = "RUN --mount=type=secret,id=token cat /run/secrets/token"
        build(step, no_cache=True, secrets={"token": Secret(find), "other": Secret(b"unused")})
        assert build.printed(build.step("RUN")) == ["hush-hush"]
        assert asked == ["token"]

    def test_a_secret_that_is_not_there(self, build: Builder) -> None:
        with pytest.raises(BuildFailed) as caught:
            build(
                f"RUN --mount=type=secret,id=token,required=true echo {build.name}",
                secrets={"another": Secret(b"hush")},
            )
        assert "token" in f"{caught.value} {caught.value.detail}"

    def test_a_secret_that_can_not_be_found(self, build: Builder) -> None:
        error = FolderError("The file of the token is gone.")

        def find() -> bytes:
            raise error

        step = "RUN --mount=type=secret,id=token cat /run/secrets/token"
        with pytest.raises(FolderError) as caught:
            build(step, no_cache=True, secrets={"token": Secret(find)})
        assert caught.value is error


WEIGHTS = os.urandom(4 << 20)
"""Others in each run: an engine keeps what earlier runs made of theirs."""
"""Four megabytes."""
MODEL = ("RUN echo dependencies", "COPY model /model", "COPY serve.py /app/")


class FolderBuildContract(SecretBuildContract):
    """What an engine promises that asks for files of a folder and keeps them."""

    @pytest.fixture
    def build(self, bench: BuildBench, tmp_path: Path) -> Builder:
        folder = tmp_path / "folder"
        folder.mkdir()
        return Builder(bench, folder)

    def model(self, build: Builder, code: bytes, weights: bytes = WEIGHTS) -> ImageId:
        files = {"model/weights.bin": weights, "serve.py": code + build.name.encode()}
        return build(*MODEL, tags=(), files=files)

    def test_code_alone_changes_and_the_weights_stay_where_they_are(self, build: Builder) -> None:
        first = self.model(build, b"one")
        assert build.sent.sent_bytes >= len(WEIGHTS)
        second = self.model(build, b"two")
        assert build.sent.asked_bytes == build.sent.sent_bytes < 10_000
        assert build.step("COPY model").cached
        assert not build.step("COPY serve.py").cached
        before, now = layers(build, first), layers(build, second)
        assert now[:-1] == before[:-1]
        assert now[-1] != before[-1]

    def test_weights_alone_change_and_the_dependencies_stay(self, build: Builder) -> None:
        first = self.model(build, b"one")
        second = self.model(build, b"one", bytes(reversed(WEIGHTS)))
        assert len(WEIGHTS) <= build.sent.sent_bytes < len(WEIGHTS) + 10_000
        assert build.step("RUN echo dependencies").cached
        assert not build.step("COPY model").cached
        before, now = layers(build, first), layers(build, second)
        assert now[:-2] == before[:-2]
        assert now[-2] != before[-2]

    def test_weights_of_the_same_size_and_time_are_other_weights(self, build: Builder) -> None:
        """Tools that make models reproducibly set every time to the same."""
        assert build.folder is not None
        first = self.model(build, b"one")
        weights = build.folder / "model/weights.bin"
        facts = weights.stat()
        weights.write_bytes(bytes(reversed(WEIGHTS)))
        os.utime(weights, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        second = build.send(build.offer(build.folder), tags=())
        assert layers(build, second)[-2] != layers(build, first)[-2]

    def test_a_dockerfile_of_the_same_length_that_is_not_in_the_folder(
        self, build: Builder
    ) -> None:
        assert build.folder is not None
        for letter in ("a", "b"):
            text = f"FROM {build.bench.base}\nRUN echo {letter}\n".encode()
            build.send(build.offer(build.folder, {"Dockerfile": text}))
            assert build.step(f"RUN echo {letter}").state is StepState.DONE
        assert list(build.folder.iterdir()) == []

    def test_two_folders_do_not_disturb_each_other(self, build: Builder, tmp_path: Path) -> None:
        self.model(build, b"one")
        other = tmp_path / "other"
        write(other, {"Dockerfile": f"FROM {build.bench.base}\nCOPY . /\n".encode()})
        build.send(build.offer(other), tags=())
        self.model(build, b"two")
        assert build.sent.sent_bytes < 10_000

    def test_a_file_that_vanishes_while_it_is_sent(self, build: Builder) -> None:
        folder = build.folder
        assert folder is not None
        write(folder, {"Dockerfile": f"FROM {build.bench.base}\nCOPY model /model\n".encode()})
        write(folder, {f"model/{number}": os.urandom(300_000) for number in range(20)})
        context = build.offer(folder)

        def take_away() -> None:
            for number in range(20):
                (folder / f"model/{number}").unlink(missing_ok=True)

        build.sent.on_sent = take_away
        with pytest.raises(FolderError, match="vanished"):
            build.send(context)
        assert not build.exists

    def test_a_file_that_was_changed_since(self, build: Builder) -> None:
        folder = build.folder
        assert folder is not None
        write(folder, {"Dockerfile": f"FROM {build.bench.base}\nCOPY a /\n".encode()})
        write(folder, {"a": os.urandom(1000)})
        context = build.offer(folder)
        (folder / "a").write_bytes(b"shorter")
        with pytest.raises(FolderError, match="became smaller"):
            build.send(context)

    def test_cancelled_while_files_are_sent(self, build: Builder) -> None:
        folder = build.folder
        assert folder is not None
        write(folder, {"Dockerfile": f"FROM {build.bench.base}\nCOPY a /\n".encode()})
        write(folder, {"a": os.urandom(8_000_000)})
        context = build.offer(folder)

        def cancel_in_the_middle() -> None:
            if build.sent.sent_bytes > 2_000_000:
                build.token.cancel()

        build.sent.on_sent = cancel_in_the_middle
        with pytest.raises(Cancelled):
            build.send(context)
        assert not build.exists


def layers(build: Builder, image: ImageId) -> tuple[str, ...]:
    return build.bench.engine.image_detail(image).diff_ids
