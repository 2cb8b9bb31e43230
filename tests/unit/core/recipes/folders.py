"""Model folders that were never on a disk, for recipes."""

from pathlib import Path, PurePosixPath
from typing import Any

from modeldesk.core.ids import ModelName
from modeldesk.core.model_folder.model import (
    AppEntry,
    FileEntry,
    ModelFolder,
    Requirements,
    WeightFile,
)

LARGE = 20_000_000
APP = AppEntry(PurePosixPath("serve.py"), 5000, ("python", "serve.py"), "http.server", "/health")


def requirements(*packages: str, path: str = "requirements.txt", **more: Any) -> Requirements:
    return Requirements(PurePosixPath(path), packages, pinned=True, **more)


def folder(*packages: str, **more: Any) -> ModelFolder:
    """A program, weights, and `packages` where there are any."""
    if packages:
        more.setdefault("requirements", requirements(*packages))
    files = (FileEntry("m.safetensors", LARGE), FileEntry("requirements.txt", 1),
             FileEntry("serve.py", 1))  # fmt: skip
    more.setdefault("files", files)
    more.setdefault("app", APP)
    weights = (WeightFile(PurePosixPath("m.safetensors"), LARGE, "safetensors"),)
    return ModelFolder(Path("/m"), ModelName("m"), weights=weights, **more)
