"""What hadolint prints, as findings."""

import json
from itertools import accumulate

from modeldesk.adapters.hadolint.errors import no_answer
from modeldesk.core.lint.model import Finding, Source, Span
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable

_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}
_MOST = 1000
_LONGEST = 400
_WIKI = {
    "DL": "https://github.com/hadolint/hadolint/wiki/{code}",
    "SC": "https://www.shellcheck.net/wiki/{code}",
}


def findings_in(answer: bytes, text: str) -> tuple[Finding, ...]:
    """The findings about `text`. Raises `LintFailed` for what is no answer of hadolint's."""
    try:
        listed = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise no_answer() from error
    if not isinstance(listed, list):
        raise no_answer()
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines[:-1])]
    return tuple(_finding(one, lines, starts) for one in listed[:_MOST])


def _finding(one: object, lines: list[str], starts: list[int]) -> Finding:
    if not isinstance(one, dict):
        raise no_answer()
    code, line, message = one.get("code"), one.get("line"), one.get("message")
    if not isinstance(code, str) or not isinstance(line, int) or not isinstance(message, str):
        raise no_answer()
    line = min(max(line, 1), len(lines))
    written = lines[line - 1]
    before = len(written) - len(written.lstrip())
    start = starts[line - 1] + before
    wiki = _WIKI.get(code[:2], "") if code.isalnum() else ""
    return Finding(
        printable(code[:20]),
        _SEVERITIES.get(str(one.get("level")), Severity.INFO),
        Span(line, line, start, start + len(written.strip()), before + 1),
        printable(message)[:_LONGEST],
        hint=wiki.format(code=code),
        source=Source.HADOLINT,
    )
