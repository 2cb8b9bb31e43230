"""Which packages of a folder have trouble with musl, Alpine's C library. What is listed is what
PyPI had in 2025; the requirements lock asks PyPI itself."""

from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_NOT_TO_BE_HAD = frozenset({
    "torch", "torchvision", "torchaudio", "tensorflow", "tensorflow-cpu", "keras-cv", "onnxruntime",
    "onnxruntime-gpu", "jaxlib", "jax", "tflite-runtime", "paddlepaddle", "mxnet", "triton",
    "openvino", "tensorrt", "ai-edge-litert",
})  # fmt: skip
"""Neither a wheel for musl nor sources that pip can build: they can't be installed."""
_COMPILED = frozenset({
    "xgboost", "lightgbm", "catboost", "numba", "llvmlite", "faiss-cpu", "h5py", "opencv-python",
    "opencv-python-headless", "spacy", "thinc", "sentencepiece", "llama-cpp-python", "annoy",
    "dlib", "fasttext", "hnswlib", "nmslib", "insightface", "onnx", "shap", "implicit",
    "lightfm", "scikit-surprise", "gensim", "prophet",
})  # fmt: skip
"""No wheel for musl: they are compiled, which takes minutes and may fail."""
_MOST_NAMED = 5


def not_to_be_had(folder: ModelFolder) -> tuple[str, ...]:
    """Packages of the folder that can't be installed on Alpine, sorted."""
    return _among(folder, _NOT_TO_BE_HAD)


def compiled(folder: ModelFolder) -> tuple[str, ...]:
    """Packages of the folder that have to be compiled on Alpine, sorted."""
    return _among(folder, _COMPILED)


def said(folder: ModelFolder) -> str:
    """What Alpine means for the folder's packages; empty when none is known to mind."""
    parts = []
    if names := not_to_be_had(folder):
        parts.append(tr("Not to be had for musl, so the build would fail: {names}.",
                        names=_named(names)))  # fmt: skip
    if names := compiled(folder):
        parts.append(tr("Without a wheel for musl, so compiled in the build, which takes long and "
                        "may fail: {names}.", names=_named(names)))  # fmt: skip
    return " ".join(parts)


def _among(folder: ModelFolder, names: frozenset[str]) -> tuple[str, ...]:
    requirements = folder.requirements
    return () if requirements is None else tuple(sorted(requirements.names & names))


def _named(names: tuple[str, ...]) -> str:
    shown = ", ".join(printable(name) for name in names[:_MOST_NAMED])
    return f"{shown} …" if len(names) > _MOST_NAMED else shown
