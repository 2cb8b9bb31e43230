"""What labels say of an image: anybody's text, read with care."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from types import MappingProxyType

from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.images import ImageSummary, Labels
from modeldesk.core.labels import (
    CREATED_LABEL,
    FINGERPRINT_LABEL,
    METRICS_LABEL,
    MODEL_NAME_LABEL,
    MOST_METRICS,
    REVISION_LABEL,
)
from modeldesk.core.versioning.fingerprint import Fingerprint, read_fingerprint

_REVISION = re.compile(r"(?P<commit>[0-9a-f]{7,64})(?P<dirty>-dirty)?", re.IGNORECASE)
_TELLING = ("io.modeldesk.model.", "org.opencontainers.image.")
_LONGEST_KEPT = 16_384
_NO_METRICS: Mapping[str, float] = MappingProxyType({})


def model_name(labels: Labels) -> str:
    """The model the image says it is a version of; empty when it says none."""
    return labels.get(MODEL_NAME_LABEL, "").strip()


def metrics(labels: Labels) -> Mapping[str, float]:
    """The numbers registered with the image, whole ones as such. What is not a JSON object of
    finite numbers is left out, and so is what comes after the first hundred: a label is
    anybody's text."""
    text = labels.get(METRICS_LABEL)
    return _parsed(text) if text else _NO_METRICS


def created(image: ImageSummary) -> datetime:
    """When the image was made; see `created_at`."""
    return created_at(image.created, image.labels)


def created_at(moment: datetime, labels: Labels) -> datetime:
    """When an image was made whose configuration says `moment`. A builder that finds every step
    in its cache leaves the time of the image before; the label then knows better. A label that
    is older is a base image's."""
    said = _moment(labels.get(CREATED_LABEL, ""))
    return max(moment, said) if said else moment


def telling(labels: Labels) -> dict[str, str]:
    """Those labels that tell something of a model, to be kept for each version of a registry,
    without what looks secret in them. One that is very long is left out."""
    return {
        name: without_secrets(value)
        for name, value in labels.items()
        if name.startswith(_TELLING) and len(value) <= _LONGEST_KEPT
    }


def commit(labels: Labels) -> str:
    """Eight hex digits of the revision, with ``-dirty`` kept; empty when it is no git commit."""
    match = _REVISION.fullmatch(labels.get(REVISION_LABEL, "").strip())
    return f"{match['commit'][:8].lower()}{match['dirty'] or ''}" if match else ""


def fingerprint(labels: Labels) -> Fingerprint | None:
    """What the image says it was built from; None where it does not."""
    label = labels.get(FINGERPRINT_LABEL)
    return read_fingerprint(label) if label else None


@lru_cache(maxsize=8192)
def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Tomorrow's date is somebody's mistake, and would stand first for ever.
    if moment.tzinfo is None or moment > datetime.now(UTC) + timedelta(days=1):
        return None
    return moment


@lru_cache(maxsize=8192)
def _parsed(text: str) -> Mapping[str, float]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return _NO_METRICS
    if not isinstance(content, dict):
        return _NO_METRICS
    numbers = (
        (name, value)
        for name, value in content.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)
    )
    return MappingProxyType(dict(islice(numbers, MOST_METRICS)))


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer too large for a float
        return False
