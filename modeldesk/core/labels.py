"""Names of the labels that say what an image is. Builds write them, the library reads them."""

MODEL_NAME_LABEL = "io.modeldesk.model.name"
FRAMEWORK_LABEL = "io.modeldesk.model.framework"
DATASET_VERSION_LABEL = "io.modeldesk.model.dataset.version"
METRICS_LABEL = "io.modeldesk.model.metrics"
"""A JSON object of numbers: ``{"accuracy": 0.943}``."""

TITLE_LABEL = "org.opencontainers.image.title"
DESCRIPTION_LABEL = "org.opencontainers.image.description"
LICENSES_LABEL = "org.opencontainers.image.licenses"
VERSION_LABEL = "org.opencontainers.image.version"
CREATED_LABEL = "org.opencontainers.image.created"
REVISION_LABEL = "org.opencontainers.image.revision"
SOURCE_LABEL = "org.opencontainers.image.source"
BASE_NAME_LABEL = "org.opencontainers.image.base.name"
BASE_DIGEST_LABEL = "org.opencontainers.image.base.digest"
MOST_METRICS = 100
"""How many numbers a version is registered with; of a label with more, the first ones count."""
