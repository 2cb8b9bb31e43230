"""``modeldesk inspect DIR``: what is in a model folder, and what tells it."""

import argparse
from collections.abc import Iterator

from modeldesk import resources
from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.git_look import LookAtGit, look_at_git
from modeldesk.cli.session import Session
from modeldesk.cli.values import folder
from modeldesk.core.build.context import sent_by
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import ModelFolder, Severity
from modeldesk.core.model_folder.sent import Sent
from modeldesk.core.model_folder.sent_words import unwanted_text
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.serving.model import Serving
from modeldesk.core.serving.propose import with_server
from modeldesk.core.text import parameters_text, printable, size_text
from modeldesk.core.words import trn

_MOST_WEIGHTS = 20
_MOST_SHARES = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("folder", metavar="DIR", type=folder, help="the model folder")
    parser.add_argument(
        "--git-tags",
        nargs="?",
        const="",
        metavar="PATTERN",
        help="list the repository's tags too, or those like PATTERN (v1.*)",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Look at the folder. Nothing in it is run, imported or unpickled, and no engine is asked."""
    token = session.job.token
    found = inspect(arguments.folder, token)
    found, serving = with_server(found, resources.path("serving"))
    choice = RecipeChoice(session.parts.settings.base_image)
    git = look_at_git(session, found, serving, arguments.git_tags)
    found = git.folder
    sent = sent_by(found, None if found.dockerfile else propose(found, choice))
    return Answer(
        {**_json(found, serving, sent), "git": git.json()},
        (*_lines(found, sent, git), *git.tag_lines()),
    )


def _lines(found: ModelFolder, sent: Sent, git: LookAtGit) -> Iterator[str]:
    yield from table(("WHAT", "FOUND", "WHY"), [*_facts(found), *git.rows()])
    seen = [(one.what, str(one.path), one.evidence) for one in found.recognised]
    if seen:
        yield ""
        yield from table(("RECOGNISED", "FILE", "WHY"), seen)
    if found.weights:
        yield ""
        yield from table(
            ("WEIGHTS", "SIZE", "PARAMETERS", "PRECISION", "FILE", "WHY"),
            [
                (one.format, size_text(one.size_bytes), _number(one.parameters), one.precision,
                 str(one.path), one.evidence)
                for one in found.weights[:_MOST_WEIGHTS]
            ],
            "lrr",
        )  # fmt: skip
        if (more := len(found.weights) - _MOST_WEIGHTS) > 0:
            yield trn("and {count} more", "and {count} more", more)
    if sent.files:
        yield ""
        yield from _shares(sent)
    for finding in found.findings:
        yield ""
        yield f"{_MARKS[finding.severity]}: {finding.text}"
    for one in sent.unwanted:
        yield ""
        size = f"up to {size_text(one.size_bytes)} would be sent"
        yield f"warning: {unwanted_text(one)} {size}; keep it out by the line {one.rule}"


def _shares(sent: Sent) -> Iterator[str]:
    rows = [
        (f"{printable(one.path)}/" if one.path else "files at the top", str(one.files),
         size_text(one.size_bytes))
        for one in sent.shares[:_MOST_SHARES]
    ]  # fmt: skip
    rows.append(("all", str(sent.files), size_text(sent.size_bytes)))
    # BuildKit asks for no more of it than the Dockerfile copies.
    yield from table(("SENT AT MOST", "FILES", "SIZE"), rows, "lrr")


def _facts(found: ModelFolder) -> Iterator[tuple[str, str, str]]:
    yield "framework", found.framework or "-", ""
    if found.parameters is not None or found.precision:
        yield "parameters", f"{_number(found.parameters)} {found.precision}".strip(), ""
    if found.python:
        yield "python", found.python.version, f"{found.python.path}: {found.python.evidence}"
    if found.gpu:
        needed = "needed" if found.gpu.needed else "not needed"
        yield "gpu", needed, f"{found.gpu.path}: {found.gpu.evidence}"
    if found.app:
        served = f"{found.app.server or 'program'}, port {found.app.port}"
        yield "served by", served, str(found.app.path)
    if found.requirements:
        pinned = "pinned" if found.requirements.pinned else "not all pinned"
        count = len(found.requirements.packages)
        number = f"{count} {'package' if count == 1 else 'packages'}, {pinned}"
        yield "requirements", number, str(found.requirements.path)
    for key, value in found.metadata.items():
        yield key, value, ""


def _json(found: ModelFolder, serving: Serving | None, sent: Sent) -> dict[str, Json]:
    requirements, app, python, gpu = found.requirements, found.app, found.python, found.gpu
    return {
        "folder": printable(str(found.path)),
        "model": found.name,
        "framework": found.framework,
        "parameters": found.parameters,
        "precision": found.precision,
        "recognised": [
            {"what": one.what, "path": printable(str(one.path)), "evidence": one.evidence}
            for one in found.recognised
        ],
        "weights": [
            {
                "path": printable(str(one.path)),
                "format": one.format,
                "size_bytes": one.size_bytes,
                "parameters": one.parameters,
                "precision": one.precision,
                "evidence": one.evidence,
            }
            for one in found.weights
        ],
        "lfs_pointers": [
            {"path": printable(path), "size_bytes": size} for path, size in found.pointers.items()
        ],
        "python": {"version": python.version, "path": str(python.path),
                   "evidence": python.evidence} if python else None,
        "gpu": {"needed": gpu.needed, "path": printable(str(gpu.path)),
                "evidence": gpu.evidence} if gpu else None,
        "requirements": {
            "path": printable(str(requirements.path)),
            "packages": list(requirements.packages),
            "conda": list(requirements.conda),
            "pinned": requirements.pinned,
            "hashed": requirements.hashed,
            "locks": [str(path) for path in requirements.locks],
        } if requirements else None,
        "system_packages": list(found.system_packages),
        "app": {"path": str(app.path), "server": app.server, "port": app.port,
                "command": list(app.command)} if app else None,
        "generated": sorted(serving.texts) if serving else [],
        "metrics": dict(found.metrics),
        "dataset_version": found.dataset_version,
        "metadata": dict(found.metadata),
        "files": found.file_count,
        "total_bytes": found.total_bytes,
        "findings": [
            {"severity": one.severity.value, "text": one.text,
             "path": printable(str(one.path)) if one.path else ""}
            for one in found.findings
        ],
        "sent": _sent_json(sent),
    }  # fmt: skip


def _sent_json(sent: Sent) -> Json:
    return {
        "files": sent.files,
        "size_bytes": sent.size_bytes,
        "folders": [
            {"path": printable(one.path), "files": one.files, "size_bytes": one.size_bytes}
            for one in sent.shares
        ],
        "largest": [
            {"path": printable(one.path), "size_bytes": one.size_bytes} for one in sent.largest
        ],
        "unwanted": [
            {
                "why": one.why.value,
                "path": printable(one.path),
                "files": one.files,
                "size_bytes": one.size_bytes,
                "rule": printable(one.rule),
                "text": unwanted_text(one),
            }
            for one in sent.unwanted
        ],
    }


def _number(parameters: int | None) -> str:
    return "" if parameters is None else parameters_text(parameters)


_MARKS = {Severity.ERROR: "problem", Severity.WARNING: "warning", Severity.INFO: "note"}
