"""An image in a registry, none of whose layers is another than its configuration says."""

import json
from collections.abc import Sequence
from contextlib import closing

import pytest

from modeldesk.adapters.oci_registry.source import RegistryImageSource
from modeldesk.core.contents.index_packing import unpack
from modeldesk.core.contents.model import VERIFIED, RegistryImage
from modeldesk.core.errors import ArchiveDamaged
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job
from tests.unit.adapters.oci_registry.registry import CONFIG, LAYER, OCI, MemoryRegistry, digest_of
from tests.unit.core.archives.crafting import Image, packed, tar

GOOD = tar({"app/model.bin": b"good" * 1000})
EVIL = tar({"app/model.bin": b"evil" * 1000})


def pushed(image: Image, how: str) -> RegistryImageSource:
    registry = MemoryRegistry()

    def blob(content: bytes, kind: str) -> dict[str, object]:
        registry.blobs[digest_of(content)] = content
        return {"mediaType": kind, "digest": digest_of(content), "size": len(content)}

    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI,
        "config": blob(image.config, CONFIG),
        "layers": [blob(packed(layer, how), LAYER) for layer in image.layers],
    }
    registry.put("v1", json.dumps(manifest).encode())
    return RegistryImageSource(registry.client(), RegistryImage("r.lan/team/rec:v1"))


def paths(image: Image, how: str, wanted: Sequence[str]) -> list[bytes]:
    with closing(pushed(image, how)) as source:
        assert source.read(CancelToken()).stamp == VERIFIED
        found = list(source.index_layers([DiffId(one) for one in wanted], Job()))
    assert {layer.stamp for layer in found} <= {VERIFIED}
    return [path for layer in found for path in unpack(layer.packed).paths]


@pytest.mark.parametrize("how", ["plain", "gzip", "members", "zstd", "frames"])
def test_a_layer_is_held_against_its_diff_id(how: str) -> None:
    honest = Image((GOOD,))
    assert paths(honest, how, honest.diff_ids) == [b"app/model.bin"]
    lying = Image((EVIL,), claimed=honest.diff_ids)
    with pytest.raises(ArchiveDamaged, match="not the one that the image names"):
        paths(lying, how, honest.diff_ids)


def test_only_what_is_wanted_is_read() -> None:
    image = Image((GOOD, EVIL), claimed=(digest_of(GOOD), digest_of(b"a lie")))
    assert paths(image, "gzip", [digest_of(GOOD)]) == [b"app/model.bin"]
