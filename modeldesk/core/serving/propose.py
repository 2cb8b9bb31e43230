"""A server for a folder that has weights and no program: its files, and the folder with them."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from modeldesk.core.errors import InvalidInput
from modeldesk.core.model_folder.findings import no_program
from modeldesk.core.model_folder.model import (
    AppEntry,
    FileEntry,
    Finding,
    ModelFolder,
    Requirements,
    Severity,
)
from modeldesk.core.serving import requirements as required
from modeldesk.core.serving.choose import choose
from modeldesk.core.serving.model import Choice, Serving
from modeldesk.core.text import printable
from modeldesk.core.words import tr

PORT = 8000
_FOLDER = "modeldesk_server"
_SETTINGS = "model.json"
_METADATA = ("title", "description", "license", "task")


def with_server(folder: ModelFolder, templates: Path) -> tuple[ModelFolder, Serving | None]:
    """The folder as it would be built with a generated server, and that server; the folder and
    None where no server is wanted or none fits. When only something stands in its way, the
    folder's findings say what. `templates` is the folder of what ships."""
    if folder.app is not None or folder.dockerfile is not None:
        return folder, None
    try:
        choice = choose(folder)
        if choice is None:
            return folder, None
        serving = _serving(folder, choice, templates)
    except InvalidInput as error:
        reason = Finding(Severity.INFO, str(error))
        return replace(folder, findings=(*folder.findings, reason)), None
    return _served(folder, choice, serving), serving


def is_description(path: str) -> bool:
    """Whether it is what a generated server says of its model at /metadata, also where it was
    written into the folder."""
    folder, _, name = path.rpartition("/")
    return name == _SETTINGS and folder.startswith(_FOLDER)


def _serving(folder: ModelFolder, choice: Choice, templates: Path) -> Serving:
    name = _free_name(folder)
    program = PurePosixPath(name, "serve.py")
    template = templates / "loaders" / f"{choice.loader.value}.py"
    texts = {
        str(program): template.read_text(encoding="utf-8"),
        f"{name}/server.py": (templates / "server.py").read_text(encoding="utf-8"),
        f"{name}/{_SETTINGS}": _settings(folder, choice),
    }
    own = folder.requirements
    if own is not None:
        required.check_own(own, choice)
        requirements = own
    else:
        requirements = _generate(folder, choice, templates, name, texts)
    app = AppEntry(
        program, PORT, ("python", str(program)), server="http.server", health_path="/health"
    )
    return Serving(choice.loader, app, requirements, texts)


def _generate(
    folder: ModelFolder, choice: Choice, templates: Path, name: str, texts: dict[str, str]
) -> Requirements:
    """Requirements of the server's own, added to `texts`."""
    known = templates / "requirements" / f"{choice.loader.value}.txt"
    gpu = folder.gpu is not None and folder.gpu.needed
    text = required.generated(choice, known.read_text(encoding="utf-8"), gpu=gpu)
    path = PurePosixPath(name, "requirements.txt")
    texts[str(path)] = text
    return required.packages_of(text, path)


def _free_name(folder: ModelFolder) -> str:
    """A folder that is not there yet."""
    names = (_FOLDER, *(f"{_FOLDER}_{number}" for number in range(2, 100)))
    return next(name for name in names if not os.path.lexists(folder.path / name))


def _settings(folder: ModelFolder, choice: Choice) -> str:
    """What the server reads, and says at /metadata."""
    said = {key: folder.metadata[key] for key in _METADATA if folder.metadata.get(key)}
    facts: dict[str, object] = {
        "framework": choice.loader.framework,
        "weights": str(choice.weights),
        **said,
    }
    if choice.task:
        facts["task"] = choice.task
    if folder.parameters is not None:
        facts["parameters"] = folder.parameters
    if folder.metrics:
        facts["metrics"] = dict(folder.metrics)
    if folder.dataset_version:
        facts["dataset_version"] = folder.dataset_version
    return json.dumps(facts, indent=2) + "\n"


def _served(folder: ModelFolder, choice: Choice, serving: Serving) -> ModelFolder:
    lacking = no_program()
    said = [finding for finding in folder.findings if finding != lacking]
    said += _findings(folder, choice, serving)
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    files = [FileEntry(path, len(text.encode())) for path, text in serving.texts.items()]
    return replace(
        folder,
        app=serving.app,
        requirements=serving.requirements,
        system_packages=tuple(
            dict.fromkeys((*folder.system_packages, *choice.loader.system_packages))
        ),
        files=tuple(sorted((*folder.files, *files))),
        findings=tuple(sorted(said, key=lambda finding: order.index(finding.severity))),
    )


def _findings(folder: ModelFolder, choice: Choice, serving: Serving) -> Iterator[Finding]:
    whole = choice.weights == PurePosixPath()
    weights = tr("the folder") if whole else printable(str(choice.weights))
    text = tr("There is no program that serves the model, so a small server is proposed: it loads "
              "{path} with {framework} and answers /predict, /health and /metadata on port {port}. "
              "Read it beside the Dockerfile; it is sent with the folder, not written into it.",
              path=weights, framework=choice.loader.framework, port=PORT)  # fmt: skip
    yield Finding(Severity.INFO, text, serving.app.path)
    for package in choice.loader.system_packages:
        text = tr("{framework} needs {package} of the operating system, which slim images lack.",
                  framework=choice.loader.framework, package=package)  # fmt: skip
        yield Finding(Severity.INFO, text)
    if folder.requirements is None:
        yield from required.findings(choice, serving.requirements)
