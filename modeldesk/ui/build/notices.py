"""What the page says above a plan or a build (no widgets)."""

from modeldesk.core.errors import BuildFailed
from modeldesk.core.library.model import LibrarySnapshot, VersionKey
from modeldesk.core.words import tr
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.presentation import duration, printable, size
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.banner import Notice


def no_engine() -> Notice:
    """A plan that can't be built yet."""
    return Notice(
        tr("No container engine answers."),
        tr("Everything can be prepared; the build can begin as soon as one does."),
        tone=Tone.WARNING,
        closable=False,
    )


def end_of(session: BuildSession, snapshot: LibrarySnapshot) -> Notice:
    """How a build ended."""
    if session.error is not None:
        return Notice(session.error.message, session.error.hint, _ways_out(session), closable=False)
    if session.outcome is None:
        return Notice(
            tr("Cancelled. No image was made."),
            tr("What was filled in is kept: change it, or build it as it is."),
            tone=Tone.NEUTRAL,
            closable=False,
        )
    outcome = session.outcome
    version = snapshot.version(VersionKey(session.request.model, outcome.image))
    parts = [
        ", ".join(map(str, outcome.references)),
        tr("{size} on disk", size=size(version.size_bytes)) if version else "",
        tr("{size} sent", size=size(outcome.context_bytes)),
    ]
    sentence = tr(
        "{model} {version} is built ({time}).",
        model=printable(session.request.model),
        version=session.version,
        time=duration(outcome.seconds),
    )
    return Notice(sentence, " · ".join(filter(None, parts)), tone=Tone.GOOD, closable=False)


def _ways_out(session: BuildSession) -> tuple[str, ...]:
    """Where the base image can't be had and was not the folder's own choice, another can be
    chosen in the settings."""
    if isinstance(session.error, BuildFailed) and session.error.base and session.request.dockerfile:
        return (tr("Change the base image…"),)
    return ()
