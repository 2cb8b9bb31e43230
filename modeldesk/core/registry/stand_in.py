"""What a tag is given to before it is taken away: registries delete by digest, with every tag of
it, so the tag must be the only one. A program that is killed in between leaves it there; then the
tag names nothing, and whoever meets it goes on as if it were gone."""

import hashlib
import json
import secrets

from modeldesk.core.errors import NotInRegistry
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Manifest
from modeldesk.core.registry.ports import Registry

EMPTY = b"{}"
"""The blob that it names."""
_EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
_MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_KIND = "application/vnd.modeldesk.removed-tag"


def new_stand_in() -> Manifest:
    """A manifest with a digest that nothing else has."""
    config = {"mediaType": _EMPTY_TYPE, "digest": digest_of(EMPTY), "size": len(EMPTY)}
    content = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST_TYPE,
            "artifactType": _KIND,
            "config": config,
            "layers": [config],
            "annotations": {"io.modeldesk.removed-tag": secrets.token_hex(16)},
        }
    ).encode()
    return Manifest(content, _MANIFEST_TYPE, digest_of(content))


def is_stand_in(manifest: Manifest) -> bool:
    """Whether a manifest is one."""
    # Most are not, and some of those are large.
    if _KIND.encode() not in manifest.content:
        return False
    try:
        document = json.loads(manifest.content)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("artifactType") == _KIND


def stands_in(registry: Registry, repository: str, digest: str, token: CancelToken) -> bool:
    """Whether `digest` is one, as its registry tells. Raises as `Registry`."""
    try:
        return is_stand_in(registry.manifest(repository, digest, token))
    except NotInRegistry:
        return False


def digest_of(content: bytes) -> str:
    """As manifests name it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
