"""Whether a folder's model wants a GPU, and what says so."""

import re
from collections.abc import Iterable, Iterator

from modeldesk.core.model_folder.manifests.model import Manifest
from modeldesk.core.model_folder.model import (
    GpuNeed,
    Requirements,
    WeightFile,
    package_name,
)

_ONLY_ON_GPU = {
    "tensorrt", "tensorrt-llm", "bitsandbytes", "flash-attn", "flash-attention", "xformers",
    "vllm", "auto-gptq", "gptqmodel", "autoawq", "deepspeed", "apex", "onnxruntime-gpu",
    "tensorflow-gpu", "faiss-gpu", "faiss-gpu-cu12", "exllamav2", "triton", "torch-tensorrt",
    "pycuda", "sglang", "transformer-engine", "mamba-ssm", "causal-conv1d", "pytorch-cuda",
    "cudatoolkit", "cudnn", "cuda-toolkit", "pytorch-gpu", "rapids",
}  # fmt: skip
_BY_NAME = re.compile(r"nvidia-.+|cu(?:py|df|ml|graph|spatial|vs)(?:-cuda\d+x?|-cu\d+)?|cuda-.+")
_CUDA = re.compile(r"\+cu\d{2,3}|\[[^\]]*cuda[^\]]*\]|_cuda|-cu1\d\b|=\S*cuda\d")
_READ = 1_000
"""Characters of a requirement: none that means anything is longer."""
_TORCH = {"torch", "torchvision", "torchaudio"}


def find_gpu(
    manifests: Iterable[Manifest],
    weights: Iterable[WeightFile],
    requirements: Requirements | None,
) -> GpuNeed | None:
    """The word of a manifest, else of weights that run nowhere else, else of the packages. None
    when nothing speaks of one."""
    weights = tuple(weights)
    return next(
        (
            found
            for found in (
                *(one.gpu for one in manifests),
                *_of_engines(weights),
                *_of_packages(requirements),
                *_of_small(weights),
            )
            if found
        ),
        None,
    )


def _of_engines(weights: tuple[WeightFile, ...]) -> Iterator[GpuNeed]:
    for weight in weights:
        if weight.format == "TensorRT":
            yield GpuNeed(True, weight.path, "TensorRT")


def _of_packages(requirements: Requirements | None) -> Iterator[GpuNeed]:
    if requirements is None:
        return
    for package in (*requirements.packages, *requirements.conda):
        name = package_name(package.rpartition("::")[2])
        if name in _ONLY_ON_GPU or _BY_NAME.fullmatch(name) or _CUDA.search(package[:_READ]):
            yield GpuNeed(True, requirements.path, package[:100])
            return
    for package in requirements.packages:
        if package_name(package) in _TORCH and "+cpu" in package:
            yield GpuNeed(False, requirements.path, package[:100])
            return


def _of_small(weights: tuple[WeightFile, ...]) -> Iterator[GpuNeed]:
    """Formats that are made to run without."""
    for weight in weights[:1]:
        if weight.format in ("GGUF", "TFLite", "ExecuTorch"):
            yield GpuNeed(False, weight.path, weight.format)
