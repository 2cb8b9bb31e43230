"""What is said when hadolint is of no use."""

from modeldesk.core.errors import LintFailed
from modeldesk.core.words import tr


def no_answer(detail: str = "") -> LintFailed:
    """It failed, or said what can't be read."""
    return LintFailed(
        tr("hadolint gave no usable answer, so only the rules of ModelDesk were used."),
        detail=detail,
    )
