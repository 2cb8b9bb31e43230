"""Comments that ask for silence: ``# hadolint ignore=DL3008`` and ``# modeldesk ignore=rule``
above an instruction, and with ``global`` for the whole file."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from modeldesk.core.dockerfile.model import Dockerfile
from modeldesk.core.lint.model import Finding

_PRAGMA = re.compile(
    r"#\s*(?:hadolint|modeldesk)\s+(?P<all>global\s+)?ignore\s*=\s*(?P<rules>[\w,\s-]+?)\s*",
    re.IGNORECASE,
)

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Silence:
    """What the comments of one file ask for."""

    everywhere: frozenset[str]
    by_line: Mapping[int, frozenset[str]]
    """The rules that are silent at a line of an instruction."""

    def heard(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings that no comment asks to leave out."""
        for one in findings:
            rules = {one.rule.lower(), *(code.lower() for code in one.same_as)}
            here = self.by_line.get(one.span.line, frozenset[str]())
            if self.everywhere.isdisjoint(rules) and here.isdisjoint(rules):
                yield one


def silence_in(dockerfile: Dockerfile) -> Silence:
    """What is asked for in `dockerfile`."""
    everywhere: set[str] = set()
    above: dict[int, frozenset[str]] = {}
    for comment in dockerfile.comments:
        if match := _PRAGMA.fullmatch(comment.text[:_LONGEST]):
            rules = frozenset(part.strip().lower() for part in match["rules"].split(","))
            if match["all"]:
                everywhere |= rules
            else:
                above[comment.line] = rules
    return Silence(frozenset(everywhere), _by_line(dockerfile, above) if above else {})


def _by_line(
    dockerfile: Dockerfile, above: Mapping[int, frozenset[str]]
) -> dict[int, frozenset[str]]:
    """The rules of the comments right above an instruction, for each of its lines."""
    comments = {comment.line for comment in dockerfile.comments}
    by_line: dict[int, frozenset[str]] = {}
    for one in dockerfile.instructions:
        line, rules = one.line - 1, set[str]()
        while line in comments:
            rules |= above.get(line, frozenset())
            line -= 1
        if rules:
            by_line.update(dict.fromkeys(range(one.line, one.last_line + 1), frozenset(rules)))
    return by_line
