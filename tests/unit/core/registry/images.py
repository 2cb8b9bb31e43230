"""Images in registries of memory, for the tests of this room."""

from typing import Any

from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Manifest
from tests.fakes.registry import FakeRegistry
from tests.fakes.registry_contents import OCI_INDEX, OCI_MANIFEST, entry, manifest_of

ARM, AMD, S390 = "linux/arm64/v8", "linux/amd64", "linux/s390x"


def add_index(
    registry: FakeRegistry, repository: str, tag: str, *platforms: str, attested: bool = True
) -> tuple[Manifest, dict[str, Manifest]]:
    """An index with an image for each platform and, as buildx writes them, an attestation."""
    images = {
        one: registry.add_image(
            repository, "", [b"base" * 100, one.encode() * 100], {"architecture": one}
        )
        for one in platforms
    }
    members = [_member(image, one) for one, image in images.items()]
    if attested:
        for one, image in images.items():
            said = registry.add_image(repository, "", [b"{}", one.encode()], {"said": one})
            notes = {
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": image.digest,
            }
            members.append({**_member(said, "unknown/unknown"), "annotations": notes})
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": members}
    return registry.add_manifest(repository, tag, document), images


def attach(
    registry: FakeRegistry,
    repository: str,
    manifest: Manifest,
    said: bytes,
    tag: str = "",
    kind: str = "application/vnd.test.note",
) -> Manifest:
    """A signature or the like, whose subject is `manifest`, put through the port."""
    subject = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.content),
    }
    for one in (b"{}", said):
        registry.add_blob(repository, one)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": kind,
        "config": entry("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [entry("text/plain", said)],
        "subject": subject,
    }
    made = manifest_of(document)
    registry.put_manifest(repository, tag or made.digest, made, CancelToken())
    return made


def _member(manifest: Manifest, platform: str) -> dict[str, Any]:
    system, architecture, *variant = platform.split("/")
    return {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.content),
        "platform": {
            "os": system,
            "architecture": architecture,
            **({"variant": variant[0]} if variant else {}),
        },
    }
