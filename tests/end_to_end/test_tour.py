"""The tour, as ``run.py --tour`` takes it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).parents[2]
_LONGEST_S = 1200
WIDTHS = {"": (1440, 900), "-1024": (1024, 700)}


@pytest.fixture(scope="module")
def folder(engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tour left."""
    to = tmp_path_factory.mktemp("tour")
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "tour.py"), str(to)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "DOCKER_HOST": engine_url},
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return to


def test_it_tells_what_happened_and_leaves_nothing(folder: Path) -> None:
    told = json.loads((folder / "tour.json").read_text(encoding="utf-8"))
    assert told["ok"] is True
    by_name: dict[str, Any] = {one["event"]: one for one in told["events"]}
    passed, back = by_name["canary passed"], by_name["canary went back"]
    # Whatever was released, nobody was without an answer.
    assert passed["asked"] > 0
    assert passed["errors"] == 0
    assert back["version"] == "v1.2.1"
    assert back["errors"] > 0
    assert "%" in back["why"]
    assert by_name["rolled back"]["to"] == "v1.0.0"
    assert by_name["cleaned up"]["left"] == "nothing"


@pytest.mark.parametrize(
    "name", ["library", "compare", "releases", "canary-at-work", "canary-passed",
             "canary-rolled-back", "settings"]
)  # fmt: skip
def test_there_are_pictures_light_and_dark(folder: Path, name: str) -> None:
    for mode in ("light", "dark"):
        for ending, size in WIDTHS.items():
            (picture,) = folder.glob(f"??-{name}-{mode}{ending}.png")
            image = QImage(str(picture))
            assert (image.width(), image.height()) == size
