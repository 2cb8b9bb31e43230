"""What the commands share that move images to, from and between registries."""

from modeldesk.cli.session import Session
from modeldesk.core.errors import InvalidReference
from modeldesk.core.jobs import Job, Part, PartState, Progress
from modeldesk.core.references import Reference
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

_ENDS = {
    PartState.DONE: "done",
    PartState.THERE: "already there",
    PartState.MOUNTED: "shared with another repository",
}


def named_in_registry(text: str) -> Reference:
    """A name that says its registry. Raises `InvalidReference`: what has none would be looked
    for in the public default, which is hardly what somebody means by a model's name."""
    reference = Reference.parse(text)
    head, slash, _ = text.strip().partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        raise InvalidReference(
            tr("“{name}” says no registry.", name=text),
            tr("Write it with its registry, such as registry.lan:5000/team/rec:v1.0.0."),
        )
    return reference


class PartPrinter:
    """One line on standard error for each part that has ended."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ended: set[str] = set()

    @property
    def job(self) -> Job:
        """The command's job, whose parts are told."""
        return Job(self._session.job.token, self._report, self._session.job.log)

    def _report(self, progress: Progress) -> None:
        for part in progress.parts:
            if part.ended and part.name not in self._ended:
                self._ended.add(part.name)
                self._session.job.log(_line(part))
        self._session.job.report(progress)


def counted(moved_bytes: int, there_bytes: int) -> str:
    """What moved and what had not to, in words."""
    there = f", {size_text(there_bytes)} were there" if there_bytes else ""
    return f"{size_text(moved_bytes)} moved{there}"


def _line(part: Part) -> str:
    size = f"  {size_text(part.total)}" if part.total is not None else ""
    return f"{part.name}{size}  {_ENDS[part.state]}"
