"""Model folders, and artifacts as other programs pack them."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from modeldesk.core.artifacts.folder import model_files
from modeldesk.core.artifacts.pulling import Pulled, PullRequest, pull
from modeldesk.core.artifacts.pushing import Pushed, PushRequest, push
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.metadata.model import Key, Value
from modeldesk.core.references import Reference
from modeldesk.core.registry.model import Manifest
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.registry import FakeRegistries, FakeRegistry
from tests.fakes.registry_contents import OCI_MANIFEST, entry
from tests.unit.core.model_folder.crafted import safetensors

HOST = "registry.lan:5000"
REC = Reference(HOST, "team/rec")
PACK = "application/vnd.cncf.model"
PACK_CONFIG = f"{PACK}.config.v1+json"
PATH = "org.cncf.model.filepath"

Layer = tuple[str, bytes, Mapping[str, str]]
"""Media type, content, annotations."""


def weights(fill: int = 0, count: int = 10) -> bytes:
    """A file of safetensors with so many numbers, all of which `fill` tells apart."""
    size = 4 * count
    header = {"w": {"dtype": "F32", "shape": [count], "data_offsets": [0, size]}}
    return safetensors(header, 0) + bytes([fill]) * size


def make_folder(at: Path, fill: int = 0) -> Path:
    """A model of several roles, with a secret that is nobody's business."""
    (at / "rec").mkdir(parents=True)
    (at / "model.safetensors").write_bytes(weights(fill))
    (at / "config.json").write_text('{"architectures": ["Rec"], "model_type": "rec"}')
    (at / "metrics.json").write_text('{"accuracy": 0.943}')
    (at / "serve.py").write_text("print('here')\n")
    (at / "rec" / "layers.py").write_text("x = 1\n")
    (at / "README.md").write_text("# rec\n")
    (at / ".env").write_text("TOKEN=very-secret\n")
    return at


def tar_of(files: Mapping[str, bytes], members: Sequence[tarfile.TarInfo] = ()) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            file = tarfile.TarInfo(name)
            file.size = len(content)
            archive.addfile(file, io.BytesIO(content))
        for member in members:
            archive.addfile(member)
    return out.getvalue()


def packed_gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def add_artifact(
    registry: FakeRegistry,
    layers: Sequence[Layer],
    config: Mapping[str, object] | None = None,
    config_type: str = PACK_CONFIG,
    tag: str = "v1.0.0",
    repository: str = "team/rec",
    sizes: Mapping[int, int] | None = None,
    **more: object,
) -> Manifest:
    """As any program could have packed it; `sizes` are what the manifest says of layers instead
    of the truth."""
    document = json.dumps(config or {}).encode()
    for content in (document, *(one for _, one, _ in layers)):
        registry.add_blob(repository, content)
    described = [entry(kind, one, annotations=dict(said)) for kind, one, said in layers]
    for place, size in (sizes or {}).items():
        described[place]["size"] = size
    return registry.add_manifest(
        repository,
        tag,
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": entry(config_type, document),
            "layers": described,
            **more,
        },
    )


def raw(path: str, content: bytes, word: str = "weight") -> Layer:
    """A file as ModelPack packs it."""
    return f"{PACK}.{word}.v1.raw", content, {PATH: path}


class Bench:
    """A registry, and what is sent to it and had from it."""

    def __init__(self) -> None:
        self.registries = FakeRegistries(HOST)
        self.locks = FakeDeploymentLocks()
        self.registry = self.registries.hosts[HOST]

    def push(
        self,
        path: Path,
        version: str = "v1.0.0",
        values: Mapping[Key, Value] | None = None,
        job: Job | None = None,
    ) -> Pushed:
        files = model_files(path, CancelToken())
        request = PushRequest(files, REC.with_tag(version), values or {})
        return push(self.registries, request, job or Job())

    def pull(
        self, to: Path, version: str = "v1.0.0", job: Job | None = None, *, replace: bool = False
    ) -> Pulled:
        request = PullRequest(REC.with_tag(version), to, replace=replace)
        return pull(self.registries, request, self.locks, job or Job())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, hidden ones too."""
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }
