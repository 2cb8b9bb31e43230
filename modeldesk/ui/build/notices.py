"""What the page says above a plan or a build (no widgets)."""

from modeldesk.core.build.model import BuildRecord
from modeldesk.core.errors import BuildFailed
from modeldesk.core.library.model import LibrarySnapshot, VersionKey
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.words import tr, trn
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


def files_missing(folder: ModelFolder) -> Notice:
    """A plan whose image would hold pointers of Git LFS in the place of files."""
    missing = sum(folder.pointers.values())
    return Notice(
        trn("{count} file is a pointer of Git LFS: the image would lack {size}.",
            "{count} files are pointers of Git LFS: the image would lack {size}.",
            len(folder.pointers), size=size(missing)),
        tr("Run “git lfs pull” in the folder, then plan the build again. Built now, the image is "
           "made without them."),
        closable=False,
    )  # fmt: skip


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
    if outcome.git_tag:
        parts.append(tr("git tag {name}", name=printable(outcome.git_tag)))
    sentence = tr(
        "{model} {version} is built ({time}).",
        model=printable(session.request.model),
        version=session.version,
        time=duration(outcome.seconds),
    )
    said = (*outcome.notes, *([outcome.git_problem] if outcome.git_problem else ()))
    told = "\n".join((" · ".join(filter(None, parts)), *map(printable, said)))
    tone = Tone.WARNING if outcome.refused or outcome.git_problem else Tone.GOOD
    return Notice(sentence, told, tone=tone, closable=False)


def end_of_record(record: BuildRecord) -> Notice | None:
    """What is to be said of how a build of the records ended; None for nothing."""
    if record.error:
        return Notice(record.error.partition("\n")[0], closable=False)
    if not record.warnings:
        return None
    return Notice(
        tr("The image was built, but not all of what was asked for was done."),
        "\n".join(map(printable, record.warnings)),
        tone=Tone.WARNING,
        closable=False,
    )


def _ways_out(session: BuildSession) -> tuple[str, ...]:
    """Where the base image can't be had and was not the folder's own choice, another can be
    chosen in the settings."""
    if isinstance(session.error, BuildFailed) and session.error.base and session.request.dockerfile:
        return (tr("Change the base image…"),)
    return ()
