"""The stages of a proposed Dockerfile, up to how the program is started.

Layers go from what changes least to what changes most: base image, system packages,
dependencies, weights, code.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from modeldesk.core.model_folder.model import ModelFolder, Requirements
from modeldesk.core.recipes import dependencies, fixed_times, system
from modeldesk.core.recipes.base import Family, family_of
from modeldesk.core.recipes.choice import Form
from modeldesk.core.recipes.copies import CopyPlan
from modeldesk.core.references import Reference

USER = 10001
_NAME = "app"
_NONROOT = 65532
"""The user that distroless images bring: none can be added to them."""
_VENV = "/opt/venv"
_CODE = "/code/"
"""Where code lies ready, as it lies in the image."""
# Bytecode written at build time would carry time stamps and make each build differ.
_ENVIRONMENT = "ENV PYTHONDONTWRITEBYTECODE=1 \\\n    PYTHONUNBUFFERED=1"
_GPU = " \\\n    NVIDIA_VISIBLE_DEVICES=all \\\n    NVIDIA_DRIVER_CAPABILITIES=compute,utility"

_FOLDER_FIRST = """\
# The folder is installed as a package, so it is copied first.
# modeldesk global ignore=code-before-dependencies"""
# It is told so that nobody's check asks for another order.


@dataclass(frozen=True, slots=True)
class Plan:
    """What a Dockerfile is made of."""

    folder: ModelFolder
    base: Reference
    builder: Reference
    """What packages are installed on: another than `base` where nothing can be run in that."""
    copies: CopyPlan
    form: Form
    fixed: bool = False
    """Whether layers are to come out the same each time."""

    @property
    def family(self) -> Family:
        """What the base image is made of."""
        return family_of(self.base)

    @property
    def has_shell(self) -> bool:
        """Whether something can be run in the base image."""
        return self.family is not Family.DISTROLESS

    @property
    def user(self) -> int:
        """Who the program runs as."""
        return USER if self.has_shell else _NONROOT

    @property
    def requirements(self) -> Requirements | None:
        """What is installed; None for nothing."""
        found = self.folder.requirements
        return found if dependencies.has_any(found) else None


def single(plan: Plan) -> Iterator[str]:
    """One stage: what installing needs stays in the image. Nothing may be installed where that
    can't be, nor with fixed times, whose files are made ready in another stage."""
    requirements = plan.requirements
    if requirements is not None and (plan.fixed or not plan.has_shell):
        raise ValueError("packages are installed in a stage of their own")
    yield from _ready_files(plan, str(plan.builder))
    yield f"FROM {plan.base}"
    packages = (*system.needed(plan.folder, plan.family), *system.tools(plan.folder, plan.family))
    yield from _joined(system.install(packages, plan.family))
    # What stands between the RUNs keeps linters from asking to join them: each can change alone.
    yield _environment(plan)
    if plan.has_shell and not plan.fixed:
        yield _create_user(plan)
    if not plan.fixed:
        yield "WORKDIR /app"
    if requirements is not None and plan.family is Family.CUDA:
        # Ubuntu wants none but its own packages beside its Python.
        yield f"RUN python3 -m venv {_VENV}"
        yield f"ENV PATH={_VENV}/bin:$PATH"
    install = tuple(dependencies.install(requirements, plan.form)) if requirements else ()
    if requirements is not None and not requirements.needs_folder:
        copies = dependencies.requirement_copies(requirements)
        yield from _joined(("# Dependencies, before what changes more often.", *copies, *install))
        install = ()
    if install:
        yield _FOLDER_FIRST
    # Other weights make the layers of code anew, with nothing new in them but the time of /app:
    # every COPY from the folder leaves its own time on the folders it writes into. Files in a
    # stage of their own keep it, which would be a second stage; so would COPY --link, which the
    # builders of Engine 20.10 refuse; code before weights would send the weights again with each
    # change of code. What lies below the weights stays.
    yield from _files(plan)
    yield from _joined(install)


def multi(plan: Plan) -> Iterator[str]:
    """Packages are installed in a stage that is left behind: on the same base, or, where nothing
    can be run in that, on an image with the same Python. There must be packages; the folder
    itself may be one of them."""
    requirements = plan.requirements
    if requirements is None:
        raise ValueError("nothing to install")
    place = "FROM base AS builder" if plan.has_shell else f"FROM {plan.builder} AS builder"
    if plan.has_shell:
        yield f"FROM {plan.base} AS base"
        yield _environment(plan)
        yield from _joined(system.install(system.needed(plan.folder, plan.family), plan.family))
        yield f"# Packages are installed here; what that takes stays behind.\n{place}"
    else:
        yield (f"# Packages are installed here, with the same Python: the last stage has no shell."
               f"\n{place}")  # fmt: skip
    yield from _installing(plan, requirements)
    yield from _ready_files(plan, "base" if plan.has_shell else str(plan.builder))
    yield from _together(plan)
    yield "FROM base AS final" if plan.has_shell else f"FROM {plan.base} AS final"
    if not plan.has_shell:
        yield _environment(plan)
    if not plan.fixed:
        yield "WORKDIR /app"
        if plan.has_shell:
            yield _create_user(plan)
    yield (
        fixed_times.copy("builder", "venv")
        if plan.fixed
        else (f"COPY --from=builder {_VENV} {_VENV}")
    )
    yield f"ENV PATH={_VENV}/bin:$PATH"
    yield from _files(plan, together=_is_together(plan))


