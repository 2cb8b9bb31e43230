"""Labels that every image built here carries. They are given to the engine beside the
Dockerfile, never written into it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from modeldesk.core.build.model import BuildRequest
from modeldesk.core.labels import (
    BASE_NAME_LABEL,
    CREATED_LABEL,
    DATASET_VERSION_LABEL,
    DESCRIPTION_LABEL,
    FRAMEWORK_LABEL,
    LICENSES_LABEL,
    METRICS_LABEL,
    MODEL_NAME_LABEL,
    REVISION_LABEL,
    SOURCE_LABEL,
    TITLE_LABEL,
    VERSION_LABEL,
)
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.versioning.git_facts import GitFacts

_FROM_METADATA = {"description": DESCRIPTION_LABEL, "license": LICENSES_LABEL}


def folder_labels(folder: ModelFolder) -> dict[str, str]:
    """What the folder says of its model."""
    metrics = json.dumps(dict(folder.metrics), sort_keys=True) if folder.metrics else ""
    return _told(
        {
            FRAMEWORK_LABEL: folder.framework,
            DATASET_VERSION_LABEL: folder.dataset_version,
            METRICS_LABEL: metrics,
            **{label: folder.metadata.get(name, "") for name, label in _FROM_METADATA.items()},
        }
    )


def image_labels(
    request: BuildRequest, git: GitFacts | None, base: str, now: datetime
) -> dict[str, str]:
    """The request's own labels and what this build itself knows, which has the last word."""
    revision = f"{git.commit}-dirty" if git and git.commit and git.dirty else ""
    return _told(request.labels) | _told(
        {
            TITLE_LABEL: request.model,
            MODEL_NAME_LABEL: request.model,
            VERSION_LABEL: request.references[0].tag,
            CREATED_LABEL: now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            REVISION_LABEL: revision or (git.commit if git else ""),
            SOURCE_LABEL: git.remote_url if git else "",
            BASE_NAME_LABEL: base,
        }
    )


def _told(labels: Mapping[str, str]) -> dict[str, str]:
    """Without what is not known. An engine keeps labels as UTF-8."""
    return {
        name: value.encode("utf-8", "replace").decode()
        for name, value in labels.items()
        if name and value
    }
