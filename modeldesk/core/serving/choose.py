"""Which server fits a folder, by what was recognised in it. Nothing is unpickled or imported."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from modeldesk.core.errors import InvalidInput
from modeldesk.core.model_folder.documents import (
    inside,
    read_json,
    read_mapping,
    table,
    text,
    texts,
)
from modeldesk.core.model_folder.headers.reading import Allowance
from modeldesk.core.model_folder.model import ModelFolder, WeightFile
from modeldesk.core.model_folder.pickled import read_part
from modeldesk.core.serving.model import Choice, Loader
from modeldesk.core.serving.pickle_version import sklearn_version
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_BY_FORMAT = {
    "XGBoost": Loader.XGBOOST,
    "LightGBM": Loader.LIGHTGBM,
    "TorchScript": Loader.TORCHSCRIPT,
}
_PICKLES = {"pickle", "joblib"}
_OF_SKLEARN = {"sklearn", "numpy", "scipy", "joblib", "builtins", "__builtin__", "collections",
               "copyreg", "copy_reg", "_codecs", "functools", "_loss"}  # fmt: skip
"""Modules that come with scikit-learn or Python; the losses of boosting are pickled as _loss."""
_PICKLE_WORK = 64 * 1024 * 1024
_TASKS = {
    "ForSequenceClassification": "text-classification",
    "ForTokenClassification": "token-classification",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "LMHeadModel": "text-generation",
}
_TOKENIZERS = ("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "spiece.model",
               "vocab.txt", "vocab.json")  # fmt: skip
_FLAVOURS = {
    Loader.SKLEARN: ("sklearn", "sklearn_version"),
    Loader.XGBOOST: ("xgboost", "xgb_version"),
    Loader.LIGHTGBM: ("lightgbm", "lgb_version"),
    Loader.TORCHSCRIPT: ("pytorch", "pytorch_version"),
    Loader.TRANSFORMERS: ("transformers", "transformers_version"),
}
"""What an MLmodel calls them."""
_RELEASED = re.compile(r"\d{1,4}(?:\.\d{1,4}){1,3}(?:\.post\d{1,2})?")
_XGBOOST_EVIDENCE = re.compile(r"version (\d+\.\d+\.\d+)$")


def choose(folder: ModelFolder) -> Choice | None:
    """The loader for the largest weights that there is one for; None when there is none.

    Raises `InvalidInput` when those weights can't be served all the same, and says why."""
    for weight in folder.weights:
        loader = _loader_of(folder, weight)
        if loader is Loader.SKLEARN:
            return _pickled(folder, weight)
        if loader is Loader.TRANSFORMERS:
            return _transformers(folder, weight.path.parent)
        if loader is not None:
            return Choice(loader, weight.path, *_told(folder, weight, loader))
    return None


def _loader_of(folder: ModelFolder, weight: WeightFile) -> Loader | None:
    if weight.format in _BY_FORMAT:
        return _BY_FORMAT[weight.format]
    # The data of a model that keeps it apart is of its format too.
    if weight.format == "ONNX" and weight.path.suffix.lower() == ".onnx":
        return Loader.ONNX
    if weight.format in _PICKLES:
        # A joblib file that can't be looked into is most likely one, and the reason is said.
        likely = "sklearn" in weight.modules or weight.format == "joblib"
        return Loader.SKLEARN if likely or folder.framework == "scikit-learn" else None
    if weight.format == "safetensors":
        config = read_json(folder.path, weight.path.parent / "config.json")
        return Loader.TRANSFORMERS if texts(config, "architectures") else None
    return None


def _pickled(folder: ModelFolder, weight: WeightFile) -> Choice:
    path = printable(str(weight.path))
    pickled = read_part(folder.path, weight.path, Allowance(_PICKLE_WORK))
    if pickled is None or not pickled.modules:
        raise InvalidInput(
            tr("No server is proposed for {path}: it is compressed or of an unknown form, so what "
               "it would run when loaded is not known.", path=path)
        )  # fmt: skip
    if unsafe := pickled.content.unsafe:
        names = ", ".join(printable(name) for name in unsafe[:5])
        raise InvalidInput(
            tr("No server is proposed for {path}: loading it would call {names}, which could run "
               "commands.", path=path, names=names)
        )  # fmt: skip
    installed = folder.requirements.names if folder.requirements else frozenset()
    foreign = sorted(
        module
        for module in pickled.modules - _OF_SKLEARN
        if module.lower().replace("_", "-") not in installed
    )
    if foreign:
        names = ", ".join(printable(name) for name in foreign[:5])
        raise InvalidInput(
            tr("No server is proposed for {path}: it also needs {names}, which no requirements "
               "name. Write a program that serves it, or add a requirements.txt.",
               path=path, names=names)
        )  # fmt: skip
    version = sklearn_version(folder.path, weight.path)
    if version:
        return Choice(Loader.SKLEARN, weight.path, version, weight.path)
    return Choice(Loader.SKLEARN, weight.path, *_told_by_mlflow(folder, Loader.SKLEARN))


def _transformers(folder: ModelFolder, parent: PurePosixPath) -> Choice:
    path = parent / "config.json"
    config = read_json(folder.path, path)
    if inside(config, "auto_map"):
        raise InvalidInput(
            tr("No server is proposed: {path} asks for code that came with the model to be run.",
               path=printable(str(path)))
        )  # fmt: skip
    names = {entry.path for entry in folder.files}
    if not any(str(parent / name) in names for name in _TOKENIZERS):
        raise InvalidInput(
            tr("No server is proposed: the folder has no tokenizer, without which a text model "
               "can’t be served. Put tokenizer.json beside the weights.")
        )  # fmt: skip
    tasks = [folder.metadata.get("task", ""), *_by_architecture(texts(config, "architectures"))]
    task = next((task for task in tasks if task in _TASKS.values()), "")
    if not task:
        known = ", ".join(sorted(set(_TASKS.values())))
        raise InvalidInput(
            tr("No server is proposed: of the tasks of Transformers, only {tasks} are served.",
               tasks=known)
        )  # fmt: skip
    version = text(config, "transformers_version")
    if not _RELEASED.fullmatch(version):
        return Choice(Loader.TRANSFORMERS, parent, task=task)
    return Choice(Loader.TRANSFORMERS, parent, version, path, task)


def _by_architecture(architectures: tuple[str, ...]) -> Iterator[str]:
    for architecture in architectures:
        yield from (task for end, task in _TASKS.items() if architecture.endswith(end))


def _told(
    folder: ModelFolder, weight: WeightFile, loader: Loader
) -> tuple[str, PurePosixPath | None]:
    """The version that saved the weights, and what says so."""
    if loader is Loader.XGBOOST and (found := _XGBOOST_EVIDENCE.search(weight.evidence)):
        return found[1], weight.path
    return _told_by_mlflow(folder, loader)


def _told_by_mlflow(folder: ModelFolder, loader: Loader) -> tuple[str, PurePosixPath | None]:
    manifest = next((one.path for one in folder.recognised if one.path.name == "MLmodel"), None)
    if manifest is None or loader not in _FLAVOURS:
        return "", None
    flavour, key = _FLAVOURS[loader]
    version = text(table(read_mapping(folder.path, manifest), "flavors", flavour), key)
    return (version, manifest) if _RELEASED.fullmatch(version) else ("", None)
