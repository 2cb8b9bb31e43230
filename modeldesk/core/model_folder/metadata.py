"""What a folder's own description files say: metrics, data set, framework, licence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from modeldesk.core.labels import MOST_METRICS
from modeldesk.core.metadata.model import Key, Value
from modeldesk.core.model_folder.documents import numbers, read_json, text
from modeldesk.core.model_folder.manifests.model import Manifest
from modeldesk.core.model_folder.model import Recognised, WeightFile
from modeldesk.core.model_folder.model_card import CARDS, read_card
from modeldesk.core.model_folder.trained_with import read_trained_with
from modeldesk.core.words import tr, trn

_METRICS = ("metrics.json", "eval_results.json", "all_results.json", "metrics/metrics.json")
_DATASET_KEYS = ("dataset_version", "data_version", "dataset")
_LIBRARIES = {
    "transformers": "Transformers",
    "sentence-transformers": "Sentence Transformers",
    "diffusers": "Diffusers",
    "peft": "PEFT",
    "sklearn": "scikit-learn",
    "keras": "Keras",
    "timm": "timm",
    "spacy": "spaCy",
    "fastai": "fastai",
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
    trained_with: Mapping[Key, Value] = field(default_factory=dict)
    recognised: list[Recognised] = field(default_factory=list)


def describe(folder: Path, names: frozenset[str], manifests: Iterable[Manifest]) -> Description:
    """Read the description files among `names`. What is damaged or too large is passed over;
    what several say is taken from the model card, then from the manifests in their order."""
    found = Description()
    _read_metrics(folder, names, found)
    found.trained_with = read_trained_with(folder, names, found.recognised)
    card = next((name for name in CARDS if name in names), "")
    library = ""
    if card:
        facts, metrics = read_card(folder, card)
        library = facts.pop("library", "")
        found.metadata |= facts
        found.metrics = found.metrics or metrics
        if said := ", ".join(f"{key}: {value}" for key, value in facts.items() if key != "title"):
            found.recognised.append(Recognised(tr("model card"), PurePosixPath(card), said))
    for manifest in manifests:
        found.framework = found.framework or manifest.framework
        for key, value in manifest.metadata.items():
            found.metadata.setdefault(key, value)
    found.framework = found.framework or _LIBRARIES.get(library.lower(), library)
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


def _read_metrics(folder: Path, names: frozenset[str], found: Description) -> None:
    for name in _METRICS:
        if name not in names or found.metrics:
            continue
        content = read_json(folder, name)
        found.metrics = dict(numbers(content, _DATASET_KEYS, MOST_METRICS))
        found.dataset_version = next(
            (value for key in _DATASET_KEYS if (value := text(content, key))), ""
        )
        if found.metrics:
            words = trn("{count} figure", "{count} figures", len(found.metrics))
            found.recognised.append(Recognised(tr("metrics"), PurePosixPath(name), words))
