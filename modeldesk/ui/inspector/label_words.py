"""What labels with a meaning of their own are called."""

from collections.abc import Mapping

from modeldesk.core.library.labels import METRICS_LABEL
from modeldesk.core.words import tr

_OCI = "org.opencontainers.image."
_OURS = "io.modeldesk.model."


def label_words() -> Mapping[str, str]:
    """Label → its name for a person, the most telling first."""
    return {
        _OURS + "name": tr("Model"),
        _OURS + "framework": tr("Framework"),
        _OURS + "dataset.version": tr("Dataset version"),
        _OCI + "title": tr("Title"),
        _OCI + "description": tr("Description"),
        _OCI + "version": tr("Version"),
        _OCI + "revision": tr("Commit"),
        _OCI + "created": tr("Built"),
        _OCI + "source": tr("Source"),
        _OCI + "base.name": tr("Base image"),
        _OCI + "base.digest": tr("Base image digest"),
        _OCI + "licenses": tr("Licences"),
        _OCI + "authors": tr("Authors"),
        _OCI + "vendor": tr("Vendor"),
        _OCI + "url": tr("Home page"),
        _OCI + "documentation": tr("Documentation"),
        _OCI + "ref.name": tr("Name of the build"),
    }


def in_words(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """The labels whose meaning is known, by their words; the metrics are told elsewhere."""
    words = label_words()
    return [(words[key], labels[key]) for key in words if labels.get(key)]


def as_written(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """All other labels, by name."""
    known = {*label_words(), METRICS_LABEL}
    return sorted((key, value) for key, value in labels.items() if key not in known)
