"""Tests against a real container engine."""

import os
from pathlib import Path

import docker
import pytest

from tests.engine.recipe_bench import Recipes
from tests.engine.training import trained
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
    "trained",
    "unique_name",
]

# Without an engine nothing here is collected; the top of pytest's report says so.
collect_ignore_glob = [] if os.environ.get(URL) else ["*"]


@pytest.fixture
def recipes(
    engine_url: str, engine_client: docker.DockerClient, unique_name: str, tmp_path: Path
) -> Recipes:
    """What is proposed for the sample model, to be built."""
    return Recipes(engine_url, engine_client, unique_name, tmp_path)


@pytest.fixture(autouse=True)
def _clean_engine(engine_left_as_found: None) -> None:
    """Every test here leaves the engine as it found it."""
