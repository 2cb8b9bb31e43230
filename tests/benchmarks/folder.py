"""How long it takes to look into a model folder: one of 100,000 files, and one of many kinds with
its headers. ``python -m tests.benchmarks.folder``.
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from modeldesk.core.build.context import sent_by
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.dockerfile import propose
from tests.unit.core.model_folder import crafted

FILES, FOLDERS, TURNS = 100_000, 100, 5


def say(name: str, limit_s: float | None, work: Callable[[], object]) -> None:
    """Print the median and the worst of some turns."""
    spent = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    promised = f"   (at most {limit_s * 1000:.0f} ms)" if limit_s else ""
    median = statistics.median(spent)
    print(f"{name:40} median {median:8.1f} ms  worst {max(spent):8.1f} ms{promised}", flush=True)


def make_many(home: Path) -> None:
    """A hundred folders of a thousand files each, beside a model."""
    make_kinds(home)
    for outer in range(FOLDERS):
        inner = home / f"part{outer}"
        inner.mkdir()
        for number in range(FILES // FOLDERS):
            os.close(os.open(inner / f"{number}.json", os.O_CREAT | os.O_WRONLY))


def make_kinds(home: Path) -> None:
    """A model in several formats, with manifests."""
    home.mkdir()
    tensors = {
        f"layers.{number}.weight": {"dtype": "BF16", "shape": [0], "data_offsets": [0, 0]}
        for number in range(2_000)
    }
    weight = crafted.onnx_tensor((64, 64), 1, 16_384)
    (home / "model.safetensors").write_bytes(crafted.safetensors(tensors))
    (home / "model.gguf").write_bytes(crafted.gguf([((64, 64), 12)] * 500, {"general.name": "m"}))
    (home / "model.onnx").write_bytes(crafted.onnx(*[weight] * 200))
    (home / "MLmodel").write_text("flavors:\n  transformers: {}\nmlflow_version: 2.16.0\n")
    (home / "cog.yaml").write_text("build: {gpu: true}\npredict: predict.py:Predictor\n")
    (home / "config.json").write_text('{"model_type": "llama"}')
    (home / "requirements.txt").write_text("torch==2.4.0\n" * 100)


def look(folder: Path) -> None:
    """As ``modeldesk inspect`` does."""
    found = inspect(folder)
    sent_by(found, propose(found, RecipeChoice("python:3.11-slim")))


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as home:
        many, kinds = Path(home) / "many", Path(home) / "kinds"
        make_many(many)
        make_kinds(kinds)
        say("100,000 files", None, lambda: inspect(many))
        say("  with what a build would send", 2.0, lambda: look(many))
        say("a model of many kinds", None, lambda: inspect(kinds))
    print(f"\nmost memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
