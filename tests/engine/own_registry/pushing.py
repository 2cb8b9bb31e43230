"""Images that are pushed to a registry of one's own."""

import random
from collections.abc import Iterator

from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.core.registry.ports import Registry
from tests.fakes.registry_contents import digest_of, image_document, manifest_of

ON = CancelToken()


def put_image(registry: Registry, repository: str, tag: str, seed: int) -> Manifest:
    """Of a megabyte that no other has; without a tag by its digest."""
    layer = random.Random(seed).randbytes(1_000_000)
    config = b'{"os":"linux","architecture":"amd64"}'
    for content in (config, layer):
        registry.put_blob(repository, _blob(content), lambda _: None, ON)
    manifest = manifest_of(image_document(config, [layer]))
    registry.put_manifest(repository, tag or manifest.digest, manifest, ON)
    return manifest


def _blob(content: bytes) -> Blob:
    def read(first: int) -> Iterator[bytes]:
        yield content[first:]

    return Blob(digest_of(content), len(content), read)
