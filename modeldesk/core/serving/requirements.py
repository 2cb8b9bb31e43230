"""What a generated server installs: the folder's own list where there is one, else versions that
the model tells, else the newest that its template was tried with."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from modeldesk.core.errors import InvalidInput
from modeldesk.core.model_folder.model import Finding, Requirements, Severity
from modeldesk.core.serving.model import Choice, Loader
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_NUMPY_1 = "numpy==1.26.4"
_SKLEARN_FOR_NUMPY_2 = (1, 5)
_XGBOOST_CPU_SINCE = (3, 0)


def check_own(requirements: Requirements, choice: Choice) -> None:
    """Raises `InvalidInput` when the folder's own list lacks what the server imports."""
    lacking = [
        group[0] for group in choice.loader.packages if not requirements.names.intersection(group)
    ]
    if lacking and not requirements.needs_folder:
        raise InvalidInput(
            tr("No server is proposed: {path} does not name {packages}, which {weights} needs. "
               "Add it with the version that saved the model.",
               path=printable(str(requirements.path)), packages=", ".join(lacking),
               weights=printable(str(choice.weights)))
        )  # fmt: skip


def generated(choice: Choice, template: str, *, gpu: bool) -> str:
    """The text of a requirements.txt. `template` has what is known to work, the framework first."""
    lines = template.splitlines()
    if gpu:
        lines = [_with_gpu(line) for line in lines if not line.startswith("--extra-index-url")]
    if choice.version:
        lines = _as_told(choice, lines, gpu=gpu)
    return "\n".join(lines) + "\n"


def packages_of(text: str, path: PurePosixPath) -> Requirements:
    """The generated `text` as what is installed."""
    lines = tuple(line for line in text.splitlines() if line and not line.startswith(("#", "-")))
    return Requirements(path, lines, pinned=True)


def findings(choice: Choice, requirements: Requirements) -> Iterator[Finding]:
    """What a person should know of generated requirements."""
    named = {package for group in choice.loader.packages for package in group}
    main = next(package for package in requirements.packages if package.partition("==")[0] in named)
    if choice.told_by is not None:
        text = tr("{package} is installed for the server: {path} says that this version saved the "
                  "model.", package=main, path=printable(str(choice.told_by)))  # fmt: skip
        yield Finding(Severity.INFO, text, choice.told_by)
    elif choice.loader is Loader.SKLEARN:
        text = tr("Nothing tells which version of scikit-learn saved {path}, and only that version "
                  "is sure to load it. {package} is installed; if it was another, add a "
                  "requirements.txt that names it.",
                  path=printable(str(choice.weights)), package=main)  # fmt: skip
        yield Finding(Severity.WARNING, text, choice.weights)
    else:
        text = tr("Nothing tells the version of {framework}, so {package} is installed for the "
                  "server. If it should be another, add a requirements.txt that names it.",
                  framework=choice.loader.framework, package=main)  # fmt: skip
        yield Finding(Severity.INFO, text)


def _as_told(choice: Choice, lines: list[str], *, gpu: bool) -> list[str]:
    """`lines` with the framework's version as the model tells it. What it stands on is pinned
    only where it is known to go with that version."""
    version = choice.version
    match choice.loader:
        case Loader.SKLEARN:
            told = f"scikit-learn=={version}"
            old = _numbers(version) < _SKLEARN_FOR_NUMPY_2
            return lines if told in lines else [told, *([_NUMPY_1] if old else [])]
        case Loader.XGBOOST:
            # Without a GPU, hundreds of megabytes less; older versions have no such build.
            slim = not gpu and _numbers(version) >= _XGBOOST_CPU_SINCE
            return [f"xgboost-cpu=={version}" if slim else f"xgboost=={version}", *lines[1:]]
        case Loader.TRANSFORMERS:
            torch = [line for line in lines if line.startswith(("--", "torch=="))]
            return [f"transformers=={version}", *torch]
        case Loader.TORCHSCRIPT:
            options = [line for line in lines if line.startswith("--")]
            return [*options, f"torch=={version}" + ("" if gpu else "+cpu")]
        case _:
            name = lines[0].partition("==")[0]
            return [f"{name}=={version}", *lines[1:]]


def _with_gpu(line: str) -> str:
    return line.replace("xgboost-cpu==", "xgboost==").replace("+cpu", "")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