def _installing(plan: Plan, requirements: Requirements) -> Iterator[str]:
    family = plan.family if plan.has_shell else Family.DEBIAN
    yield from _joined(system.install(system.tools(plan.folder, family), family))
    yield "WORKDIR /app" if requirements.needs_folder else "WORKDIR /build"
    yield _make_environment(plan)
    # The pip of Ubuntu can't install into another environment, so there it is in this one.
    has_pip = plan.family is Family.CUDA
    path = f" \\\n    PATH={_VENV}/bin:$PATH" if has_pip else ""
    yield f"ENV PIP_DISABLE_PIP_VERSION_CHECK=1{path}"
    copies = tuple(dependencies.requirement_copies(requirements))
    if requirements.needs_folder:
        copies = (_FOLDER_FIRST, *(copy.instruction() for copy in plan.copies.code))
    install = dependencies.install(requirements, plan.form, "" if has_pip else _VENV)
    yield from _joined((*copies, *install))
    commands = list(_fitting(plan))
    if commands:
        yield f"WORKDIR {_VENV}"
        yield _run(commands)


def _make_environment(plan: Plan) -> str:
    """What the base image brings stays in sight, as it does in a single stage; where Python is
    another one in the end, it does not. Nobody activates the environment: it is first in the
    PATH."""
    words = ["python3" if plan.family is Family.CUDA else "python", "-m venv"]
    if plan.family is not Family.CUDA:
        words.append("--without-pip")
    if plan.has_shell:
        words.append("--system-site-packages")
    return _run([f"{' '.join(words)} {_VENV}", f"rm {_VENV}/bin/[Aa]ctivate*"])


def _fitting(plan: Plan) -> Iterator[str]:
    """The commands that make the environment fit for the last stage."""
    if not plan.has_shell:
        # Python is in another place there.
        yield f"ln -sf /usr/bin/python3 {_VENV}/bin/python"
        yield f"sed -i 's|/usr/local|/usr|g' {_VENV}/pyvenv.cfg"
    if plan.fixed:
        yield f"mkdir -p {fixed_times.LAYERS}/venv/opt"
        yield f"cp -a {_VENV} {fixed_times.LAYERS}/venv/opt/"
        yield fixed_times.without_bytecode()
        yield fixed_times.touch_all()


def _ready_files(plan: Plan, base: str) -> Iterator[str]:
    """Where times are fixed: a stage with the files of each layer, and with the user's."""
    if not plan.fixed:
        return
    yield f"# Folders and the user get a fixed time here, as files have it.\nFROM {base} AS files"
    for number, copy in enumerate((*plan.copies.weights, *plan.copies.code)):
        place = f"WORKDIR {fixed_times.LAYERS}/{number}/app"
        yield f"{place}\n{copy.instruction(_owner(plan))}"
    user = fixed_times.user_layer(_NAME, _adding_user(plan)) if plan.has_shell else ()
    if plan.form is Form.BUILDKIT:
        yield _run([*user, fixed_times.touch_folders()])
        return
    yield _run([*user, fixed_times.mark_folders()])
    yield f"WORKDIR {fixed_times.LAYERS}"
    yield _run([fixed_times.unmark_folders(), fixed_times.touch_folders()])


def _is_together(plan: Plan) -> bool:
    """Whether code is put together in a stage of its own. The folder it goes into has the time of
    the build: made anew on other weights, its layer would be another one, though nothing in it
    is. Weights must not lie in two stages."""
    return not plan.fixed and not plan.copies.everything and bool(plan.copies.code)


def _together(plan: Plan) -> Iterator[str]:
    if not _is_together(plan):
        return
    yield ("# Code is put together here, so that its layer stays when weights change.\n"
           "FROM scratch AS code")  # fmt: skip
    yield from _joined(
        replace(copy, target=f"{_CODE}app/{copy.target.removeprefix('./')}").instruction(
            _owner(plan)
        )
        for copy in plan.copies.code
    )


def _files(plan: Plan, *, together: bool = False) -> Iterator[str]:
    weights, code = plan.copies.weights, plan.copies.code
    if plan.fixed:
        names = (*(("user",) if plan.has_shell else ()), *range(len(weights) + len(code)))
        yield from _joined(fixed_times.copy("files", name) for name in names)
        yield "WORKDIR /app"
        return
    lines = [copy.instruction(_owner(plan)) for copy in weights]
    if lines:
        yield from _joined(("# Weights, apart from the code: either can change alone.", *lines))
    if together:
        yield f"COPY --from=code {_CODE} /"
    else:
        yield from _joined(copy.instruction(_owner(plan)) for copy in code)


def _owner(plan: Plan) -> str:
    return "" if plan.folder.readable_by_all else f"{plan.user}:{plan.user}"


def _environment(plan: Plan) -> str:
    return _ENVIRONMENT + (_GPU if plan.family is Family.CUDA else "")


def _create_user(plan: Plan) -> str:
    return f"RUN {_adding_user(plan)}"


def _adding_user(plan: Plan) -> str:
    if plan.family is Family.ALPINE:
        return f"adduser -D -u {USER} {_NAME}"
    return f"useradd -l --uid {USER} --create-home {_NAME}"


def _run(commands: Iterable[str]) -> str:
    return "RUN " + " \\\n    && ".join(commands)


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """One block of the lines; none when there are none."""
    if text := "\n".join(lines):
        yield text
