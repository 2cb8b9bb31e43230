"""Secrets that are written into the image. Their values are never told."""

from collections.abc import Iterator

from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.dockerfile.model import Instruction
from modeldesk.core.dockerfile.words import Word, split_words
from modeldesk.core.lint.model import Finding
from modeldesk.core.lint.scene import Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable
from modeldesk.core.words import tr


def secrets_in_variables(scene: Scene) -> Iterator[Finding]:
    """ENV and ARG that hold what nobody else should know."""
    for one in scene.dockerfile.instructions:
        if one.word not in ("ENV", "ARG"):
            continue
        for word, name, value in _pairs(one):
            if (one.word == "ENV" and not value) or not _is_secret(name, value):
                continue
            yield Finding(
                "secret-in-env" if one.word == "ENV" else "secret-in-arg",
                Severity.ERROR if value else Severity.WARNING,
                scene.of_part(one, word),
                tr("{name} looks like a secret.", name=printable(name)),
                tr("Everybody who can pull the image can read it: ENV in its configuration, ARG in "
                   "its history."),
                tr("Give it when the container is started, or for one step of the build by "
                   "RUN --mount=type=secret."),
                same_as=("DL3064",),
            )  # fmt: skip


def _is_secret(name: str, value: str) -> bool:
    """A number is a limit (``MAX_TOKENS=512``), and the name of a file is not what is in it."""
    harmless = value.isdecimal() or name.upper().endswith(("_FILE", "_PATH", "_DIR"))
    return not harmless and looks_secret(name, f"{name}={value}")


def _pairs(one: Instruction) -> Iterator[tuple[Word, str, str]]:
    words = split_words(one)
    if one.word == "ENV" and words and "=" not in words[0].text:
        yield words[0], words[0].text, " ".join(word.text for word in words[1:])
        return
    for word in words:
        name, _, value = word.text.partition("=")
        yield word, name, value
