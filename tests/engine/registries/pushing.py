"""Pushing an image of a large layer, in a process that may be killed."""

import random
from collections.abc import Iterator

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Blob, Manifest
from tests.fakes.registry_contents import digest_of, image_document, manifest_of

NAME = "team/model"
CONFIG = b'{"os":"linux"}'
SIZE = 24 * 1024 * 1024
_PIECE = 256 * 1024


def layer_of(seed: int) -> bytes:
    return random.Random(seed).randbytes(SIZE)


def image_of(layer: bytes) -> Manifest:
    return manifest_of(image_document(CONFIG, [layer]))


def push_image(address: str, seed: int) -> None:
    """Its tag is the seed."""
    layer = layer_of(seed)
    client = RegistryClient(address, lambda _: None)
    token = CancelToken()
    for content in (CONFIG, layer):
        client.put_blob(NAME, _blob(content), lambda _: None, token)
    client.put_manifest(NAME, f"v{seed}", image_of(layer), token)
    client.close()


def _blob(content: bytes) -> Blob:
    def read(first: int) -> Iterator[bytes]:
        for place in range(first, len(content), _PIECE):
            yield content[place : place + _PIECE]

    return Blob(digest_of(content), len(content), read)
