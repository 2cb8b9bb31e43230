"""What servers of models are told: MLServer's model-settings.json, Triton's config.pbtxt."""

import re
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.documents import read_json, text
from modeldesk.core.model_folder.manifests.model import Manifest, known
from modeldesk.core.model_folder.model import AppEntry, GpuNeed, Recognised
from modeldesk.core.model_folder.walk import read_text

_PORT = 8080
_IMPLEMENTATIONS = {
    "mlserver_sklearn": "scikit-learn",
    "mlserver_xgboost": "XGBoost",
    "mlserver_lightgbm": "LightGBM",
    "mlserver_catboost": "CatBoost",
    "mlserver_mlflow": "MLflow",
    "mlserver_huggingface": "Transformers",
    "mlserver_onnx": "ONNX",
}
_TRITON = {
    "onnxruntime": "ONNX Runtime",
    "onnxruntime_onnx": "ONNX Runtime",
    "pytorch": "PyTorch",
    "pytorch_libtorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "tensorflow_savedmodel": "TensorFlow",
    "tensorflow_graphdef": "TensorFlow",
    "tensorrt": "TensorRT",
    "tensorrt_plan": "TensorRT",
    "tensorrtllm": "TensorRT",
    "openvino": "OpenVINO",
    "fil": "FIL",
    "vllm": "vLLM",
}
_ON_GPU = {"tensorrt", "tensorrt_plan", "tensorrtllm"}
_LONGEST = 256 * 1024
_FIELD = re.compile(
    r"^[ \t]*(?P<key>name|backend|platform)[ \t]*:[ \t]*\"(?P<value>[^\"\n]{1,100})\"",
    re.MULTILINE,
)
_KIND_GPU = re.compile(r"^[^#\n]*\bKIND_GPU\b", re.MULTILINE)


def read_mlserver(folder: Path, path: PurePosixPath, _: frozenset[str]) -> Manifest | None:
    """A model-settings.json; None without ``implementation``."""
    content = read_json(folder, path)
    implementation = text(content, "implementation")
    if not implementation:
        return None
    command = ("mlserver", "start", str(path.parent))
    return Manifest(
        Recognised("MLServer", path, f"implementation: {implementation}"),
        _IMPLEMENTATIONS.get(implementation.partition(".")[0], ""),
        app=AppEntry(path, _PORT, command, "MLServer", "/v2/health/ready"),
        metadata=known(title=text(content, "name")),
    )


def read_triton(folder: Path, path: PurePosixPath, _: frozenset[str]) -> Manifest | None:
    """A config.pbtxt; None without a backend or platform."""
    content = read_text(folder, path, _LONGEST)
    found = {match["key"]: match["value"] for match in _FIELD.finditer(content)}
    key = next((key for key in ("backend", "platform") if key in found), "")
    if not key:
        return None
    value = found[key]
    gpu = None
    if value in _ON_GPU:
        gpu = GpuNeed(True, path, f"{key}: {value}")
    elif _KIND_GPU.search(content):
        gpu = GpuNeed(True, path, "kind: KIND_GPU")
    return Manifest(
        Recognised("Triton", path, f"{key}: {value}"),
        _TRITON.get(value, ""),
        gpu=gpu,
        metadata=known(title=found.get("name", "")),
    )
