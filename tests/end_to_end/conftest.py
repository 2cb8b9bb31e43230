"""Tests of the program as a process of its own, against a real container engine."""

import pytest

from tests.support.engine import (
    engine_client,
    engine_left_as_found,
    engine_url,
    registry_address,
    unique_name,
)

__all__ = [
    "engine_client",
    "engine_left_as_found",
    "engine_url",
    "registry_address",
    "unique_name",
]


@pytest.fixture(autouse=True)
def _clean_engine(engine_left_as_found: None) -> None:
    """Every test here leaves the engine as it found it."""
