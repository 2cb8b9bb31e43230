"""Trials on an engine in memory, and one that came to its end."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from modeldesk import resources
from modeldesk.core.compare.compare import Named, compare
from modeldesk.core.contents.model import EngineImage, ImageContents, Place
from modeldesk.core.engine.model import EngineInfo
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.references import Reference
from modeldesk.core.trial.model import Measures, Start, Trial, TrialOutcome, TrialRequest, TrialStep
from modeldesk.core.trial.service import TrialService
from modeldesk.core.trial.tools import Tools
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import INFO, FakeEngine
from tests.fakes.http_asker import FakeHttpAsker
from tests.fakes.records import FakeTrialRecords
from tests.fakes.source_control import FakeSourceControl
from tests.unit.core.compare.images import MB, image, one_layer
from tests.unit.core.contents.layers import file, layer

BASE = "python:3.11-slim"
STARTED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class FakeContents:
    """Implements `ContentsReader`: multi-stage images are small. Reading waits for `gate`."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.base_layers: list[int | None] = []

    def read(self, place: Place, job: Job, base_layers: int | None = None) -> ImageContents:
        while not self.gate.wait(0.01):
            job.token.raise_if_cancelled()
        self.base_layers.append(base_layers)
        return lean() if place.name == "Multi-stage" else heavy()


class FakeCompressed:
    """Implements `CompressedSizes`."""

    def compressed_bytes(self, place: EngineImage, job: Job) -> int:
        job.token.raise_if_cancelled()
        return 157 * MB if place.name == "Multi-stage" else 486 * MB


class Bench:
    def __init__(self, info: EngineInfo = INFO) -> None:
        self.engine = FakeEngine(info)
        self.engine.add_image(BASE)
        self.records = FakeTrialRecords()
        self.locks = FakeDeploymentLocks()
        self.contents = FakeContents()
        self.asker = FakeHttpAsker({"/": 200, "/health": 200, "/predict": 200})
        self.source = FakeSourceControl()
        self.steps: list[TrialStep] = []
        self.service = TrialService(
            self.records,
            self.source,
            self.locks,
            Tools(lambda: self.contents, FakeCompressed(), self.asker),
            lambda: STARTED,
            resources.path("serving"),
            "mira",
        )

    def run(self, request: TrialRequest, job: Job | None = None) -> TrialOutcome:
        return self.service.run(self.engine, request, BASE, job or Job(), self.steps.append)


def app_folder(folder: Path) -> Path:
    """A model with a program, weights and packages."""
    for name, text in {
        "serve.py": "from http.server import HTTPServer\nHTTPServer(('', 5000), 0)\n# /health\n",
        "requirements.txt": "numpy==2.1.0\n",
        "model.bin": "weights",
        "example_request.json": '{"pixels": [0, 1]}',
    }.items():
        (folder / name).write_text(text)
    (folder / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}" + b"w" * 100)
    return folder


def heavy() -> ImageContents:
    """As a naive recipe makes it."""
    base = one_layer("base", layer(file("bin/sh", 120 * MB)))
    tools = layer(file("usr/lib/gcc/cc1", 300 * MB), file("root/.cache/pip/http/1", 200 * MB))
    code = layer(file("app/serve.py", 2_000), file("opt/venv/numpy.so", 250 * MB))
    return image("heavy", [base, one_layer("tools", tools), one_layer("code", code)])


def lean() -> ImageContents:
    """As a multi-stage recipe does."""
    base = one_layer("base", layer(file("bin/sh", 120 * MB)))
    code = layer(file("app/serve.py", 2_000), file("opt/venv/numpy.so", 250 * MB))
    return image("lean", [base, one_layer("other code", code)])


def measured(
    left: ImageContents | None = None,
    right: ImageContents | None = None,
    starts: tuple[tuple[Start, ...], tuple[Start, ...]] | None = None,
    model: str = "recommendation",
) -> Trial:
    """A trial that came to its end."""
    before, after = starts or (
        tuple(Start(8.3 + n / 10, 8.4 + n / 10) for n in (-2, -1, 0, 0, 1, 3, 1)),
        tuple(Start(3.1 + n / 10, 3.3 + n / 10) for n in (-1, 0, 0, 1, 2, 0, -1)),
    )
    found = compare(
        Named("Single-stage, naive", left or heavy()),
        Named("Multi-stage", right or lean()),
        CancelToken(),
    )
    comparison = replace(
        found,
        left=replace(found.left, compressed_bytes=486 * MB),
        right=replace(found.right, compressed_bytes=157 * MB),
        layers=(),
        largest=(),
        packages=(),
        config=(),
        rewritten=(),
    )
    return Trial(
        "c0ffee",
        STARTED,
        f"/home/mira/models/{model}",
        ModelName(model),
        "c81a5f9d",
        Reference.parse(BASE),
        "Docker Engine 28.5.2, BuildKit",
        comparison,
        Measures(Stages.SINGLE, naive=True, build=96.4, rebuild=71.2, starts=before),
        Measures(Stages.MULTI, naive=False, build=104.1, rebuild=2.2, starts=after),
        "example_request.json",
        (),
    )
