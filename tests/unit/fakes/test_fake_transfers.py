"""The engine in memory pushes and pulls as every engine does."""

import itertools

import pytest

from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference
from tests.contracts.transfer_contract import TransferContract
from tests.fakes.engine import FakeEngine


class FakeTransferBench:
    registry = "registry.lan:5000"
    away = "away.lan"
    silent = "silent.lan"

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.engine.registries.away.add(self.away)
        self.engine.registries.silent.add(self.silent)
        self._numbers = itertools.count(1)

    def repository(self) -> str:
        return f"{self.registry}/rec-{next(self._numbers)}"

    def image(self, *tags: str) -> str:
        number = next(self._numbers)
        return self.engine.add_image(*tags, steps=[(f"COPY model-{number}.pkl /", 2_000_000)])


class TestFakeTransfers(TransferContract):
    @pytest.fixture
    def bench(self) -> FakeTransferBench:
        return FakeTransferBench()


def test_what_a_test_puts_there_is_pulled() -> None:
    engine = FakeEngine()
    digest = engine.registries.has(
        "registry.lan/rec:v1", ("COPY m.pkl /", 1000), labels={"io.modeldesk.model.name": "rec"}
    )
    pulled = engine.pull(Reference.parse("registry.lan/rec:v1"), lambda _: None, CancelToken())
    assert pulled.digest == digest
    assert engine.image_detail(pulled.image).labels == {"io.modeldesk.model.name": "rec"}
