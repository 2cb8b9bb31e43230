"""What a folder's own description files say: metrics, data set, framework, licence."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modeldesk.core.labels import MOST_METRICS
from modeldesk.core.model_folder.model import WeightFile
from modeldesk.core.model_folder.walk import read_text

_METRICS = ("metrics.json", "eval_results.json", "all_results.json", "metrics/metrics.json")
_LONGEST_VALUE = 300
_DATASET_KEYS = ("dataset_version", "data_version", "dataset")
_FRONT_MATTER = re.compile(r"\A---\r?\n(?P<lines>.*?)^---\s*$", re.DOTALL | re.MULTILINE)
_SCALAR = re.compile(r"^(?P<key>[A-Za-z_]+):[ \t]+(?P<value>\S.*?)\s*$", re.MULTILINE)
_FLAVOUR = re.compile(r"^  (?P<name>[a-z_]+):\s*$", re.MULTILINE)
_FRONT_MATTER_KEYS = {
    "license": "license",
    "pipeline_tag": "task",
    "base_model": "base model",
    "library_name": "library",
}
_FLAVOURS = {
    "sklearn": "scikit-learn",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "transformers": "Transformers",
    "sentence_transformers": "Sentence Transformers",
    "onnx": "ONNX",
    "spacy": "spaCy",
    "statsmodels": "statsmodels",
    "prophet": "Prophet",
}
_MODULES = {
    "sklearn": "scikit-learn",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "torch": "PyTorch",
    "keras": "Keras",
    "tensorflow": "TensorFlow",
    "statsmodels": "statsmodels",
}
_FORMATS = {
    "PyTorch": "PyTorch",
    "TorchScript": "PyTorch",
    "torch.export": "PyTorch",
    "TensorFlow SavedModel": "TensorFlow",
    "TFLite": "TensorFlow Lite",
    "Keras": "Keras",
    "GGUF": "llama.cpp",
}
_PACKAGES = {
    "sentence-transformers": "Sentence Transformers",
    "diffusers": "Diffusers",
    "transformers": "Transformers",
    "torch": "PyTorch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "onnxruntime": "ONNX Runtime",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "scikit-learn": "scikit-learn",
}


@dataclass(slots=True)
class Description:
    """What the description files say."""

    framework: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    dataset_version: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


def describe(folder: Path, names: frozenset[str]) -> Description:
    """Read the description files among `names`. What is damaged or too large is passed over."""
    found = Description()
    for name in _METRICS:
        if name in names and not found.metrics:
            content = _json_object(folder, name)
            found.metrics = dict(_numbers(content))
            found.dataset_version = next(
                (text for key in _DATASET_KEYS if (text := _text(content.get(key)))), ""
            )
    if "README.md" in names:
        _read_front_matter(read_text(folder, "README.md"), found)
    if "config.json" in names:
        _read_config(_json_object(folder, "config.json"), found)
    for name, framework in (
        ("model_index.json", "Diffusers"),
        ("config_sentence_transformers.json", "Sentence Transformers"),
        ("adapter_config.json", "PEFT"),
    ):
        if name in names:
            found.framework = framework
    if "adapter_config.json" in names and (
        base := _text(_json_object(folder, "adapter_config.json").get("base_model_name_or_path"))
    ):
        found.metadata["base model"] = base
    if "MLmodel" in names:
        flavours = (match["name"] for match in _FLAVOUR.finditer(read_text(folder, "MLmodel")))
        found.framework = next(
            (_FLAVOURS[name] for name in flavours if name in _FLAVOURS), found.framework
        )
    return found


def framework_of(
    described: str,
    weights: tuple[WeightFile, ...],
    packages: frozenset[str],
    imports: frozenset[str],
) -> str:
    """The framework, by the first that tells: description files, what a pickle imports, the
    weights' format, the requirements, the serving program, else the format's own name."""
    if described:
        return described
    for weight in weights:
        for module, name in _MODULES.items():
            if module in weight.modules:
                return name
    asked = _first(_PACKAGES, packages) or _first(_MODULES, imports)
    by_format = next((_FORMATS[w.format] for w in weights if w.format in _FORMATS), "")
    return by_format or asked or (weights[0].format if weights else "")


def _first(names: Mapping[str, str], present: Iterable[str]) -> str:
    held = frozenset(present)
    return next((name for key, name in names.items() if key in held), "")


def _json_object(folder: Path, name: str) -> dict[str, object]:
    try:
        content = json.loads(read_text(folder, name))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _numbers(content: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    """Numbers at the top and one level below (``test.accuracy``)."""
    left = MOST_METRICS
    for key, value in content.items():
        inner = value.items() if isinstance(value, dict) else ((None, value),)
        for name, candidate in inner:
            number = _number(candidate)
            if number is not None and left > 0 and key not in _DATASET_KEYS:
                left -= 1
                full = key if name is None else f"{key}.{name}"
                yield full[:_LONGEST_VALUE], number


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        finite = math.isfinite(value)
    except OverflowError:  # an integer too large for a float
        return None
    return value if finite else None


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _one_line(str(value) if not isinstance(value, int) or abs(value) < 10**18 else "")


def _one_line(text: str) -> str:
    kept = "".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST_VALUE])
    return " ".join(kept.split())[:_LONGEST_VALUE]


def _read_front_matter(text: str, found: Description) -> None:
    match = _FRONT_MATTER.match(text)
    if match:
        for scalar in _SCALAR.finditer(match["lines"]):
            if key := _FRONT_MATTER_KEYS.get(scalar["key"]):
                found.metadata[key] = _one_line(scalar["value"].strip("'\""))
        text = text[match.end() :]
    title = re.search(r"^#[ \t]+(?P<title>\S.*)$", text, re.MULTILINE)
    if title:
        found.metadata["title"] = _one_line(title["title"])


def _read_config(config: Mapping[str, object], found: Description) -> None:
    """Hugging Face's config.json."""
    architectures = config.get("architectures")
    if isinstance(architectures, list) and architectures and isinstance(architectures[0], str):
        found.metadata["architecture"] = _one_line(architectures[0])
        found.framework = "Transformers"
    if kind := _text(config.get("model_type")):
        found.metadata["model type"] = kind
        found.framework = "Transformers"
    if precision := _text(config.get("torch_dtype") or config.get("dtype")):
        found.metadata["precision"] = precision
