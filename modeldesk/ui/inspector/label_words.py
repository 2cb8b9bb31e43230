"""What labels with a meaning of their own are called."""

from collections.abc import Mapping

from modeldesk.core.labels import (
    BASE_DIGEST_LABEL,
    BASE_NAME_LABEL,
    CREATED_LABEL,
    DATASET_VERSION_LABEL,
    DESCRIPTION_LABEL,
    FINGERPRINT_LABEL,
    FRAMEWORK_LABEL,
    LICENSES_LABEL,
    METRICS_LABEL,
    MODEL_NAME_LABEL,
    PARAMETERS_LABEL,
    REVISION_LABEL,
    SOURCE_LABEL,
    TAGS_LABEL,
    TITLE_LABEL,
    TRAINING_SECONDS_LABEL,
    VERSION_LABEL,
)
from modeldesk.core.library.labels import fingerprint
from modeldesk.core.versioning.fingerprint import Fingerprint
from modeldesk.core.words import tr

_OCI = "org.opencontainers.image."
"""Labels that other builders write, beside those that ours does."""


def label_words() -> Mapping[str, str]:
    """Label → its name for a person, the most telling first."""
    return {
        MODEL_NAME_LABEL: tr("Model"),
        FRAMEWORK_LABEL: tr("Framework"),
        DATASET_VERSION_LABEL: tr("Dataset version"),
        TITLE_LABEL: tr("Title"),
        DESCRIPTION_LABEL: tr("Description"),
        VERSION_LABEL: tr("Version"),
        REVISION_LABEL: tr("Commit"),
        CREATED_LABEL: tr("Built"),
        SOURCE_LABEL: tr("Source"),
        BASE_NAME_LABEL: tr("Base image"),
        BASE_DIGEST_LABEL: tr("Base image digest"),
        LICENSES_LABEL: tr("Licences"),
        _OCI + "authors": tr("Authors"),
        _OCI + "vendor": tr("Vendor"),
        _OCI + "url": tr("Home page"),
        _OCI + "documentation": tr("Documentation"),
        _OCI + "ref.name": tr("Name of the build"),
    }


def in_words(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """The labels whose meaning is known, by their words; the metrics are told elsewhere."""
    words = label_words()
    told = [(words[key], labels[key]) for key in words if labels.get(key)]
    found = fingerprint(labels)
    return [*told, (tr("Fingerprint"), _digests(found))] if found else told


def as_written(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """All other labels, by name."""
    known = {*label_words(), METRICS_LABEL, PARAMETERS_LABEL, TAGS_LABEL, TRAINING_SECONDS_LABEL}
    if fingerprint(labels):
        known.add(FINGERPRINT_LABEL)
    return sorted((key, value) for key, value in labels.items() if key not in known)


def _digests(found: Fingerprint) -> str:
    """What the image was built from, each part by the first digits of its digest: enough to see
    whether two versions have the same weights."""
    return " · ".join(f"{part.value} {found.parts[part][:8]}" for part in found.parts)
