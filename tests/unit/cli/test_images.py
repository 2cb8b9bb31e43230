"""`modeldesk images`, on a fake engine."""

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import images
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_images import Step
from tests.fakes.records import FakeImageRecords

MB = 1_000_000
List = Callable[..., Answer]


@pytest.fixture
def listing(tmp_path: Path) -> List:
    """Of three versions: dependencies change once, from 50 MB to 50 MB, weights twice."""
    engine = FakeEngine()
    for number, (venv, weights) in enumerate((("a", 10), ("a", 20), ("b", 30))):
        steps = (
            Step("COPY --from=builder /venv /venv", 50 * MB, venv),
            Step("COPY model.safetensors /models/", weights * MB),
        )
        labels = {"api_key": "s3cret", "team": "a"}
        engine.add_image(f"rec:v1.{number}.0", steps=steps, base=(), labels=labels)
    parts = Parts(Paths.under(tmp_path))
    vars(parts).update(finder=FakeFinder(engine), library=Library(FakeImageRecords()))
    session = Session(parts)

    def run(*words: str) -> Answer:
        parser = argparse.ArgumentParser()
        images.add_arguments(parser)
        return images.execute(parser.parse_args(words), session)

    return run


def test_what_changed_is_told_when_asked_for(listing: List) -> None:
    answer = listing("rec", "--changes")
    assert isinstance(answer.json, list)
    [model] = answer.json
    assert isinstance(model, dict)
    assert model["changes"] == {
        "first": "v1.0.0",
        "compared": 3,
        "kinds": [
            {
                "kind": "dependencies", "changed": 1, "of": 2,
                "first_bytes": 50 * MB, "pushed_bytes": 50 * MB,
            },
            {
                "kind": "model weights", "changed": 2, "of": 2,
                "first_bytes": 10 * MB, "pushed_bytes": 50 * MB,
            },
        ],
        "total": {
            "changed": 2, "of": 2, "first_bytes": 60 * MB, "pushed_bytes": 100 * MB,
        },
    }  # fmt: skip
    assert [" ".join(line.split()) for line in answer.lines] == [
        "MODEL KIND CHANGED FIRST PUSH PUSHED SINCE PER CHANGE",
        "rec Dependencies 1/2 50.0 MB 50.0 MB 50.0 MB",
        "rec Model weights 2/2 10.0 MB 50.0 MB 25.0 MB",
        "rec All layers 2/2 60.0 MB 100 MB 50.0 MB",
    ]


def test_without_it_the_answer_is_as_ever(listing: List) -> None:
    answer = listing("rec")
    assert isinstance(answer.json, list)
    [model] = answer.json
    assert isinstance(model, dict)
    assert set(model) == {"model", "versions"}
    assert "s3cret" not in str(answer.json)
    assert "'team': 'a'" in str(answer.json)
    assert answer.lines[0].split() == ["MODEL", "VERSION", "SIZE", "UNIQUE", "CREATED", "CHANNELS"]
