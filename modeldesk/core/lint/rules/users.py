"""Who runs the program, and how users are made."""

import re
from collections.abc import Iterator

from modeldesk.core.dockerfile.words import Command
from modeldesk.core.lint.model import Edit, Finding, Fix
from modeldesk.core.lint.rules.missing_words import missing_word
from modeldesk.core.lint.rules.programs import has_letter
from modeldesk.core.lint.scene import Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_HIGH = 10_000
_OFFICIAL = re.compile(
    r"(?:^|/)(?:python|debian|ubuntu|alpine|nvidia/cuda|pytorch/pytorch|tensorflow/tensorflow|"
    r"continuumio/\w+)(?:[:@]|$)"
)
_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


def is_root(user: str) -> bool:
    """Whether USER `user` is root; empty is the base image's, which mostly is."""
    return user.partition(":")[0] in ("", "root", "0")


def root_at_last(scene: Scene) -> Iterator[Finding]:
    """Programs that run as root."""
    last = scene.stages.last
    if last is None or not is_root(scene.at_end(last).user):
        return
    base = scene.stages.root(last).base
    named = next(scene.in_image("USER"), None)
    if named is None and ("nonroot" in base or not scene.dockerfile.instructions):
        return
    sure = named is not None or bool(_OFFICIAL.search(base))
    yield Finding(
        "root-user",
        Severity.WARNING if sure else Severity.INFO,
        scene.of_word(named or last.opening),
        tr("The program runs as root.") if sure
        else tr("The program runs as the user of {base}, perhaps as root.", base=printable(base)),
        tr("Whoever breaks into the program owns the container, and is one fault away from the "
           "machine."),
        tr("Create a user, and end with USER and its name or number."),
        _to_user(scene) if named is None else None,
        ("DL3002",) if named is not None else (),
    )  # fmt: skip


def sparse_logs(scene: Scene) -> Iterator[Finding]:
    """useradd, which writes a log as long as the user's number."""
    for ran in scene.runs:
        for command in ran.commands:
            texts = command.texts
            if command.name != "useradd" or _given(command, "-u", "--uid") < _HIGH:
                continue
            if any(text == "--no-log-init" or has_letter(text, "l")
                   for text in texts[1:]):  # fmt: skip
                continue
            yield missing_word(
                scene,
                command,
                0,
                "-l",
                "useradd-log",
                tr("useradd writes a login record for every number up to the user’s."),
                tr("The file has holes on this disk, and is large in the image’s layer."),
                "DL3046",
            )


def _given(command: Command, short: str, long: str) -> int:
    """The number given to an option; 0 for none."""
    texts = command.texts
    for number, text in enumerate(texts):
        name, sign, value = text.partition("=")
        if text in (short, long):
            value = texts[number + 1] if number + 1 < len(texts) else ""
        elif not (sign and name == long):
            continue
        if value.isascii() and value.isdecimal() and len(value) <= 10:
            return int(value)
    return 0


def _to_user(scene: Scene) -> Fix | None:
    """USER before the program starts, where the Dockerfile makes a user and does not use it."""
    name = _made(scene)
    start = next((one for word in ("CMD", "ENTRYPOINT") for one in scene.in_image(word)), None)
    last = scene.stages.last
    if not name or start is None or last is None or start not in last.instructions:
        return None
    if _lives_with_root(scene):
        return None
    first = next(one for one in last.instructions if one.word in ("CMD", "ENTRYPOINT"))
    rest = last.instructions[last.instructions.index(first) :]
    if any(one.word not in ("CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "LABEL", "STOPSIGNAL")
           for one in rest):  # fmt: skip
        return None
    title = tr("Run as {user}", user=name)
    return Fix(title, (Edit(first.start, first.start, f"USER {name}\n"),))


def _lives_with_root(scene: Scene) -> bool:
    """Whether something is in root’s home, which another user could not read."""
    return any(one.path.startswith("/root") for one in scene.copies) or any(
        "--user" in command.texts for ran in scene.runs for command in ran.commands
    )


def _made(scene: Scene) -> str:
    names = [
        command.texts[-1]
        for ran in scene.runs
        if ran.stage.number in scene.final
        for command in ran.commands
        if command.name == "useradd" or (command.name == "adduser" and "-D" in command.texts)
    ]
    return names[-1] if names and _NAME.fullmatch(names[-1]) else ""
