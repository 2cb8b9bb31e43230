"""A registry in memory, behind httpx's mock transport."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Sequence

import httpx

from modeldesk.adapters.oci_registry.client import RegistryClient

OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = {"created_by": 'CMD ["python3"]', "empty_layer": True}


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class MemoryRegistry:
    """Answers for one repository. `asked` counts method and the last parts of the path."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.manifests: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.failing: dict[str, int] = {}
        """Tag → the status it is answered with."""
        self.names_digests = True
        self.missing = False
        """There is no such repository."""
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def client(self, registry: str = "r.lan") -> RegistryClient:
        return RegistryClient(registry, lambda _: None, httpx.MockTransport(self.answer))

    def push(
        self,
        tag: str,
        layers: Sequence[tuple[str, int]],
        *,
        created: str = "2026-04-05T12:00:00.123456789Z",
        labels: dict[str, str] | None = None,
        architecture: str = "amd64",
    ) -> str:
        """An image with an instruction and the bytes of its blob for each layer, on a base of
        one layer; the digest of its manifest."""
        history = [
            {"created_by": "/bin/sh -c #(nop) ADD file:abc in / "},
            EMPTY,
            *({"created_by": instruction} for instruction, _ in layers),
        ]
        configuration = {
            "created": created,
            "os": "linux",
            "architecture": architecture,
            "config": {"Labels": labels or {}},
            "rootfs": {"diff_ids": [f"sha256:{tag}{n}" for n in range(len(layers) + 1)]},
            "history": history,
        }
        sizes = [30, *(size for _, size in layers)]
        return self.put(tag, self.manifest(json.dumps(configuration).encode(), sizes))

    def manifest(
        self, configuration: bytes, sizes: Sequence[int], kind: str = CONFIG, layer: str = LAYER
    ) -> bytes:
        """A manifest of that configuration, which is kept."""
        config = digest_of(configuration)
        self.blobs[config] = configuration
        layers = [
            {"mediaType": layer, "digest": f"sha256:{n:064x}", "size": size}
            for n, size in enumerate(sizes)
        ]
        found = {"mediaType": kind, "digest": config, "size": len(configuration)}
        return json.dumps({"mediaType": OCI, "config": found, "layers": layers}).encode()

    def put(self, tag: str, manifest: bytes) -> str:
        """Keep a manifest under a tag; its digest."""
        digest = digest_of(manifest)
        self.manifests[digest] = manifest
        self.tags[tag] = digest
        return digest

    def index(self, tag: str, *members: tuple[str, str]) -> str:
        """An index of (digest, ``os/architecture``)."""
        manifests = []
        for digest, platform in members:
            system, _, architecture = platform.partition("/")
            manifests.append(
                {
                    "mediaType": OCI,
                    "digest": digest,
                    "size": 1,
                    "platform": {"os": system, "architecture": architecture},
                }
            )
        return self.put(tag, json.dumps({"mediaType": INDEX, "manifests": manifests}).encode())

    def answer(self, request: httpx.Request) -> httpx.Response:
        _, kind, name = request.url.path.rsplit("/", 2)
        with self._lock:
            self.asked[f"{request.method} {kind}"] += 1
        if self.missing:
            return httpx.Response(404)
        if kind == "tags":
            return httpx.Response(200, json={"tags": list(reversed(self.tags))})
        if name in self.failing:
            return httpx.Response(self.failing[name])
        if kind == "blobs":
            return self._streamed(self.blobs.get(name))
        digest = self.tags.get(name, name)
        found = self._found(self.manifests.get(digest))
        if self.names_digests:
            found.headers["docker-content-digest"] = digest
        return found

    def _found(self, content: bytes | None) -> httpx.Response:
        return httpx.Response(404) if content is None else httpx.Response(200, content=content)

    def _streamed(self, content: bytes | None) -> httpx.Response:
        """As from the network: what is given whole can't be read raw."""
        found = self._found(content)
        return found if content is None else httpx.Response(200, content=iter([content]))
