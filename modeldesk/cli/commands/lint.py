"""``modeldesk lint FILE``: what is wrong with a Dockerfile or a .dockerignore."""

import argparse
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from modeldesk.cli.answer import Answer, Json
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.cli.values import folder
from modeldesk.core.build_context.folder_files import own_dockerfile, own_ignore_text, read_own
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.errors import InvalidInput
from modeldesk.core.lint.model import Edit, Finding, Report
from modeldesk.core.lint.service import Linter, is_ignore_file
from modeldesk.core.model_folder.listing import list_folder
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable, size_text
from modeldesk.core.words import tr, trn

_LEVELS = {
    "error": (Severity.ERROR,),
    "warning": (Severity.ERROR, Severity.WARNING),
    "info": tuple(Severity),
    "never": (),
}
_MARKS = {Severity.ERROR: "problem", Severity.WARNING: "warning", Severity.INFO: "note"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "file",
        metavar="FILE",
        type=folder,
        help="a Dockerfile, a .dockerignore, or a folder: its Dockerfile",
    )
    parser.add_argument(
        "--context",
        metavar="DIR",
        type=folder,
        help="the folder that is built: what is copied is looked up in it (without this, for a "
        "folder or a .dockerignore, the one it is in)",
    )
    parser.add_argument(
        "--fail-on",
        choices=list(_LEVELS),
        default="warning",
        help="from which level on the exit code is 10 (default: warning)",
    )
    parser.add_argument(
        "--no-hadolint", action="store_true", help="use the rules of ModelDesk only"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Check the file. Nothing in the folder is run, and no engine is asked."""
    path = _file(arguments.file)
    text = read_own(path.parent, path.name)
    if text is None:
        raise InvalidInput(
            tr("{path} is not there.", path=printable(str(path))),
            tr("Name a Dockerfile, a .dockerignore, or the folder of one."),
        )
    linter = session.parts.own_linter if arguments.no_hadolint else session.parts.linter
    context = _context(arguments, path)
    report = _check(linter, path, text, context, session)
    serious = _LEVELS[arguments.fail_on]
    failed = any(one.severity in serious for one in report.findings)
    return Answer(
        _json(path, text, report),
        tuple(_lines(path, report)),
        ExitCode.FINDINGS if failed else ExitCode.DONE,
    )


def _file(given: Path) -> Path:
    """The file that is meant. Raises `InvalidInput`."""
    if not given.is_dir():
        return given
    name = own_dockerfile(given)
    if not name:
        raise InvalidInput(
            tr("{path} has no Dockerfile.", path=printable(str(given))),
            tr(
                "`modeldesk recipe` prints the one that is proposed; with --write it puts it there."
            ),
        )
    return given / name


def _context(arguments: argparse.Namespace, path: Path) -> Path | None:
    """A Dockerfile may lie anywhere, so its own folder is not taken for the context of it."""
    given: Path | None = arguments.context
    if given is not None:
        return given
    if arguments.file.is_dir() or is_ignore_file(path.name):
        return path.parent
    return None


def _check(linter: Linter, path: Path, text: str, context: Path | None, session: Session) -> Report:
    token = session.job.token
    around = list_folder(context, token) if context is not None else None
    if is_ignore_file(path.name):
        dockerfile = _dockerfile_beside(context or path.parent, path)
        return linter.dockerignore(text, token, around, dockerfile)
    ignore = own_ignore_text(context, path.name) if context is not None else ""
    return linter.dockerfile(text, token, around, ignore)


def _dockerfile_beside(context: Path, path: Path) -> str:
    """The text of the Dockerfile that the .dockerignore goes with; empty for none."""
    own = path.name.removesuffix(DOCKERIGNORE)
    if own and (path.parent / own).is_file():
        return read_own(path.parent, own) or ""
    name = own_dockerfile(context)
    return (read_own(context, name) or "") if name else ""


def _lines(path: Path, report: Report) -> Iterator[str]:
    for one in report.findings:
        mark = _MARKS[one.severity]
        yield f"{path}:{one.span.line}:{one.span.column}: {mark}: {one.what} [{one.rule}]"
        said = " ".join(filter(None, (one.why, one.hint)))
        if said:
            yield f"    {said}"
    yield from report.notes
    if report.cut:
        yield tr("There are more; these are the first.")
    if report.effect is not None:
        kept, sent = report.effect.kept_files, report.effect.sent_files
        yield trn("Keeps {count} file out ({size}).", "Keeps {count} files out ({size}).", kept,
                  size=size_text(report.effect.kept_bytes))  # fmt: skip
        yield trn("Sends {count} file ({size}).", "Sends {count} files ({size}).", sent,
                  size=size_text(report.effect.sent_bytes))  # fmt: skip
    counts = [
        f"{number} {_MARKS[level]}{'s' if number > 1 else ''}"
        for level in reversed(Severity)
        if (number := sum(one.severity is level for one in report.findings))
    ]
    yield ", ".join(counts) or tr("Nothing to say.")


def _json(path: Path, text: str, report: Report) -> Json:
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    effect = report.effect
    return {
        "file": printable(str(path)),
        "kind": "dockerignore" if is_ignore_file(path.name) else "dockerfile",
        "findings": [_finding(one, starts) for one in report.findings],
        "more": report.cut,
        "notes": list(report.notes),
        "context": {
            "kept_out": [
                {"line": one.line, "pattern": printable(one.pattern), "files": one.files,
                 "bytes": one.size_bytes}
                for one in effect.kept_out
            ],
            "sent_files": effect.sent_files,
            "sent_bytes": effect.sent_bytes,
        } if effect else None,
    }  # fmt: skip


def _finding(one: Finding, starts: list[int]) -> Json:
    return {
        "rule": one.rule,
        "source": one.source.value,
        "same_as": list(one.same_as),
        "severity": one.severity.value,
        "line": one.span.line,
        "last_line": one.span.last_line,
        "column": one.span.column,
        "what": one.what,
        "why": one.why,
        "hint": one.hint,
        "fix": {
            "title": one.fix.title,
            "edits": [_edit(edit, starts) for edit in one.fix.edits],
        } if one.fix else None,
    }  # fmt: skip


def _edit(edit: Edit, starts: list[int]) -> Json:
    start, end = _place(edit.start, starts), _place(edit.end, starts)
    return {
        "line": start[0], "column": start[1], "end_line": end[0], "end_column": end[1],
        "text": edit.text,
    }  # fmt: skip


def _place(at: int, starts: list[int]) -> tuple[int, int]:
    line = max(bisect_right(starts, at), 1)
    return line, at - starts[line - 1] + 1
