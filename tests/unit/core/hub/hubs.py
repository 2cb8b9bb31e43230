"""A hub over a registry in memory."""

import json
from datetime import UTC, datetime

from modeldesk.core.artifacts.media_types import (
    ARTIFACT_TYPE,
    CONFIG_TYPE,
    MANIFEST_TYPE,
    PATH_ANNOTATION,
)
from modeldesk.core.channel_rule import DEFAULT_RULES
from modeldesk.core.hub.names import Shelf
from modeldesk.core.hub.service import Hub, make_hub
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import METRICS_LABEL
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.registry import FakeRegistries, FakeRegistry
from tests.unit.core.model_folder.crafted import safetensors

HOST = "registry.lan"
NOW = datetime(2026, 4, 5, 12, tzinfo=UTC)
GO = CancelToken()


class Desk:
    """A hub, its registry, and its clocks."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.registries = FakeRegistries(HOST)
        self.now = NOW
        self.seconds = 0.0
        self.shelf = shelf or Shelf(HOST)

    @property
    def registry(self) -> FakeRegistry:
        return self.registries.hosts[HOST]

    def hub(self) -> Hub:
        """Each knows nothing of another, as two programs over one registry."""
        return make_hub(
            self.shelf,
            self.registries,
            FakeDeploymentLocks(),
            lambda: DEFAULT_RULES,
            lambda: self.now,
            lambda: self.seconds,
        )

    def add(self, model: str, version: str, *files: bytes, **metrics: float) -> str:
        """A model artifact; its digest."""
        contents = files or (version.encode(),)
        config = json.dumps({"descriptor": {"name": model}}).encode()
        repository = self.shelf.repository(model)
        layers = [
            {
                "mediaType": "application/vnd.cncf.model.weight.v1.raw",
                "digest": self.registry.add_blob(repository, content),
                "size": len(content),
                "annotations": {PATH_ANNOTATION: f"weights/{number}.bin"},
            }
            for number, content in enumerate(contents)
        ]
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "artifactType": ARTIFACT_TYPE,
            "config": {
                "mediaType": CONFIG_TYPE,
                "digest": self.registry.add_blob(repository, config),
                "size": len(config),
            },
            "layers": layers,
            "annotations": {METRICS_LABEL: json.dumps(metrics)} if metrics else {},
        }
        return self.registry.add_manifest(repository, version, document).digest


def weights(fill: int, count: int = 100) -> bytes:
    """A file of safetensors with so many numbers."""
    header = {"w": {"dtype": "F32", "shape": [count], "data_offsets": [0, 4 * count]}}
    return safetensors(header, 0) + bytes([fill]) * 4 * count
