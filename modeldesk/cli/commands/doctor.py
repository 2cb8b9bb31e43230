"""``modeldesk doctor``: engine, versions, paths, and problems with their fixes."""

import argparse
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from modeldesk import __version__
from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.core.engine.attempts import no_engine_error, outcome_text
from modeldesk.core.engine.model import EngineAttempt, EngineInfo
from modeldesk.core.errors import RecordsError
from modeldesk.core.words import tr

_LIBRARIES = ("PySide6_Essentials", "docker", "GitPython", "pyqtgraph", "numpy")
_LITTLE_ROOM = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that will get in the way, and what to do about it."""

    problem: str
    fix: str


def add_arguments(_: argparse.ArgumentParser) -> None:
    """It takes none of its own."""


def execute(_: argparse.Namespace, session: Session) -> Answer:
    """Look at everything the program needs; the exit code is not 0 when something is wrong."""
    parts = session.parts
    engine, attempts = parts.finder.find(parts.settings.engine_address)
    info = engine.info if engine else None
    if engine:
        engine.close()
    versions = {"modeldesk": __version__, "python": platform.python_version()} | {
        name: _installed(name) for name in _LIBRARIES
    }
    problems = list(_problems(session, info, attempts))
    paths = {name: str(path) for name, path in asdict(parts.paths).items()}
    json: Json = {
        "ok": not problems,
        "versions": dict(versions),
        "engine": asdict(info) if info else None,
        "attempts": [
            {
                "source": a.source,
                "address": a.address,
                "outcome": a.outcome.value,
                "hint": a.hint,
                "detail": a.detail,
            }
            for a in attempts
        ],
        "paths": dict(paths),
        "problems": [{"problem": p.problem, "fix": p.fix} for p in problems],
    }
    lines = (
        *(_engine_lines(info, attempts)),
        "",
        *table(("PART", "VERSION"), list(versions.items())),
        "",
        *table(("FILE", "PATH"), list(paths.items())),
        "",
        *(f"{p.problem}\n  {p.fix}" for p in problems),
        *(() if problems else (tr("No problems found."),)),
    )
    flat = tuple(part for line in lines for part in (line.split("\n") if line else [""]))
    return Answer(json, flat, _exit_code(info, problems))


def _exit_code(info: EngineInfo | None, problems: list[Problem]) -> ExitCode:
    if info is None:
        return ExitCode.NO_ENGINE
    return ExitCode.FAILED if problems else ExitCode.DONE


def _engine_lines(info: EngineInfo | None, attempts: tuple[EngineAttempt, ...]) -> list[str]:
    if info is not None:
        builder = "BuildKit" if info.builds_with_buildkit else "classic builder"
        return [
            f"{info.product} {info.version} (API {info.api_version})",
            f"{info.operating_system} {info.architecture}, {info.storage_driver}, {builder}",
            f"{info.address} ({info.source})",
        ]
    rows = [(a.source, a.address, outcome_text(a.outcome)) for a in attempts]
    return table(("TRIED", "ADDRESS", "ANSWER"), rows)


def _problems(
    session: Session, info: EngineInfo | None, attempts: tuple[EngineAttempt, ...]
) -> Iterator[Problem]:
    parts = session.parts
    if info is None:
        error = no_engine_error(attempts)
        yield Problem(error.message, error.hint)
    if parts.settings_problem:
        yield Problem(parts.settings_problem, tr("Choose your settings again in the window."))
    try:
        if parts.opened.problem:
            yield Problem(parts.opened.problem, tr("The history begins anew."))
    except RecordsError as error:
        yield Problem(error.message, error.hint)
    if shutil.which("git") is None:
        yield Problem(
            tr("git is not installed."),
            tr("Install git, so that versions carry their commit."),
        )
    folder = parts.paths.database.parent
    room = _room(folder)
    if room is not None and room < _LITTLE_ROOM:
        yield Problem(
            tr("Less than 2 GB are free where the database is ({path}).", path=folder),
            tr("Make room there."),
        )


def _room(folder: Path) -> int | None:
    """Free bytes where `folder` is or would be; None where that can't be seen."""
    for place in (folder, *folder.absolute().parents):
        try:
            return shutil.disk_usage(place).free
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return None
    return None


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "-"
