"""A comparison as a file to keep or to send."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from modeldesk.core.compare.as_html import as_html
from modeldesk.core.compare.as_json import as_json
from modeldesk.core.compare.as_markdown import as_markdown
from modeldesk.core.compare.document import make_document
from modeldesk.core.compare.model import Comparison
from modeldesk.core.errors import InvalidInput, ModelDeskError
from modeldesk.core.words import tr

_Writer = Callable[[Comparison, str], str]


def _html(comparison: Comparison, made: str) -> str:
    # The code of the language that the texts are in.
    return as_html(make_document(comparison), made, tr("en"))


def _markdown(comparison: Comparison, made: str) -> str:
    return as_markdown(make_document(comparison), made)


def _json(comparison: Comparison, _made: str) -> str:
    return json.dumps(as_json(comparison), ensure_ascii=False, indent=2) + "\n"


_WRITERS: Mapping[str, _Writer] = {
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
    """Write the report that the name's ending asks for, in the place of what is there. Raises
    `InvalidInput`, `ModelDeskError`."""
    check_report_path(path)
    made = tr("Made by ModelDesk on {when}.", when=f"{when:%Y-%m-%d %H:%M %Z}".strip())
    text = _WRITERS[path.suffix.lower()](comparison, made)
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ModelDeskError(
            tr("The report could not be written to {path}.", path=path),
            error.strerror or str(error),
        ) from error
