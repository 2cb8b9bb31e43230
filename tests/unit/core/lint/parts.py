"""Checking texts without a folder or another program."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.model import Finding
from modeldesk.core.lint.service import Linter
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.model import FileEntry


class NoOther:
    """A machine without another linter; or with one that says what it is given to say."""

    def __init__(self, findings: tuple[Finding, ...] | None = None) -> None:
        self.given = findings

    def findings(self, text: str, token: CancelToken) -> tuple[Finding, ...] | None:
        return self.given


def check(text: str, around: Listing | None = None, ignore: str = "") -> tuple[Finding, ...]:
    """The findings of a Dockerfile by our own rules."""
    return Linter(NoOther()).dockerfile(text, CancelToken(), around, ignore).findings


def check_ignore(
    text: str, around: Listing | None = None, dockerfile: str = ""
) -> tuple[Finding, ...]:
    """The findings of a .dockerignore."""
    return Linter(NoOther()).dockerignore(text, CancelToken(), around, dockerfile).findings


def rules(findings: Iterable[Finding]) -> Counter[str]:
    """How often each rule is broken."""
    return Counter(one.rule for one in findings)


def marked(text: str, finding: Finding) -> str:
    """The characters that a finding marks."""
    return text[finding.span.start : finding.span.end]


def around(files: Mapping[str, int], folder: Path = Path("/m"), generated: str = "") -> Listing:
    """A folder with files of these sizes."""
    entries = tuple(FileEntry(path, size) for path, size in sorted(files.items()))
    return Listing(folder, entries, frozenset(filter(None, [generated])))
