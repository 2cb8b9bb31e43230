"""Small documents attached to a manifest: what they look like there, and how they get there.

Each is an image manifest whose `subject` is what it is about, so that any tool which asks for what
refers to that finds it. Each also has a tag of its own: a registry without a list of referrers
would take it for garbage else, and it is found even where somebody else's writing lost it from
that list.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from modeldesk.core.errors import InvalidInput
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import CREATED_LABEL
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.core.registry.ports import Registry
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

EMPTY = b"{}"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
_TRIES = 5
"""How often one is put again that another program's writing lost from the list."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document, ready to be put."""

    tag: str
    manifest: Manifest
    blobs: tuple[bytes, ...]
    """What the manifest names."""


def attachment_of(
    tag: str, media_type: str, document: bytes, subject: Manifest | None, time: datetime
) -> Attachment:
    """The same bytes for the same document about the same manifest, whoever makes them. The
    artifact and the document in it are of `media_type`. Without a subject its tag alone tells of
    it."""
    moment = time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    told: dict[str, object] = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "artifactType": media_type,
        "config": _descriptor(_EMPTY_TYPE, EMPTY),
        "layers": [_descriptor(media_type, document)],
    }
    if subject is not None:
        told["subject"] = {
            "mediaType": subject.media_type,
            "digest": subject.digest,
            "size": len(subject.content),
        }
    content = json.dumps(
        {**told, "annotations": {CREATED_LABEL: moment}}, separators=(",", ":")
    ).encode()
    manifest = Manifest(content, _MANIFEST, digest_of(content))
    return Attachment(tag, manifest, (EMPTY, document))


def attached_document(manifest: bytes, subject: str, media_type: str, largest: int) -> str:
    """The digest of the document in an artifact about `subject`, or about nothing. Raises
    `InvalidInput` for what is no such artifact: a tag is anybody's word."""
    try:
        content = json.loads(manifest)
        (layer,) = content["layers"]
        good = (
            content["artifactType"] == media_type
            and content.get("subject", {}).get("digest", "") in (subject, "")
            and layer["mediaType"] == media_type
            and isinstance(layer["digest"], str)
            and 0 <= layer["size"] <= largest
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(str(error)) from None
    if not good:
        raise _unreadable()
    digest: str = layer["digest"]
    return digest


def put_attachments(
    registry: Registry,
    repository: str,
    subject: str,
    attachments: Sequence[Attachment],
    token: CancelToken,
) -> None:
    """Attach them to the manifest `subject`; with the empty text, only put them. What is there
    already is put again without harm. Raises as `Registry`."""
    for one in attachments:
        for content in one.blobs:
            registry.put_blob(repository, small_blob(content), lambda _: None, token)
        registry.put_manifest(repository, one.tag, one.manifest, token)
    if subject:
        _list_all(registry, repository, subject, attachments, token)


def small_blob(content: bytes) -> Blob:
    """Bytes that are at hand, to be put."""

    def read(first: int) -> Iterator[bytes]:
        yield content[first:]

    return Blob(digest_of(content), len(content), read)


def digest_of(content: bytes) -> str:
    """As registries name it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _list_all(
    registry: Registry,
    repository: str,
    subject: str,
    attachments: Sequence[Attachment],
    token: CancelToken,
) -> None:
    """See that the list of what refers to `subject` has all of them: where that is a tag like any
    other, two who write it at once lose each other's lines."""
    for _ in range(_TRIES):
        listed = {one.digest for one in registry.referrers(repository, subject, token)}
        lost = [one for one in attachments if one.manifest.digest not in listed]
        if not lost:
            return
        for one in lost:
            registry.put_manifest(repository, one.tag, one.manifest, token)
    logger.info("%s lists not all that is attached to %s; tags tell", registry.name, subject)


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _unreadable(detail: str = "") -> InvalidInput:
    return InvalidInput(tr("This is no metadata that can be read."), detail=detail)
