"""A first Dockerfile for a folder that has none: one stage, in the form every builder takes.

Layers go from what changes least to what changes most: base image, dependencies, weights, code.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from modeldesk.core.build_context.folder_files import DOCKERFILES
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.model_folder.apps import DEFAULT_PORT
from modeldesk.core.model_folder.model import AppEntry, KeptOut, ModelFolder, Requirements
from modeldesk.core.recipes.copies import Copy, CopyPlan, plan_copies
from modeldesk.core.recipes.dockerignore import dockerignore
from modeldesk.core.references import Reference
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_USER = 10001
_DOCUMENTS = re.compile(r"(readme|changelog|contributing|model_?card)(\..*)?", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9._-]+")
_NO_APP = AppEntry(PurePosixPath("serve.py"), DEFAULT_PORT, ("python", "serve.py"))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a folder would become an image."""

    dockerfile: str
    dockerignore: str
    """Empty when the folder has its own, which is then used."""
    notes: tuple[str, ...]
    """Sentences for people: what was decided, and what they should look at."""
    kept_out: tuple[KeptOut, ...] = ()
    """What the proposed .dockerignore keeps out, largest first."""


def propose(folder: ModelFolder, base_image: str) -> Recipe:
    """A Dockerfile that starts from `base_image`, and a .dockerignore unless there is one.

    Raises `InvalidReference` when `base_image` is not an image's name.
    """
    base = Reference.parse(base_image)
    omitted = tuple(_omitted(folder))
    plan = plan_copies(folder, {*omitted, *_never_copied(folder)})
    blocks = [
        f"FROM {base}",
        # Bytecode written at build time would carry time stamps and make each build differ.
        "ENV PYTHONDONTWRITEBYTECODE=1 \\\n    PYTHONUNBUFFERED=1",
        "WORKDIR /app",
        _create_user(base),
        *_dependencies_and_files(folder, plan),
        *_ending(folder),
    ]
    return Recipe(
        "\n\n".join(blocks) + "\n",
        "" if folder.dockerignore else dockerignore(folder, omitted),
        tuple(_notes(folder, base, plan, omitted)),
        () if folder.dockerignore else (*folder.kept_out, *_kept_out(folder, omitted)),
    )


def _kept_out(folder: ModelFolder, omitted: tuple[str, ...]) -> Iterator[KeptOut]:
    """What the proposed .dockerignore keeps out beside what it always does."""
    for name in omitted:
        sizes = [
            entry.size_bytes
            for entry in folder.files
            if entry.path == name or entry.path.startswith(f"{name}/")
        ]
        if sizes:
            yield KeptOut(name, len(sizes), sum(sizes))


def _omitted(folder: ModelFolder) -> Iterator[str]:
    """Plain names at the top that serving has no use for."""
    if folder.requirements is not None and folder.requirements.needs_folder:
        return
    yield from (str(path) for path in folder.training)
    for entry in folder.files:
        name = entry.path
        if "/" in name or not _PLAIN.fullmatch(name):
            continue
        if _DOCUMENTS.fullmatch(name) or name.endswith(".ipynb"):
            yield name


def _never_copied(folder: ModelFolder) -> Iterator[str]:
    yield from (*DOCKERFILES, DOCKERIGNORE, ".gitignore", ".gitattributes")
    if folder.requirements is not None and not folder.requirements.needs_folder:
        # A manifest that lists packages is also read by what serves the model.
        manifests = {one.path for one in folder.recognised}
        lists = (folder.requirements.path, *folder.requirements.includes)
        yield from (str(path) for path in lists if path not in manifests)


def _create_user(base: Reference) -> str:
    if "alpine" in f"{base.repository}:{base.tag}":
        return f"RUN adduser -D -u {_USER} app"
    return f"RUN useradd -l --uid {_USER} --create-home app"


def _dependencies_and_files(folder: ModelFolder, plan: CopyPlan) -> Iterator[str]:
    owner = "" if folder.readable_by_all else f"{_USER}:{_USER}"
    install = _install(folder.requirements)
    weights = [copy.instruction(owner) for copy in plan.weights]
    code = [copy.instruction(owner) for copy in plan.code]
    needs_folder = folder.requirements is not None and folder.requirements.needs_folder
    if install and not needs_folder:
        lines = (*_requirement_copies(folder.requirements), install)
        yield "\n".join(("# Dependencies, before what changes more often.", *lines))
    if weights:
        yield "\n".join(("# Weights, apart from the code: either can change alone.", *weights))
    if code:
        yield "\n".join(code)
    if install and needs_folder:
        yield install


