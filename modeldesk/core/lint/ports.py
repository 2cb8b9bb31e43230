"""What lint asks of the outside world."""

from typing import Protocol

from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.model import Finding


class OtherLinter(Protocol):
    """Another program that checks Dockerfiles, where the machine has it."""

    def findings(self, text: str, token: CancelToken) -> tuple[Finding, ...] | None:
        """What it says of a Dockerfile; None where there is no such program. Raises `LintFailed`
        when it gives no usable answer in time, `Cancelled`."""
        ...
