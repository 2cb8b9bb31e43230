"""An API for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.adapters.rest.api import Api


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    made = Api(tmp_path)
    yield made
    made.close()
    assert list(tmp_path.iterdir()) == [], "an upload was left behind"
