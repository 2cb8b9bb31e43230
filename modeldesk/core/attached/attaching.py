"""Edits on their way into a registry, and out of one."""

import logging
from collections.abc import Collection, Iterator, Sequence

from modeldesk.core.attached.artifact import (
    artifact_of,
    artifacts_among,
    document_in,
    own_tag,
)
from modeldesk.core.errors import InvalidInput, NotInRegistry, RegistryLied
from modeldesk.core.jobs import CancelToken
from modeldesk.core.metadata.document import from_bytes
from modeldesk.core.metadata.model import Edit
from modeldesk.core.registry.at_once import QUESTIONS, at_once
from modeldesk.core.registry.attachments import put_attachments
from modeldesk.core.registry.ports import Registry

_READ = 64
"""Edits that are read before the first of them is told."""

logger = logging.getLogger(__name__)


def attach(
    registry: Registry, repository: str, digest: str, edits: Sequence[Edit], token: CancelToken
) -> tuple[str, ...]:
    """Attach `edits` to the manifest `digest`; the tags they have there. What is there already is
    put again without harm. Raises `NotInRegistry` when the version is not there, `InvalidInput`,
    and as `Registry`."""
    if not edits:
        return ()
    subject = registry.manifest(repository, digest, token)
    artifacts = [artifact_of(edit, subject) for edit in edits]
    put_attachments(registry, repository, digest, artifacts, token)
    return tuple(artifact.tag for artifact in artifacts)


def attached(
    registry: Registry,
    repository: str,
    digests: Collection[str],
    known: Collection[str],
    token: CancelToken,
) -> Iterator[tuple[str, str, Edit]]:
    """Of each edit that is attached to one of `digests` in `repository`: that digest, the edit's
    tag, and the edit. What has a tag among `known` is not read. What is no edit is passed over.
    Raises as `Registry`; nothing for a repository that is not there."""
    try:
        tags = registry.tags(repository, token)
    except NotInRegistry:
        return
    wanted = artifacts_among(tags)
    asked = [
        (digest, tag) for digest in digests for tag in wanted.get(digest, ()) if tag not in known
    ]
    for some in (asked[first : first + _READ] for first in range(0, len(asked), _READ)):
        edits = at_once(
            lambda one, own: _read(registry, repository, *one, own), some, QUESTIONS, token
        )
        for (digest, tag), edit in zip(some, edits, strict=True):
            if edit is not None:
                yield digest, tag, edit


def _read(
    registry: Registry, repository: str, digest: str, tag: str, token: CancelToken
) -> Edit | None:
    try:
        manifest = registry.manifest(repository, tag, token)
        document = document_in(manifest.content, digest)
        edit = from_bytes(registry.document(repository, document, token))
        # A tag is what tells that an edit is known.
        return edit if own_tag(edit, digest) == tag else None
    except (InvalidInput, NotInRegistry, RegistryLied) as error:
        logger.info("%s of %s is no metadata: %s", tag, repository, error)
        return None
