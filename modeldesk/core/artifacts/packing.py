"""An artifact as bytes: what is in its layers, its configuration and its manifest. The same files
and words always make the same bytes."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from modeldesk.core.artifacts.folder import LayerPlan, ModelFiles
from modeldesk.core.artifacts.media_types import (
    ARTIFACT_TYPE,
    CONFIG_TYPE,
    FILE_ANNOTATION,
    MANIFEST_TYPE,
    PATH_ANNOTATION,
    layer_type,
)
from modeldesk.core.artifacts.model import Form
from modeldesk.core.build_context.scan import ContextPlan
from modeldesk.core.build_context.stream import part_of_file, stream
from modeldesk.core.image_documents import load
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import (
    CREATED_LABEL,
    DESCRIPTION_LABEL,
    LICENSES_LABEL,
    MODEL_NAME_LABEL,
    TITLE_LABEL,
    VERSION_LABEL,
)
from modeldesk.core.metadata.labels import with_values
from modeldesk.core.metadata.model import Key, Value
from modeldesk.core.registry.model import Manifest

_SCALES = ("", "K", "M", "B", "T", "Q")
_REGULAR = ord("0")
"""How tar says that something is a plain file."""


def content(files: ModelFiles, layer: LayerPlan, first: int, token: CancelToken) -> Iterator[bytes]:
    """What is in a layer, from byte `first` on. Raises `FolderError` where the folder is not as
    it was looked at, `Cancelled`."""
    plan = ContextPlan(files.folder, layer.entries)
    if layer.form is Form.FILE:
        size = layer.size_bytes
        yield from part_of_file(plan, layer.entries[0], token, first, size - first)
        return
    left = first
    for piece in stream(plan, token):
        if left < len(piece):
            yield piece[left:]
        left = max(0, left - len(piece))


def digest_of(files: ModelFiles, layer: LayerPlan, token: CancelToken) -> str:
    """A layer's digest; every byte of it is read."""
    found = hashlib.sha256()
    for piece in content(files, layer, 0, token):
        found.update(piece)
    return f"sha256:{found.hexdigest()}"


def artifact_labels(
    files: ModelFiles, name: str, version: str, values: Mapping[Key, Value]
) -> dict[str, str]:
    """What is said of the version: by the folder, by `values` that were given, which count more,
    and by where it goes."""
    return {
        **with_values(files.labels, values),
        MODEL_NAME_LABEL: name,
        TITLE_LABEL: name,
        VERSION_LABEL: version,
        CREATED_LABEL: _time(files.created),
    }


def configuration(files: ModelFiles, name: str, version: str, digests: Sequence[str]) -> bytes:
    """ModelPack's configuration."""
    labels = files.labels
    licenses = labels.get(LICENSES_LABEL, "")
    document = {
        "descriptor": _told(
            {
                "createdAt": _time(files.created),
                "name": name,
                "version": version,
                "title": name,
                "description": labels.get(DESCRIPTION_LABEL, ""),
                "licenses": [licenses] if licenses else [],
            }
        ),
        "config": _told(
            {
                "architecture": files.architecture,
                "format": files.weights_format or files.framework,
                "paramSize": parameters_text(files.parameters),
                "precision": files.precision,
            }
        ),
        # Nothing is compressed, so that what is unpacked has the layer's own digest.
        "modelfs": {"type": "layers", "diffIds": list(digests)},
    }
    return _json(document)


def manifest_of(
    files: ModelFiles, digests: Sequence[str], config: bytes, labels: Mapping[str, str]
) -> Manifest:
    """ModelPack's manifest over layers with these digests."""
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": ARTIFACT_TYPE,
        "config": {
            "mediaType": CONFIG_TYPE,
            "digest": digest_of_bytes(config),
            "size": len(config),
        },
        "layers": [
            _descriptor(layer, digest) for layer, digest in zip(files.layers, digests, strict=True)
        ],
        "annotations": dict(sorted(labels.items())),
    }
    content = _json(document)
    return Manifest(content, MANIFEST_TYPE, digest_of_bytes(content))


def is_same_model(one: bytes, other: bytes) -> bool:
    """Whether two manifests are of the same files, of which the same is said. When the files were
    written does not count: a copy of a folder is the same model."""
    return _essence(one) == _essence(other)


def parameters_text(count: int | None) -> str:
    """``6.7B``; empty for an unknown number."""
    if not count:
        return ""
    place = min(int(math.log10(count)) // 3, len(_SCALES) - 1)
    figure = f"{count / 1000**place:.1f}".removesuffix(".0")
    return f"{figure}{_SCALES[place]}"


def _descriptor(layer: LayerPlan, digest: str) -> dict[str, object]:
    annotations = {PATH_ANNOTATION: layer.path}
    if layer.form is Form.FILE:
        entry = layer.entries[0]
        facts = {
            "name": PurePosixPath(entry.path).name,
            "mode": entry.mode,
            # Whose files they were is nobody's business.
            "uid": 0,
            "gid": 0,
            "size": entry.size_bytes,
            "mtime": _time(datetime.fromtimestamp(entry.modified, UTC)),
            "typeflag": _REGULAR,
        }
        annotations[FILE_ANNOTATION] = json.dumps(facts, separators=(",", ":"))
    return {
        "mediaType": layer_type(layer.role, layer.form),
        "digest": digest,
        "size": layer.size_bytes,
        "annotations": annotations,
    }


def _essence(content: bytes) -> object:
    document: Any = load(content)
    if not isinstance(document, dict) or not isinstance(document.get("layers"), list):
        return content
    layers = []
    for layer in document["layers"]:
        told = layer.get("annotations") if isinstance(layer, dict) else None
        path = told.get(PATH_ANNOTATION) if isinstance(told, dict) else None
        layers.append((path, layer.get("mediaType"), layer.get("digest")))
    said = document.get("annotations")
    labels = dict(said) if isinstance(said, dict) else {}
    labels.pop(CREATED_LABEL, None)
    return document.get("artifactType"), layers, labels


def _told(document: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in document.items() if value}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


def digest_of_bytes(content: bytes) -> str:
    """As registries name it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
