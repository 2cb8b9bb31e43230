"""MLflow's MLmodel: flavours, and an environment in files beside it."""

from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.conda import read_conda
from modeldesk.core.model_folder.documents import read_mapping, table, text
from modeldesk.core.model_folder.manifests.model import Manifest, beside, python_of
from modeldesk.core.model_folder.model import AppEntry, PythonVersion, Recognised

_PORT = 5000
_MOST_SHOWN = 6
_FLAVOURS = {
    "sklearn": "scikit-learn",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "diffusers": "Diffusers",
    "transformers": "Transformers",
    "sentence_transformers": "Sentence Transformers",
    "onnx": "ONNX",
    "spacy": "spaCy",
    "statsmodels": "statsmodels",
    "prophet": "Prophet",
    "pmdarima": "pmdarima",
    "h2o": "H2O",
    "fastai": "fastai",
    "paddle": "PaddlePaddle",
    "spark": "Spark ML",
    "langchain": "LangChain",
    "openai": "OpenAI",
}


def read(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Manifest | None:
    """An MLmodel; None without flavours."""
    content = read_mapping(folder, path)
    flavours = table(content, "flavors")
    if not flavours:
        return None
    named = sorted((name for name in flavours if name), key=lambda name: name == "python_function")
    evidence = f"flavors: {', '.join(named[:_MOST_SHOWN])}"
    if version := text(content, "mlflow_version"):
        evidence += f" · mlflow_version {version}"
    return Manifest(
        Recognised("MLflow", path, evidence),
        next((_FLAVOURS[name] for name in named if name in _FLAVOURS), ""),
        _python(folder, path, names, text(flavours, "python_function", "python_version")),
        requirements=next(
            (
                found
                for name in ("requirements.txt", "conda.yaml")
                if (found := beside(path, name, names))
            ),
            None,
        ),
        app=_app(path) if "python_function" in flavours else None,
    )


def _python(
    folder: Path, path: PurePosixPath, names: frozenset[str], own: str
) -> PythonVersion | None:
    if environment := beside(path, "python_env.yaml", names):
        version = text(read_mapping(folder, environment), "python")
        if found := python_of(version, environment, f"python: {version}"):
            return found
    conda = beside(path, "conda.yaml", names)
    if conda and (found := read_conda(folder, conda).python):
        return found
    return python_of(own, path, f"python_version: {own}")


def _app(path: PurePosixPath) -> AppEntry:
    command = ("mlflow", "models", "serve", "-m", str(path.parent), "-h", "0.0.0.0",
               "-p", str(_PORT), "--env-manager", "local")  # fmt: skip
    return AppEntry(path, _PORT, command, "MLflow", "/health")