def _requirement_copies(requirements: Requirements | None) -> Iterator[str]:
    if requirements is None or requirements.path.suffix not in (".txt", ".lock"):
        return
    by_folder: dict[str, list[str]] = {}
    for path in (requirements.path, *requirements.includes):
        target = "./" if str(path.parent) == "." else f"./{path.parent}/"
        by_folder.setdefault(target, []).append(str(path))
    for target, paths in by_folder.items():
        yield Copy(tuple(paths), target).instruction()


def _install(requirements: Requirements | None) -> str:
    """The RUN that installs the packages; empty when there is nothing to install."""
    if requirements is None or not (requirements.packages or requirements.needs_folder):
        return ""
    if requirements.path.suffix in (".txt", ".lock"):
        return f"RUN pip install --no-cache-dir -r {requirements.path}"
    words = ["pip", "install", "--no-cache-dir", *requirements.packages]
    return f"RUN {json.dumps(words, ensure_ascii=False)}"


def _ending(folder: ModelFolder) -> Iterator[str]:
    app = folder.app or _NO_APP
    yield f"USER {_USER}"
    yield f"EXPOSE {app.port}"
    # The first check comes one interval after the start, so a long one would delay "healthy".
    yield (
        "HEALTHCHECK --interval=2s --timeout=3s --start-period=60s --retries=3 \\\n"
        f"    CMD {json.dumps(_health_command(app, folder.requirements))}"
    )
    yield f"STOPSIGNAL {app.stop_signal}"
    yield f"CMD {json.dumps(app.command)}"


def _health_command(app: AppEntry, requirements: Requirements | None) -> tuple[str, ...]:
    """The program's own check where it starts quickly, else a request, else a connection."""
    light = requirements is None or not requirements.packages
    if app.ping_command and (light or not app.health_path):
        return app.ping_command
    if app.health_path:
        # http.client rather than urllib: a proxy set for the container must not be asked.
        request = (
            "import http.client as h; "
            f"c = h.HTTPConnection('127.0.0.1', {app.port}, timeout=2); "
            f"c.request('GET', '{app.health_path}'); "
            "raise SystemExit(c.getresponse().status >= 400)"
        )
        return "python", "-c", request
    connect = f"import socket; socket.create_connection(('127.0.0.1', {app.port}), 2).close()"
    return "python", "-c", connect


def _notes(
    folder: ModelFolder, base: Reference, plan: CopyPlan, omitted: tuple[str, ...]
) -> Iterator[str]:
    if folder.app is None:
        yield tr("No program that serves the model was found: CMD names serve.py, which is still "
                 "to be written.")  # fmt: skip
    if "python" not in base.repository:
        yield tr("Python is expected in {base}.", base=base)
    if not base.digest and base.tag in ("", "latest"):
        yield tr("{base} changes over time. A tag with a version keeps builds alike.", base=base)
    yield from _notes_on_requirements(folder)
    if plan.everything:
        yield tr("The folder has very many parts at its top, so it is copied whole. Weights in a "
                 "folder of their own would get a layer of their own.")  # fmt: skip
    if plan.left_out:
        names = ", ".join(printable(name) for name in plan.left_out[:5])
        yield tr("Left out, because a Dockerfile can't name it: {names}. Rename it to include it.",
                 names=names)  # fmt: skip
    if omitted:
        names = ", ".join(omitted[:8])
        if folder.dockerignore:
            yield tr("Not needed to serve, so not copied: {names}.", names=names)
        else:
            yield tr("Not needed to serve, so neither sent nor copied: {names}.", names=names)
    if folder.dockerignore:
        yield tr("The folder’s own .dockerignore is used.")


def _notes_on_requirements(folder: ModelFolder) -> Iterator[str]:
    requirements = folder.requirements
    if requirements is None:
        if folder.app is not None and folder.app.server != "http.server":
            yield tr("There is no requirements.txt, so no package is installed.")
    elif not requirements.packages and not requirements.needs_folder:
        yield tr("{path} names no package, so nothing is installed.", path=requirements.path)
    elif requirements.path.suffix not in (".txt", ".lock"):
        yield tr("The packages are those that {path} lists.", path=requirements.path)
