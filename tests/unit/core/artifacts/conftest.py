"""One registry for each test."""

import pytest

from tests.unit.core.artifacts.models import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
