"""Labels that every image built here carries. They are given to the engine beside the
Dockerfile, never written into it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from modeldesk.core.build.model import BuildRequest
from modeldesk.core.labels import (
    BASE_DIGEST_LABEL,
    BASE_NAME_LABEL,
    CREATED_LABEL,
    FINGERPRINT_LABEL,
    MODEL_NAME_LABEL,
    REVISION_LABEL,
    SOURCE_LABEL,
    TITLE_LABEL,
    VERSION_LABEL,
    WEIGHTS_LABEL,
)
from modeldesk.core.versioning.fingerprint import Fingerprint
from modeldesk.core.versioning.git_facts import GitFacts


def image_labels(
    request: BuildRequest,
    git: GitFacts | None,
    base: str,
    fingerprint: Fingerprint,
    now: datetime,
    base_digest: str,
) -> dict[str, str]:
    """The request's own labels and what this build itself knows, which has the last word. `base`
    is the base image as it is written, `base_digest` its digest."""
    return _told(request.labels) | _told(
        {
            TITLE_LABEL: request.model,
            MODEL_NAME_LABEL: request.model,
            VERSION_LABEL: request.version or request.references[0].tag,
            FINGERPRINT_LABEL: fingerprint.label(),
            CREATED_LABEL: now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            REVISION_LABEL: git.revision if git else "",
            SOURCE_LABEL: git.remote_url if git else "",
            BASE_NAME_LABEL: base.partition("@")[0],
            BASE_DIGEST_LABEL: base_digest,
            WEIGHTS_LABEL: request.weights_from,
        }
    )


def _told(labels: Mapping[str, str]) -> dict[str, str]:
    """Without what is not known. An engine keeps labels as UTF-8."""
    return {
        name: value.encode("utf-8", "replace").decode()
        for name, value in labels.items()
        if name and value
    }
