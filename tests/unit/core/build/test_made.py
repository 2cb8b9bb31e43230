"""Sizes of layers, by the steps that made them."""

from datetime import UTC, datetime

import pytest

from modeldesk.core.build.made import look_at, with_layer_sizes
from modeldesk.core.build.made_from import Base, base_of
from modeldesk.core.build.model import BuildStep, StepState
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail
from tests.fakes.engine import FakeEngine

BUILDKIT = (
    ("COPY rootfs / # buildkit", 100),
    ("WORKDIR /app", 0),
    ("ENV A=1", 0),
    ("RUN /bin/sh -c pip install x # buildkit", 70),
    ("COPY model /model # buildkit", 40),
    ('CMD ["python"]', 0),
)
CLASSIC = (
    ("/bin/sh -c #(nop) ADD file:abc in / ", 100),
    ("/bin/sh -c #(nop) WORKDIR /app", 0),
    ("/bin/sh -c pip install x", 70),
    ("/bin/sh -c #(nop) COPY dir:abc in /model ", 40),
    ('/bin/sh -c #(nop)  CMD ["python"]', 0),
)


def detail(history: tuple[tuple[str, int], ...], layers: int) -> ImageDetail:
    now = datetime(2026, 4, 5, tzinfo=UTC)
    return ImageDetail(
        id=ImageId("sha256:1"),
        diff_ids=tuple(DiffId(f"sha256:{n}") for n in range(layers)),
        history=tuple(HistoryEntry(text, size, now) for text, size in history),
        config=ImageConfig(),
        size_bytes=sum(size for _, size in history),
        architecture="amd64",
        operating_system="linux",
    )


def sizes(names: tuple[str, ...], dockerfile: str, found: ImageDetail) -> list[int | None]:
    steps = [BuildStep(name, name, StepState.DONE) for name in names]
    return [step.layer_bytes for step in with_layer_sizes(steps, dockerfile, found)]


def test_buildkit() -> None:
    names = ("[1/4] FROM x", "[2/4] WORKDIR /app", "[3/4] RUN pip install x", "[4/4] COPY model /")
    found = sizes(names, "FROM x\nWORKDIR /app\n", detail(BUILDKIT, 4))
    assert found[2:] == [70, 40]
    assert found[0] is None


def test_only_the_last_stage_makes_layers() -> None:
    names = (
        "[build 1/2] FROM x",
        "[build 2/2] RUN pip install x",
        "[stage-1 2/3] RUN pip install x",
        "[stage-1 3/3] COPY --from=build /model /model",
    )
    dockerfile = "FROM x AS build\nRUN pip install x\nFROM y\nRUN pip install x\nCOPY a b"
    assert sizes(names, dockerfile, detail(BUILDKIT, 4)) == [None, None, 70, 40]


def test_a_stage_that_is_alone_and_named_all_the_same() -> None:
    """Newer builders do so where a RUN mounts something, and tell of steps in any order."""
    names = ("[stage-0 4/4] COPY model /", "[stage-0 3/4] RUN --mount=type=cache pip install x")
    assert sizes(names, "FROM x\nWORKDIR /app\n", detail(BUILDKIT, 4)) == [40, 70]


def test_the_classic_builder_counts_every_instruction() -> None:
    names = (
        "[1/5] FROM x",
        "[2/5] WORKDIR /app",
        "[3/5] RUN pip install x",
        "[4/5] COPY model /model",
        '[5/5] CMD ["python"]',
    )
    assert sizes(names, "FROM x", detail(CLASSIC, 3))[2:] == [70, 40, None]


def test_a_history_that_tells_another_story() -> None:
    names = ("[1/2] FROM x", "[2/2] RUN pip install x")
    assert sizes(names, "FROM x", detail((("COPY a /", 5),), 1)) == [None, None]
    assert sizes(names, "FROM x", detail((), 0)) == [None, None]


def test_an_engine_that_does_not_tell(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    made = look_at(FakeEngine(), ImageId("sha256:gone"), "x", "FROM x", ())
    assert (made.image_bytes, made.base) == (None, Base())
    assert "could not be looked at" in caplog.text


def test_a_base_of_a_registry_is_known_by_its_digest() -> None:
    digest = "sha256:" + "a" * 64
    engine = FakeEngine()
    # Under another name it may have another digest.
    names = (f"mirror.lan/python@sha256:{'b' * 64}", f"python@{digest}")
    image = engine.add_image("python:3.11-slim", "python:latest", digests=names)
    for base in ("python:3.11-slim", "python", f"python:3.11-slim@{digest}", f"gone@{digest}"):
        assert base_of(engine, base) == Base(digest)
        assert look_at(engine, image, base, "FROM x", ()).base == Base(digest)


def test_a_base_that_no_registry_has_by_that_name_is_known_by_its_image() -> None:
    engine = FakeEngine()
    image = engine.add_image("local:1", digests=[f"elsewhere/local@sha256:{'c' * 64}"])
    assert base_of(engine, "local:1") == Base("", image)
    for unknown in ("", "other:1", "Not A Name", "scratch"):
        assert base_of(engine, unknown) == Base()
