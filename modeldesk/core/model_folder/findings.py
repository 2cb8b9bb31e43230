"""What a person should know of a folder before it is built, as sentences."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from modeldesk.core.model_folder.ignored import DATA
from modeldesk.core.model_folder.model import Finding, ModelFolder, Severity
from modeldesk.core.model_folder.requirements import is_exact
from modeldesk.core.model_folder.walk import Noted, Tree
from modeldesk.core.text import printable
from modeldesk.core.words import tr, trn

_LARGE_DATA = 100_000_000
_NAMED = 3
_MODEL_SERVERS = {"http.server"}
_HEAVY_TORCH = {"torch", "torchvision", "torchaudio"}


def about_tree(tree: Tree, folder: ModelFolder) -> Iterator[Finding]:
    """What is odd about the files themselves."""
    for noted, severity, text in (
        (tree.unreadable, Severity.ERROR,
         tr("can’t be read, so the image can’t be built from this folder. Change its permissions "
            "or move it away.")),
        (tree.links_outside, Severity.WARNING,
         tr("is a link to a place outside the folder; in the image it would lead nowhere. Put a "
            "copy in its place.")),
        (tree.special, Severity.WARNING,
         tr("is a pipe, socket or device, not a file. It is not opened and has no use in an "
            "image.")),
    ):  # fmt: skip
        yield from _noted(noted, severity, text)
    if not folder.dockerignore and not folder.dockerfile:
        text = tr("looks like a secret. The proposed .dockerignore keeps it out of the image.")
        yield from _noted(tree.secrets, Severity.INFO, text)


def about_odd_dockerfile(name: str) -> Finding:
    """Something called `name` that can't be followed."""
    text = tr("{name} is no file that can be read, so a Dockerfile is proposed. Put a file in its "
              "place, or remove it.", name=name)  # fmt: skip
    return Finding(Severity.ERROR, text, PurePosixPath(name))


def no_program() -> Finding:
    """Nothing in the folder serves its model."""
    text = tr("There is no program that serves the model, so nothing could run in a container. "
              "Add one, such as serve.py, that answers HTTP requests.")  # fmt: skip
    return Finding(Severity.ERROR, text)


def about_folder(folder: ModelFolder) -> Iterator[Finding]:
    """What is missing, not pinned, or larger than it need be."""
    yield from _about_contents(folder)
    yield from _about_app(folder)
    yield from _about_requirements(folder)
    yield from _about_size(folder)


def _noted(noted: Noted, severity: Severity, text: str) -> Iterator[Finding]:
    for path in noted.first:
        yield Finding(severity, f"{printable(path)} {text}", PurePosixPath(path))
    more = noted.count - len(noted.first)
    if more > 0:
        yield Finding(severity, trn("{count} more file like it.", "{count} more files like it.",
                                    more))  # fmt: skip


def _about_contents(folder: ModelFolder) -> Iterator[Finding]:
    if folder.file_count == 0:
        yield Finding(Severity.ERROR, tr("The folder is empty. Choose the one with the model."))
    elif folder.dockerfile is None and folder.app is None and not _has_weights(folder):
        yield Finding(
            Severity.ERROR,
            tr("Neither weights nor a program that serves them were found here. Is it the right "
               "folder?"),
        )  # fmt: skip
    elif folder.app is not None and not _has_weights(folder):
        yield Finding(Severity.INFO, tr("No weights were recognised in the folder."))


def _has_weights(folder: ModelFolder) -> bool:
    return bool(folder.weights or folder.pointers)


def _about_app(folder: ModelFolder) -> Iterator[Finding]:
    if folder.dockerfile is not None:
        return
    if folder.app is None and folder.file_count:
        yield no_program()
    elif folder.app is not None and not folder.app.server:
        yield Finding(
            Severity.WARNING,
            tr("{path} was not recognised as a server. If another command starts it, change CMD "
               "in the Dockerfile.", path=folder.app.path),
            folder.app.path,
        )  # fmt: skip
    elif folder.app is not None and _lacks_server(folder):
        by_module = folder.app.command[:2] == ("python", "-m")
        server = folder.app.command[2].partition(".")[0] if by_module else folder.app.server
        yield Finding(
            Severity.ERROR,
            tr("{path} needs {server}, which the requirements do not name. Add it to "
               "requirements.txt.", path=folder.app.path, server=server),
            folder.app.path,
        )  # fmt: skip


def _lacks_server(folder: ModelFolder) -> bool:
    """Whether the program's server is neither in the standard library nor required."""
    app, requirements = folder.app, folder.requirements
    if app is None or app.server in _MODEL_SERVERS:
        return False
    if requirements is not None and requirements.needs_folder:
        return False
    names = requirements.names if requirements else frozenset()
    if app.command[:2] == ("python", "-m"):
        # "fastapi[standard]" brings uvicorn along.
        whole = " ".join(requirements.packages) if requirements else ""
        if app.command[2] == "uvicorn" and "fastapi[" in whole.lower():
            return False
        return app.command[2].partition(".")[0] not in names
    return app.server.lower() not in names


def _about_requirements(folder: ModelFolder) -> Iterator[Finding]:
    requirements = folder.requirements
    if requirements is None:
        return
    loose = [package for package in requirements.packages if not is_exact(package)]
    if loose:
        named = [printable(package)[:60] for package in loose[:_NAMED]]
        shown = ", ".join(named) + (" …" if len(loose) > _NAMED else "")
        yield Finding(
            Severity.WARNING,
            trn(
                "{count} package has no exact version ({names}), so the same folder can give "
                "another image tomorrow. Write it as name==version, or lock it.",
                "{count} packages have no exact version ({names}), so the same folder can give "
                "another image tomorrow. Write them as name==version, or lock them.",
                len(loose),
                names=shown,
            ),
            requirements.path,
        )
    if requirements.conda:
        yield Finding(
            Severity.WARNING,
            tr("{path} is for conda. Only the packages under “pip:” are installed; list the "
               "others in a requirements.txt.", path=requirements.path),
            requirements.path,
        )  # fmt: skip
    if loose and requirements.locks:
        yield Finding(
            Severity.INFO,
            tr("{lock} holds exact versions, but pip does not read it. Export it to a "
               "requirements.txt to install them.", lock=requirements.locks[0]),
            requirements.locks[0],
        )  # fmt: skip
    if requirements.names & _HEAVY_TORCH and not any(
        "+cpu" in package for package in requirements.packages
    ):
        yield Finding(
            Severity.INFO,
            tr("torch comes with several gigabytes of GPU libraries. Without a GPU, add the line "
               "“--extra-index-url https://download.pytorch.org/whl/cpu” and “+cpu” to its "
               "version."),
            requirements.path,
        )  # fmt: skip


def _about_size(folder: ModelFolder) -> Iterator[Finding]:
    if folder.dockerfile or folder.dockerignore:
        return
    for kept in folder.kept_out:
        if kept.pattern in DATA and kept.size_bytes >= _LARGE_DATA:
            yield Finding(
                Severity.INFO,
                tr("{name} looks like training data and is kept out of the image by the proposed "
                   ".dockerignore.", name=kept.pattern),
                PurePosixPath(kept.pattern),
            )  # fmt: skip
