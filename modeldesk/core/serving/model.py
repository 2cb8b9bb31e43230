"""What is generated for a folder without a program."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath

from modeldesk.core.model_folder.model import AppEntry, Requirements


class Loader(Enum):
    """The frameworks that there is a server for, by the name of their template."""

    SKLEARN = "sklearn"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"
    ONNX = "onnx"
    TORCHSCRIPT = "torchscript"
    TRANSFORMERS = "transformers"

    @property
    def framework(self) -> str:
        """What people call it."""
        return _FRAMEWORKS[self]

    @property
    def system_packages(self) -> tuple[str, ...]:
        """Packages of the operating system that slim images lack."""
        return ("libgomp1",) if self is Loader.LIGHTGBM else ()

    @property
    def packages(self) -> tuple[tuple[str, ...], ...]:
        """What it imports: of each group, any one package brings it."""
        return _PACKAGES[self]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which loader serves which weights."""

    loader: Loader
    weights: PurePosixPath
    """The file, or the folder for frameworks that read one."""
    version: str = ""
    """Of the framework, where the model says by which it was saved."""
    told_by: PurePosixPath | None = None
    """The file that says so."""
    task: str = ""
    """What a pipeline of Transformers is for."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A generated server. Its files go to the engine with the folder, and are never written
    into it."""

    loader: Loader
    app: AppEntry
    requirements: Requirements
    """The folder's own, or the generated ones among `texts`."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Path in the context → content. None of these paths is in the folder."""


_FRAMEWORKS = {
    Loader.SKLEARN: "scikit-learn",
    Loader.XGBOOST: "XGBoost",
    Loader.LIGHTGBM: "LightGBM",
    Loader.ONNX: "ONNX Runtime",
    Loader.TORCHSCRIPT: "PyTorch",
    Loader.TRANSFORMERS: "Transformers",
}
_PACKAGES: dict[Loader, tuple[tuple[str, ...], ...]] = {
    Loader.SKLEARN: (("scikit-learn",),),
    Loader.XGBOOST: (("xgboost", "xgboost-cpu"),),
    Loader.LIGHTGBM: (("lightgbm",),),
    Loader.ONNX: (("onnxruntime", "onnxruntime-gpu"),),
    Loader.TORCHSCRIPT: (("torch",),),
    Loader.TRANSFORMERS: (("transformers",), ("torch",)),
}
