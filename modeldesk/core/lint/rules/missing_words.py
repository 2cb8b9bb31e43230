"""A command that lacks a word."""

from modeldesk.core.dockerfile.words import Command
from modeldesk.core.lint.model import Edit, Finding, Fix
from modeldesk.core.lint.scene import Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.words import tr


def missing_word(
    scene: Scene,
    command: Command,
    after: int,
    text: str,
    rule: str,
    what: str,
    why: str,
    same_as: str,
) -> Finding:
    """A warning that `text` is missing behind the word number `after` of `command`, with the fix
    that writes it there. `same_as` is hadolint's rule."""
    word = command.words[after]
    place = command.source.end(word.end)
    added = Edit(place, place, f', "{text}"' if word.quoted else f" {text}")
    return Finding(
        rule,
        Severity.WARNING,
        scene.of_command(command, 0, after),
        what,
        why,
        tr("Add {text}.", text=text),
        Fix(tr("Add {text}", text=text), (added,)),
        (same_as,),
    )
