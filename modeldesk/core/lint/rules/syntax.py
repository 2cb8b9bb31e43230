"""What no builder takes."""

from collections.abc import Iterator
from difflib import get_close_matches

from modeldesk.core.dockerfile.model import Instruction
from modeldesk.core.lint.model import Edit, Finding, Fix, Span
from modeldesk.core.lint.scene import Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable
from modeldesk.core.words import tr

INSTRUCTIONS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
    "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
_LONGEST = 40


def faults(scene: Scene) -> Iterator[Finding]:
    """Unknown instructions, instructions without anything, and texts without an end."""
    begun = False
    for one in scene.dockerfile.instructions:
        if one.word not in INSTRUCTIONS:
            yield _unknown(scene, one)
            continue
        begun = begun or one.word == "FROM"
        if not one.rest:
            yield _fault(
                scene.of_word(one),
                tr("{word} says nothing.", word=one.word),
                tr("Write what it is to do, or remove the line."),
            )
        elif not begun and one.word != "ARG":
            yield _fault(
                scene.of_word(one),
                tr("{word} stands before the first FROM.", word=one.word),
                tr("Begin with FROM and the base image; only ARG may stand before it."),
            )
        yield from _without_end(scene, one)
    if not begun and scene.whole:
        yield _fault(
            Span(1, 1, 0, 0),
            tr("There is no FROM."),
            tr("Begin with FROM and the base image."),
        )


def _unknown(scene: Scene, one: Instruction) -> Finding:
    span = scene.of_word(one)
    what = tr("{word} is no instruction.", word=printable(one.word[:_LONGEST]))
    meant = get_close_matches(one.word[:_LONGEST], INSTRUCTIONS, 1, 0.6)
    if not meant:
        mark = scene.dockerfile.escape
        return _fault(
            span, what, tr("A line goes on in the next where it ends with {mark}.", mark=mark)
        )
    fix = Fix(tr("Write {word}", word=meant[0]), (Edit(span.start, span.end, meant[0]),))
    return _fault(span, what, tr("Did you mean {word}?", word=meant[0]), fix if one.rest else None)


def _without_end(scene: Scene, one: Instruction) -> Iterator[Finding]:
    for heredoc in one.heredocs:
        if not heredoc.closed:
            yield _fault(
                scene.of_word(one),
                tr("The text <<{name} has no end.", name=printable(heredoc.name)),
                tr("Write {name} alone on the line behind it.", name=printable(heredoc.name)),
            )


def _fault(span: Span, what: str, hint: str, fix: Fix | None = None) -> Finding:
    why = tr("No builder takes the file as it is.")
    return Finding("syntax", Severity.ERROR, span, what, why, hint, fix, ("DL1000", "DL3061"))
