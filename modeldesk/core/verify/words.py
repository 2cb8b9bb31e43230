"""A verification in words."""

from collections.abc import Iterator

from modeldesk.core.contents.entries import shown
from modeldesk.core.verify.model import Because, Cause, Verdict, Verification
from modeldesk.core.words import tr, trn

_MOST_NAMED = 3


def verdict_text(found: Verification) -> str:
    """What came of it, in a sentence."""
    count = len(found.layers)
    match found.verdict:
        case Verdict.IDENTICAL:
            return trn("Made again, the image is the same: its layer has the same diff ID.",
                       "Made again, the image is the same: all {count} layers have the same diff "
                       "IDs.", count)  # fmt: skip
        case Verdict.EQUIVALENT:
            return tr("Made again, the image does the same: {same} of {count} layers have the same "
                      "diff ID, and the others differ in times and notes alone.",
                      same=found.same_layers, count=count)  # fmt: skip
        case Verdict.DIFFERENT:
            return tr("Made again, the image is another one: {same} of {count} layers have the "
                      "same diff ID.", same=found.same_layers, count=count)  # fmt: skip


def cause_text(cause: Cause, because: Because) -> str:
    """A cause with what it accounts for."""
    count = because.files
    match cause:
        case Cause.TIMES:
            return trn("{count} file written at another time", "{count} files written at another "
                       "time", count)  # fmt: skip
        case Cause.HELD_TIMES:
            return trn("{count} file that holds a time, and is else the same",
                       "{count} files that hold a time, and are else the same", count)  # fmt: skip
        case Cause.ORDER:
            return tr("the same files, kept in another order or form")
        case Cause.PIP:
            return trn("{count} note of pip’s", "{count} notes of pip’s", count)
        case Cause.SYSTEM:
            return trn("{count} log, cache or temporary file",
                       "{count} logs, caches or temporary files", count)  # fmt: skip
        case Cause.OWNER:
            return trn("{count} file with another owner or other permissions",
                       "{count} files with another owner or other permissions", count)  # fmt: skip
        case Cause.CONTENT:
            return trn("{count} file with other content", "{count} files with other content",
                       count)  # fmt: skip
        case Cause.BASE:
            return tr("the base image is another one")
        case Cause.INSTRUCTION:
            return tr("another instruction")


def examples_text(because: Because) -> str:
    """The first paths; empty where there are none."""
    named = ", ".join(f"/{shown(path)}" for path in because.examples[:_MOST_NAMED])
    return f"{named} …" if because.files > _MOST_NAMED else named


def _held(found: Verification) -> Iterator[bytes]:
    for layer in found.layers:
        because = layer.causes.get(Cause.HELD_TIMES)
        yield from because.examples if because else ()


def advice(found: Verification) -> Iterator[str]:
    """What would make the next image the same, where that is known."""
    causes = {cause for layer in found.layers for cause in layer.causes}
    if Cause.BASE in causes:
        yield tr("The base image was changed under its name. Name it by digest "
                 "(FROM name@sha256:…) to have the same one.")  # fmt: skip
    if causes & {Cause.TIMES, Cause.ORDER}:
        yield tr("What a step makes is as old as the build, folders too; nothing that runs depends "
                 "on it.")  # fmt: skip
    if any(path.endswith(b".pyc") for path in _held(found)):
        yield tr("Compiled Python holds the time of its source; a reproducible build, or pip's "
                 "--no-compile in a Dockerfile of yours, leaves it out.")  # fmt: skip
    if Cause.CONTENT in causes:
        yield tr("Content that changes from build to build mostly comes from packages without an "
                 "exact version, or from steps that fetch something.")  # fmt: skip
