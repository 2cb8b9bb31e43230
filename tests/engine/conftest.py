"""Tests against a real container engine."""

import os

import pytest

from tests.support.engine import (
    URL,
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

# Without an engine nothing here is collected; the top of pytest's report says so.
collect_ignore_glob = [] if os.environ.get(URL) else ["*"]


@pytest.fixture(autouse=True)
def _clean_engine(engine_left_as_found: None) -> None:
    """Every test here leaves the engine as it found it."""
