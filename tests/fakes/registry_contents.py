"""What a registry in memory keeps, and the documents that are put there to arrange a test."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modeldesk.core.registry.model import Descriptor, Manifest

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def manifest_of(document: Mapping[str, object]) -> Manifest:
    """A document as a manifest or index of the ``mediaType`` it names."""
    content = json.dumps(document).encode()
    return Manifest(content, str(document["mediaType"]), digest_of(content))


def entry(media_type: str, content: bytes, **more: object) -> dict[str, object]:
    """What a manifest says of a blob."""
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content), **more}


def image_document(
    config: bytes, layers: Sequence[bytes], layer_type: str = OCI_LAYER, **more: object
) -> dict[str, object]:
    """The manifest of an image; `more` is of the manifest itself, such as ``annotations``,
    ``subject`` or ``artifactType``."""
    return {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": entry(OCI_CONFIG, config),
        "layers": [entry(layer_type, one) for one in layers],
        **more,
    }


@dataclass(slots=True)
class Repository:
    """By digest, and digests by tag."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    had_tags: bool = False
    """A repository whose last tag was removed is still one."""

    def keep(self, reference: str, manifest: Manifest) -> None:
        self.manifests[manifest.digest] = manifest
        if ":" not in reference:
            self.tags[reference] = manifest.digest
            self.had_tags = True

    def missing(self, manifest: Manifest) -> list[str]:
        """Digests that the manifest names and that are not here."""
        document = json.loads(manifest.content)
        blobs = [*document.get("layers", ())]
        blobs += [document["config"]] if "config" in document else []
        absent = [one["digest"] for one in blobs if one["digest"] not in self.blobs]
        members = [one["digest"] for one in document.get("manifests", ())]
        return absent + [one for one in members if one not in self.manifests]

    def referrers(self, digest: str) -> list[Descriptor]:
        """Of the manifests here whose subject it is, in the order they came."""
        return [
            referrer(one, json.loads(one.content))
            for one in self.manifests.values()
            if subject(one) == digest
        ]


def subject(manifest: Manifest) -> str:
    """The digest of what a manifest is attached to; empty for none."""
    return str(json.loads(manifest.content).get("subject", {}).get("digest", ""))


def referrer(manifest: Manifest, document: Mapping[str, Any]) -> Descriptor:
    """What a list of referrers says of a manifest."""
    kind = document.get("artifactType") or document.get("config", {}).get("mediaType", "")
    return Descriptor(
        manifest.media_type,
        manifest.digest,
        len(manifest.content),
        document.get("annotations", {}),
        kind,
    )
