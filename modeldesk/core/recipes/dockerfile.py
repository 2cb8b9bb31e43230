"""A first Dockerfile for a folder that has none."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from modeldesk.core.build_context.folder_files import DOCKERFILES
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.model_folder.apps import DEFAULT_PORT
from modeldesk.core.model_folder.model import AppEntry, KeptOut, ModelFolder, Requirements
from modeldesk.core.recipes import stages
from modeldesk.core.recipes.base import Family, base_for, builder_for, images_of, notes_on_base
from modeldesk.core.recipes.choice import RecipeChoice, Stages, single_only
from modeldesk.core.recipes.copies import plan_copies
from modeldesk.core.recipes.dependencies import notes_on_requirements
from modeldesk.core.recipes.dockerignore import dockerignore
from modeldesk.core.recipes.lock import said_of, with_lock
from modeldesk.core.recipes.system import notes_on_system
from modeldesk.core.references import Reference
from modeldesk.core.text import printable
from modeldesk.core.words import tr

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
    stages: Stages = Stages.SINGLE
    why_only: str = ""
    """Why another number of stages makes no sense, as a sentence; empty where it does."""
    bases: tuple[Reference, ...] = ()
    """Every image it stands on, as it is written: the one of the last stage first."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Files that go to the engine with the folder, path → content."""
    choice: RecipeChoice | None = None
    """How it is made."""


def propose(folder: ModelFolder, choice: RecipeChoice) -> Recipe:
    """A Dockerfile by `choice`, and a .dockerignore unless there is one.

    Raises `InvalidReference` when the base image is not an image's name.
    """
    if choice.lock is not None:
        folder = with_lock(folder, choice.lock)
    base = base_for(folder, choice)
    builder = builder_for(base, choice)
    omitted = tuple(_omitted(folder))
    copies = plan_copies(folder, {*omitted, *_never_copied(folder)})
    plan = stages.Plan(folder, base, builder, copies, choice.form, choice.reproducible)
    number, why_only = _number(plan, choice)
    make = stages.multi if number is Stages.MULTI else stages.single
    blocks = [*make(plan), *_ending(plan)]
    return Recipe(
        "\n\n".join(blocks) + "\n",
        "" if folder.dockerignore else dockerignore(folder, omitted),
        tuple(_notes(plan, choice, omitted)),
        () if folder.dockerignore else (*folder.kept_out, *_kept_out(folder, omitted)),
        number,
        why_only,
        tuple(images_of(folder, choice)),
        {str(choice.lock.path): choice.lock.text} if choice.lock else {},
        choice,
    )


def _number(plan: stages.Plan, choice: RecipeChoice) -> tuple[Stages, str]:
    """How many stages, and why no other number."""
    if plan.requirements is not None and not plan.has_shell:
        return Stages.MULTI, tr("The base has no shell, so packages are installed in a stage "
                                "before.")  # fmt: skip
    if plan.requirements is not None and plan.fixed:
        return Stages.MULTI, tr("Layers come out the same when packages are installed in a stage "
                                "before.")  # fmt: skip
    if why := single_only(plan.folder):
        return Stages.SINGLE, why
    return choice.stages or Stages.MULTI, ""


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
        own = folder.requirements
        lists = (own.path, *own.includes, *own.replaces)
        yield from (str(path) for path in lists if path not in manifests)


def _ending(plan: stages.Plan) -> Iterator[str]:
    folder = plan.folder
    app = folder.app or _NO_APP
    yield f"USER {plan.user}"
    yield f"EXPOSE {app.port}"
    # The first check comes one interval after the start, so a long one would delay "healthy".
    yield (
        "HEALTHCHECK --interval=2s --timeout=3s --start-period=60s --retries=3 \\\n"
        f"    CMD {json.dumps(_health_command(app, folder.requirements))}"
    )
    yield f"STOPSIGNAL {app.stop_signal}"
    if plan.family in (Family.DISTROLESS, Family.CUDA):
        # Such images start everything through a program of their own.
        yield "ENTRYPOINT []"
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


def _notes(plan: stages.Plan, choice: RecipeChoice, omitted: tuple[str, ...]) -> Iterator[str]:
    folder = plan.folder
    if folder.app is None:
        yield tr("No program that serves the model was found: CMD names serve.py, which is still "
                 "to be written.")  # fmt: skip
    yield from notes_on_base(folder, plan.base, choice)
    yield from choice.base_notes
    yield from notes_on_system(folder, plan.family)
    has_server = folder.app is not None and folder.app.server != "http.server"
    yield from notes_on_requirements(folder.requirements, has_server)
    if choice.lock is not None:
        yield from said_of(choice.lock)
    if choice.reproducible:
        yield tr("The same files make the same layers again: they lose their times, and no "
                 "bytecode is kept. Packages of the operating system are those of the "
                 "day.")  # fmt: skip
    if plan.copies.everything:
        yield tr("The folder has very many parts at its top, so it is copied whole. Weights in a "
                 "folder of their own would get a layer of their own.")  # fmt: skip
    if plan.copies.left_out:
        names = ", ".join(printable(name) for name in plan.copies.left_out[:5])
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
