"""What a folder says of its model, as labels."""

import json

from modeldesk.core.labels import (
    DATASET_VERSION_LABEL,
    DESCRIPTION_LABEL,
    FRAMEWORK_LABEL,
    LICENSES_LABEL,
    METRICS_LABEL,
)
from modeldesk.core.metadata.labels import to_labels
from modeldesk.core.model_folder.model import ModelFolder

_FROM_METADATA = {"description": DESCRIPTION_LABEL, "license": LICENSES_LABEL}


def folder_labels(folder: ModelFolder) -> dict[str, str]:
    """What the folder says of its model."""
    metrics = json.dumps(dict(folder.metrics), sort_keys=True) if folder.metrics else ""
    told = {
        FRAMEWORK_LABEL: folder.framework,
        DATASET_VERSION_LABEL: folder.dataset_version,
        METRICS_LABEL: metrics,
        **to_labels(folder.trained_with),
        **{label: folder.metadata.get(name, "") for name, label in _FROM_METADATA.items()},
    }
    return {
        name: value.encode("utf-8", "replace").decode() for name, value in told.items() if value
    }
