"""A comparison as a file to keep or to send."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from modeldesk.core.compare.as_html import as_html
from modeldesk.core.compare.as_json import Json, as_json
from modeldesk.core.compare.as_markdown import as_markdown
from modeldesk.core.compare.document import Document, make_document
from modeldesk.core.compare.model import Comparison
from modeldesk.core.errors import InvalidInput, ModelDeskError
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported, for people and for programs; each is only made when it is written."""

    document: Callable[[], Document]
    json: Callable[[], Json]


def _html(report: Report, made: str) -> str:
    # The code of the language that the texts are in.
    return as_html(report.document(), made, tr("en"))


def _markdown(report: Report, made: str) -> str:
    return as_markdown(report.document(), made)


def _json(report: Report, _made: str) -> str:
    return json.dumps(report.json(), ensure_ascii=False, indent=2) + "\n"


_WRITERS: Mapping[str, Callable[[Report, str], str]] = {
    ".html": _html,
    ".htm": _html,
    ".md": _markdown,
    ".markdown": _markdown,
    ".json": _json,
}


def check_report_path(path: Path) -> None:
    """Raise `InvalidInput` unless the name's ending says what to write, and its folder is there."""
    if path.suffix.lower() not in _WRITERS:
        raise InvalidInput(
            tr("“{name}” does not say what kind of report it is to be.", name=path.name),
            tr("End its name with .html, .md or .json."),
        )
    if not path.parent.is_dir():
        raise InvalidInput(
            tr("The report could not be written to {path}.", path=path),
            tr("There is no folder {path}.", path=path.parent),
        )


def write_report(comparison: Comparison, path: Path, when: datetime) -> None:
    """Write the report on two images, as `save_report` does."""
    report = Report(lambda: make_document(comparison), lambda: as_json(comparison))
    save_report(report, path, when)


def save_report(report: Report, path: Path, when: datetime) -> None:
    """Write the report that the name's ending asks for, in the place of what is there. Raises
    `InvalidInput`, `ModelDeskError`."""
    check_report_path(path)
    made = tr("Made by ModelDesk on {when}.", when=f"{when:%Y-%m-%d %H:%M %Z}".strip())
    text = _WRITERS[path.suffix.lower()](report, made)
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ModelDeskError(
            tr("The report could not be written to {path}.", path=path),
            error.strerror or str(error),
        ) from error
