"""`modeldesk layers`, `diff` and `images --changes` tell the same kinds of the same images."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from modeldesk.cli.commands import diff, images, layers
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_images import Step
from tests.fakes.image_source import contents_of
from tests.fakes.records import FakeImageRecords

if TYPE_CHECKING:
    from modeldesk.core.ids import DiffId

MB = 1_000_000
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Two versions, each with weights and code in one layer of its own, that speaks of neither."""
    engine, records = FakeEngine(), FakeContentRecords()
    files: dict[DiffId, dict[str, int]] = {}
    for number in (1, 2):
        steps = (Step("RUN pip install x", 40 * MB), Step("COPY . /srv", 320 * MB, str(number)))
        image = engine.add_image(f"rec:v{number}", steps=steps, base=())
        packages, own = engine.image_detail(image).diff_ids
        files[packages] = {"venv/lib/python3.11/site-packages/x.so": 40 * MB}
        files[own] = {"srv/m/blob": 300 * MB, "srv/app/serve.py": 20 * MB}

    def answer(command: ModuleType, *words: str) -> Any:
        # Each is a program of its own; what is kept is all they have in common.
        parts = Parts(Paths.under(tmp_path))
        vars(parts).update(
            finder=FakeFinder(engine),
            library=Library(FakeImageRecords(), lambda: records),
            layer_records=records,
            contents_here=contents_of(engine, files, records),
        )
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        printed = json.dumps(command.execute(parser.parse_args(words), Session(parts)).json)
        return json.loads(printed)

    return answer


def pushed(run: Run) -> dict[str, tuple[int, int]]:
    """First and later bytes by kind."""
    [model] = run(images, "rec", "--changes")
    kinds = model["changes"]["kinds"]
    return {one["kind"]: (one["first_bytes"], one["pushed_bytes"]) for one in kinds}


def test_changes_go_by_what_was_looked_into(run: Run) -> None:
    assert pushed(run) == {"dependencies": (40 * MB, 0), "model weights": (320 * MB, 320 * MB)}

    looked = run(layers, "rec:v1")["layers"]
    assert [one["kind"] for one in looked] == ["dependencies", "model weights"]
    assert [one["bytes_by_kind"] for one in looked] == [
        {"dependencies": 40 * MB},
        {"model weights": 300 * MB, "application": 20 * MB},
    ]
    # Nobody looked into the layer of the second version yet.
    assert pushed(run) == {
        "dependencies": (40 * MB, 0),
        "application": (20 * MB, 0),
        "model weights": (300 * MB, 320 * MB),
    }

    compared = run(diff, "rec:v1", "rec:v2")["right"]["bytes_by_kind"]
    assert compared == {
        "dependencies": 40 * MB,
        "application": 20 * MB,
        "model weights": 300 * MB,
    }
    assert pushed(run) == {
        "dependencies": (40 * MB, 0),
        "application": (20 * MB, 20 * MB),
        "model weights": (300 * MB, 300 * MB),
    }
