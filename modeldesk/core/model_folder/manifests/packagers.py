"""What other programs that package models are told: cog.yaml, bentofile.yaml, Truss's
config.yaml."""

import re
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.documents import is_true, read_mapping, table, text, texts
from modeldesk.core.model_folder.manifests.model import Manifest, beside, known, python_of
from modeldesk.core.model_folder.model import AppEntry, GpuNeed, Recognised

_COG_PORT, _BENTO_PORT = 5000, 3000
_SERVICE = re.compile(r"[A-Za-z0-9_./-]+(?::[A-Za-z0-9_]+)?")


def read_cog(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Manifest | None:
    """A cog.yaml; None without ``build`` and ``predict``."""
    content = read_mapping(folder, path)
    build, predict = table(content, "build"), text(content, "predict")
    if not build and not predict:
        return None
    version = text(build, "python_version")
    evidence = f"predict: {predict}" if predict else "build:"
    return Manifest(
        Recognised("Cog", path, evidence),
        python=python_of(version, path, f"python_version: {version}"),
        gpu=_asked(is_true(build, "gpu"), path, "gpu"),
        requirements=beside(path, text(build, "python_requirements"), names),
        packages=texts(build, "python_packages"),
        system_packages=texts(build, "system_packages"),
        app=AppEntry(path, _COG_PORT, ("python", "-m", "cog.server.http"), "Cog", "/health-check")
        if predict
        else None,
    )


def read_bento(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Manifest | None:
    """A bentofile.yaml; None without ``service``."""
    content = read_mapping(folder, path)
    service = text(content, "service")
    if not service:
        return None
    docker, cuda = table(content, "docker"), text(content, "docker", "cuda_version")
    version = text(docker, "python_version")
    requirements = text(content, "python", "requirements_txt")
    return Manifest(
        Recognised("BentoML", path, f"service: {service}"),
        python=python_of(version, path, f"docker.python_version: {version}"),
        gpu=GpuNeed(True, path, f"cuda_version: {cuda}") if cuda else None,
        requirements=beside(path, requirements, names) if requirements else None,
        packages=texts(content, "python", "packages"),
        system_packages=texts(docker, "system_packages"),
        app=_bento_app(path, service),
        metadata=known(title=text(content, "name"), description=text(content, "description")),
    )


def _bento_app(path: PurePosixPath, service: str) -> AppEntry | None:
    if not _SERVICE.fullmatch(service) or service.startswith("-"):
        return None
    command = ("bentoml", "serve", service, "--host", "0.0.0.0", "--port", str(_BENTO_PORT))
    return AppEntry(path, _BENTO_PORT, command, "BentoML", "/healthz")


def read_truss(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Manifest | None:
    """Truss's config.yaml, which has model/model.py beside it; None for any other."""
    if beside(path, "model/model.py", names) is None:
        return None
    content = read_mapping(folder, path)
    version = text(content, "python_version")
    match = re.fullmatch(r"py(\d)(\d{1,2})", version)
    accelerator = text(content, "resources", "accelerator")
    asked = _asked(is_true(content, "resources", "use_gpu"), path, "use_gpu")
    if accelerator and accelerator.lower() not in ("null", "none"):
        asked = GpuNeed(True, path, f"accelerator: {accelerator}")
    requirements = text(content, "requirements_file")
    name = text(content, "model_name")
    return Manifest(
        Recognised("Truss", path, f"model_name: {name}" if name else "model/model.py"),
        python=python_of(f"{match[1]}.{match[2]}" if match else version, path,
                         f"python_version: {version}"),
        gpu=asked,
        requirements=beside(path, requirements, names) if requirements else None,
        packages=texts(content, "requirements"),
        system_packages=texts(content, "system_packages"),
        metadata=known(title=name, description=text(content, "description")),
    )  # fmt: skip


def _asked(needed: bool | None, path: PurePosixPath, key: str) -> GpuNeed | None:
    if needed is None:
        return None
    return GpuNeed(needed, path, f"{key}: {'true' if needed else 'false'}")
