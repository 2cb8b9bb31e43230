"""The stages of a proposed Dockerfile, up to how the program is started.

Layers go from what changes least to what changes most: base image, system packages,
dependencies, weights, code.
"""

from collections.abc import Iterable, Iterator

from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes import dependencies, system
from modeldesk.core.recipes.base import Family, family_of
from modeldesk.core.recipes.choice import Form
from modeldesk.core.recipes.copies import CopyPlan
from modeldesk.core.references import Reference

USER = 10001
_VENV = "/opt/venv"
# Bytecode written at build time would carry time stamps and make each build differ.
_ENVIRONMENT = "ENV PYTHONDONTWRITEBYTECODE=1 \\\n    PYTHONUNBUFFERED=1"


def single(folder: ModelFolder, base: Reference, plan: CopyPlan, form: Form) -> Iterator[str]:
    """One stage: what installing needs stays in the image."""
    family, requirements = family_of(base), folder.requirements
    yield f"FROM {base}"
    yield from _joined(
        system.install((*system.needed(folder, family), *system.tools(folder, family)), family)
    )
    # What stands between the RUNs keeps linters from asking to join them: each can change alone.
    yield _ENVIRONMENT
    yield _create_user(family)
    yield "WORKDIR /app"
    install = ""
    if requirements is not None and dependencies.has_any(requirements):
        install = dependencies.install(requirements, form)
        if not requirements.needs_folder:
            copies = dependencies.requirement_copies(requirements)
            yield from _joined(
                ("# Dependencies, before what changes more often.", *copies, install)
            )
            install = ""
    yield from _files(folder, plan)
    if install:
        yield install


def multi(folder: ModelFolder, base: Reference, plan: CopyPlan, form: Form) -> Iterator[str]:
    """Packages are installed in a stage of the same base, and only they are taken over. There
    must be packages, and none that is the folder itself."""
    family, requirements = family_of(base), folder.requirements
    if requirements is None or not requirements.packages or requirements.needs_folder:
        raise ValueError("nothing to install, or the folder itself")
    yield f"FROM {base} AS base"
    yield _ENVIRONMENT
    yield from _joined(system.install(system.needed(folder, family), family))
    yield "# Packages are installed here; what that takes stays behind.\nFROM base AS builder"
    yield from _joined(system.install(system.tools(folder, family), family))
    yield "WORKDIR /build"
    # What the base image brings stays in sight, as it does in a single stage. Nobody activates
    # the environment: it is first in the PATH.
    yield (
        f"RUN python -m venv --without-pip --system-site-packages {_VENV} \\\n"
        f"    && rm {_VENV}/bin/[Aa]ctivate*"
    )
    yield "ENV PIP_DISABLE_PIP_VERSION_CHECK=1"
    copies = dependencies.requirement_copies(requirements)
    yield from _joined((*copies, dependencies.install(requirements, form, _VENV)))
    yield "FROM base AS final"
    yield "WORKDIR /app"
    yield _create_user(family)
    yield f"COPY --from=builder {_VENV} {_VENV}"
    yield f"ENV PATH={_VENV}/bin:$PATH"
    yield from _files(folder, plan)


def _files(folder: ModelFolder, plan: CopyPlan) -> Iterator[str]:
    owner = "" if folder.readable_by_all else f"{USER}:{USER}"
    weights = [copy.instruction(owner) for copy in plan.weights]
    if weights:
        yield from _joined(("# Weights, apart from the code: either can change alone.", *weights))
    yield from _joined(copy.instruction(owner) for copy in plan.code)


def _create_user(family: Family) -> str:
    if family is Family.ALPINE:
        return f"RUN adduser -D -u {USER} app"
    return f"RUN useradd -l --uid {USER} --create-home app"


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """One block of the lines; none when there are none."""
    if text := "\n".join(lines):
        yield text
