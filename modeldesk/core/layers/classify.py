"""What a layer is for, judged by the instruction that made it and by its size."""

import re
from collections.abc import Sequence
from functools import lru_cache

from modeldesk.core.images import HistoryEntry
from modeldesk.core.layers.align import AlignedLayer
from modeldesk.core.layers.instructions import clean, word_of
from modeldesk.core.layers.kinds import LayerKind

LARGE = 10_000_000
"""Bytes from which something named for models holds weights, not code."""
VERY_LARGE = 50_000_000
"""Bytes from which what is copied holds weights whatever its name: code is never that large.
Where the builder kept no name, `LARGE` has to do."""

# What may be long is bounded: a history may be anybody's.
_START = r"(?:^|[\s/\"'\[,=])"
_END = r"(?=$|[\s/\"'\],])"

_SYSTEM = re.compile(
    r"\b(?:apt-get|apt|aptitude|apk|dnf|microdnf|yum|tdnf|zypper|opkg|emerge)\b"
    r"[^|;&]{0,400}\b(?:add|install|update|upgrade|dist-upgrade|localinstall|in)\b"
    r"|\b(?:dpkg|rpm|pacman)\s+-\w*[iUS]"
)
_DEPENDENCIES = re.compile(
    r"\b(?:pip[\d.]*|uv|pipx|poetry|pdm|pipenv|conda|mamba|micromamba|npm|yarn|pnpm|bun|cargo|"
    r"gem|bundle|composer|luarocks)\b[^|;&]{0,400}\b(?:install|sync|add|create|update|ci|restore)\b"
    r"|-m\s+(?:venv|virtualenv)\b|\bgo\s+(?:mod\s+download|get|install)\b|\binstall\.packages\(|"
    r"\bsetup\.py\s+(?:install|develop)\b"
)
_DEPENDENCY_FILES = re.compile(
    _START + r"(?:[\w.-]{0,100}requirements[\w.-]{0,100}\.(?:txt|in|lock)|constraints\.txt|"
    r"Pipfile(?:\.lock)?|"
    r"(?:poetry|uv|pdm|yarn)\.lock|pylock[\w.-]*\.toml|(?:environment|conda)\.ya?ml|"
    r"package(?:-lock)?\.json|wheels?|wheelhouse|[^\s/]{1,250}\.whl|site-packages|dist-packages|"
    r"node_modules|\.?venv|virtualenv|miniconda\d?|(?:micro)?mamba|conda)" + _END,
    re.IGNORECASE,
)
_INSTALLED_TO = re.compile(
    r"\s(?:/usr/local|/usr/lib|/usr|/opt|/root/\.local|/home/\S{1,100}/\.local|/install|/deps)"
    r"(?:/lib\S{0,200})?/?(?:$|[\s\"])"
)
_PROGRAM_TO = re.compile(r"\s/(?:usr/(?:local/)?)?s?bin(?:/[^/\s]*)?$")
_WEIGHT_FILES = re.compile(
    r"\.(?:safetensors|pt|pth|ckpt|onnx|onnx_data|gguf|ggml|tflite|h5|hdf5|keras|pb|pkl|pickle|"
    r"joblib|npz|npy|ubj|cbm|mlmodel|mlpackage|pte|pt2|pmml|engine|plan|ftz|nemo|mar|bin|"
    r"weights|params|caffemodel|msgpack)" + _END,
    re.IGNORECASE,
)
_NAMED_FOR_WEIGHTS = re.compile(
    r"(?:^|[\s/\"'\[,_-])(?:weights?|checkpoints?|ckpts?|saved_?models?|models?|artifacts?|gguf)"
    r"(?=$|[\s/\"'\],._-])",
    re.IGNORECASE,
)
_WEIGHT_DOWNLOADS = re.compile(
    r"\b(?:huggingface-cli|hf)\s+download\b|snapshot_download|hf_hub_download|from_pretrained|"
    r"SentenceTransformer\(|\bspacy\s+download\b|nltk\.downloader|whisper\.load_model|"
    r"torch\.hub\.load|\bollama\s+pull\b|\bgit\s+lfs\s+pull\b|huggingface\.co/\S{1,200}/resolve/|"
    r"\bdvc\s+pull\b|\bmlflow\s+artifacts\s+download\b"
)
_FETCH = re.compile(r"\b(?:wget|curl|aria2c|gsutil|gcloud|aws|azcopy|gdown|rclone|unzip|tar)\b")
_ROOT_FILE_SYSTEM = re.compile(
    r"^ADD (?:--\S+ )*(?:…|\S{0,300}(?:rootfs|debian|ubuntu|alpine|rocky|fedora|oci)\S{0,300}) /$"
    r"|^# debian\.sh|debootstrap|debuerreotype|^bazel build |^apko\b",
    re.IGNORECASE,
)
_ROOT_FILE_SYSTEM_COMMENT = re.compile(r"^Imported from |debuerreotype|debootstrap", re.IGNORECASE)


