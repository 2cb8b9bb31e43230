"""How the program is started, and how its health is asked for."""

import json
import re
from collections.abc import Iterator

from modeldesk.core.dockerfile.model import Instruction
from modeldesk.core.dockerfile.words import json_words
from modeldesk.core.lint.model import Edit, Finding, Fix
from modeldesk.core.lint.scene import Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.words import tr

_SIMPLE = re.compile(r"[A-Za-z0-9_./:=@%+,-]+(?:[ \t]+[A-Za-z0-9_./:=@%+,-]+)*")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_SHELL_WORDS = frozenset({"exec", "cd", "source", ".", "export", "set", "if", "for", "while"})
_PORT = re.compile(r"(\d{1,5})(?:/tcp)?")


def not_json(scene: Scene) -> Iterator[Finding]:
    """CMD and ENTRYPOINT by way of a shell."""
    for stage in scene.stages.all:
        for one in stage.instructions:
            if one.word not in ("CMD", "ENTRYPOINT") or not one.rest:
                continue
            if json_words(one) is not None:
                continue
            yield Finding(
                "command-not-json",
                Severity.WARNING,
                scene.of_word(one),
                tr("{word} is not a list in JSON, so a shell starts the program.", word=one.word),
                tr("The shell does not pass on the signal to stop: the engine waits ten seconds "
                   "and kills the program in the middle of its requests."),
                tr('Write {word} ["python", "serve.py"].', word=one.word),
                _listed(one),
                ("DL3025",),
            )  # fmt: skip


def no_healthcheck(scene: Scene) -> Iterator[Finding]:
    """An image that does not say whether it works."""
    last = scene.stages.last
    if last is None or next(scene.in_image("HEALTHCHECK"), None) is not None:
        return
    yield Finding(
        "no-healthcheck",
        Severity.INFO,
        scene.of_word(last.opening),
        tr("There is no HEALTHCHECK."),
        tr("The engine takes the container for well as soon as it has started, before the model "
           "is loaded and after it has hung."),
        tr("Add a HEALTHCHECK that asks the program for an answer."),
        _connecting(scene),
        ("DL3057",),
    )  # fmt: skip


def _listed(one: Instruction) -> Fix | None:
    """The same words as a list, where a shell would find nothing to do in them."""
    rest = one.rest
    words = rest.split()
    if not _SIMPLE.fullmatch(rest) or _ASSIGNED.match(words[0]) or words[0] in _SHELL_WORDS:
        return None
    start = one.joined.place(one.rest_at)
    return Fix(tr("Write it as a list"), (Edit(start, one.end, json.dumps(words)),))


def _connecting(scene: Scene) -> Fix | None:
    """A check that connects to the port that is exposed, by Python where the image has it."""
    last = scene.stages.last
    if last is None or "python" not in scene.stages.root(last).base:
        return None
    exposed = next((one for one in reversed(last.instructions) if one.word == "EXPOSE"), None)
    match = _PORT.fullmatch(exposed.rest) if exposed is not None else None
    if exposed is None or match is None:
        return None
    program = f"import socket; socket.create_connection(('127.0.0.1', {match[1]}), 2).close()"
    command = json.dumps(["python", "-c", program])
    check = f"\nHEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD {command}"
    title = tr("Add a check of port {port}", port=match[1])
    return Fix(title, (Edit(exposed.end, exposed.end, check),))
