"""The findings of two programs as those of one."""

from collections.abc import Iterable

from modeldesk.core.dockerfile.model import Dockerfile
from modeldesk.core.lint.model import Finding


def merged(
    own: Iterable[Finding], others: Iterable[Finding], dockerfile: Dockerfile
) -> tuple[Finding, ...]:
    """All of them but what is told already: by our rules about the same instruction, or about
    the whole file."""
    ours = tuple(own)
    instruction = {
        line: one.line
        for one in dockerfile.instructions
        for line in range(one.line, one.last_line + 1)
    }
    told = {
        (code, instruction.get(one.span.line, one.span.line))
        for one in ours
        for code in one.same_as
    }
    whole = {code for one in ours for code in one.same_as if code in _OF_THE_FILE}
    added = [
        one
        for one in others
        if one.rule not in whole
        and (one.rule, instruction.get(one.span.line, one.span.line)) not in told
    ]
    return (*ours, *added)


_OF_THE_FILE = frozenset({"DL1000", "DL3002", "DL3057", "DL3061"})
"""Rules of which a file breaks each once, wherever a program may put it."""
