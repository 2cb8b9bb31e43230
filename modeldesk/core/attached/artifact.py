"""An edit as an artifact of a registry: what it looks like there, and how it is known again (pure).

It is attached to the manifest of the version; its tag tells which edit of which version it is: what
is known is not read again.
"""

import re
from collections.abc import Iterable, Mapping

from modeldesk.core.errors import InvalidInput
from modeldesk.core.metadata.document import LARGEST, edit_id, to_bytes
from modeldesk.core.metadata.model import Edit
from modeldesk.core.registry.attachments import Attachment, attached_document, attachment_of
from modeldesk.core.registry.model import Manifest
from modeldesk.core.words import tr

MEDIA_TYPE = "application/vnd.io.modeldesk.model.metadata.v1+json"
"""Of the artifact and of the document in it."""
_ID_DIGITS = 32
_TAG = re.compile(
    rf"sha256-(?P<subject>[0-9a-f]{{64}})\.metadata\.(?P<edit>[0-9a-f]{{{_ID_DIGITS}}})"
)


def artifact_of(edit: Edit, subject: Manifest) -> Attachment:
    """The same bytes for the same edit of the same version, whoever makes them."""
    tag = own_tag(edit, subject.digest)
    return attachment_of(tag, MEDIA_TYPE, to_bytes(edit), subject, edit.time)


def own_tag(edit: Edit, subject: str) -> str:
    """The tag an edit has beside its version. Raises `InvalidInput` for a version whose digest
    is too long for that."""
    head, _, digits = subject.partition(":")
    if head != "sha256":
        raise InvalidInput(
            tr("Metadata can’t be attached to {digest}.", digest=subject),
            tr("Push the version again: digests of today are of sha256."),
        )
    return f"sha256-{digits}.metadata.{edit_id(edit).removeprefix('sha256:')[:_ID_DIGITS]}"


def artifacts_among(tags: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Of all tags of a repository those of edits, by the digest of their version."""
    found: dict[str, list[str]] = {}
    for tag in tags:
        if match := _TAG.fullmatch(tag):
            found.setdefault(f"sha256:{match['subject']}", []).append(tag)
    return {digest: tuple(sorted(own)) for digest, own in found.items()}


def document_in(manifest: bytes, subject: str) -> str:
    """The digest of the document in an artifact about `subject`. Raises `InvalidInput` for what
    is no such artifact: a tag is anybody's word."""
    return attached_document(manifest, subject, MEDIA_TYPE, LARGEST)
