"""The engine in memory builds as every engine promises to."""

import itertools

import pytest

from modeldesk.core.build.model import Builder
from tests.contracts.build_contract import BuildContract, FolderBuildContract
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_build import BuildScript


class FakeBuildBench:
    base = "tiny:1"
    builder = Builder.AUTOMATIC

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.engine.add_image(self.base)
        self.engine.build_script = BuildScript(seconds_per_step=0.05)
        self._numbers = itertools.count(1)

    def name(self) -> str:
        return f"test-build-{next(self._numbers)}"


class TestFakeBuild(BuildContract):
    @pytest.fixture
    def bench(self) -> FakeBuildBench:
        return FakeBuildBench()


class TestFakeFolderBuild(FolderBuildContract):
    @pytest.fixture
    def bench(self) -> FakeBuildBench:
        return FakeBuildBench()