def own_kind(layer: AlignedLayer) -> LayerKind:
    """The layer's kind, taken for a layer of the image's own (not of its base image)."""
    return _own_kind(layer.instruction, layer.size_bytes, layer.comment)


def marked_base(
    history: Sequence[HistoryEntry],
    layers: Sequence[AlignedLayer],
    kinds: Sequence[LayerKind],
) -> int:
    """How many of the lowest layers the history shows to be the base image's.

    Base images end with a CMD or ENTRYPOINT, so the last of these that is still followed by a
    layer is where the image's own part begins; weights are never a base image's. Without such
    a mark only a first layer that holds a whole system counts.
    """
    entries = [-1 if layer.entry is None else layer.entry for layer in layers]
    weights = [d for d, kind in enumerate(kinds) if kind == LayerKind.MODEL_WEIGHTS]
    limit = weights[0] if weights else len(layers)
    for place in range(max(entries, default=0) - 1, -1, -1):
        if word_of(clean(history[place].created_by)) in ("CMD", "ENTRYPOINT"):
            count = sum(entry < place for entry in entries)
            if count <= limit:
                return count
    return int(len(layers) > 1 and kinds[0] == LayerKind.BASE_IMAGE)


@lru_cache(maxsize=4096)
def _own_kind(text: str, size: int, comment: str) -> LayerKind:
    if _ROOT_FILE_SYSTEM.search(text) or _ROOT_FILE_SYSTEM_COMMENT.search(comment):
        return LayerKind.BASE_IMAGE
    match word_of(text):
        case "RUN":
            return _kind_of_run(text, size)
        case "COPY" | "ADD":
            return _kind_of_copy(text, size)
    return LayerKind.OTHER


def _kind_of_run(text: str, size: int) -> LayerKind:
    if _WEIGHT_DOWNLOADS.search(text):
        return LayerKind.MODEL_WEIGHTS
    if _DEPENDENCIES.search(text):
        return LayerKind.DEPENDENCIES
    if _SYSTEM.search(text):
        return LayerKind.SYSTEM_PACKAGES
    if _FETCH.search(text) and _WEIGHT_FILES.search(text):
        return LayerKind.MODEL_WEIGHTS
    if size >= LARGE and (_WEIGHT_FILES.search(text) or _NAMED_FOR_WEIGHTS.search(text)):
        return LayerKind.MODEL_WEIGHTS
    return LayerKind.OTHER


def _kind_of_copy(text: str, size: int) -> LayerKind:
    if _WEIGHT_FILES.search(text):
        return LayerKind.MODEL_WEIGHTS
    if _DEPENDENCY_FILES.search(text) or _INSTALLED_TO.search(text):
        return LayerKind.DEPENDENCIES
    if _PROGRAM_TO.search(text):
        return LayerKind.SYSTEM_PACKAGES
    unnamed = "…" in text
    if size >= LARGE and (unnamed or _NAMED_FOR_WEIGHTS.search(text)):
        return LayerKind.MODEL_WEIGHTS
    return LayerKind.MODEL_WEIGHTS if size >= VERY_LARGE else LayerKind.APPLICATION
