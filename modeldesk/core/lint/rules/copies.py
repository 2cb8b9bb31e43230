"""What is copied: whereto, in which order, and what is done to it afterwards."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from posixpath import join, normpath

from modeldesk.core.dockerfile.words import Command
from modeldesk.core.lint.model import Edit, Finding, Fix
from modeldesk.core.lint.rules.programs import has_letter, pip_installs
from modeldesk.core.lint.scene import Copied, Ran, Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.model_folder.walk import read_text
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_EVERYTHING = frozenset({".", "./", "*", "./*", "/"})
_ABSOLUTE = re.compile(r"[/$]|[A-Za-z]:|\\")
_ARCHIVE = re.compile(r"\.(?:tar(?:\.\w+)?|t[gbx]z\d?|gz|xz|bz2|zst)$|://|^git@|\$")
_OTHER_INSTALLS = {
    "poetry": "install", "uv": "sync", "pipenv": "install", "conda": "env", "mamba": "env",
    "npm": "ci",
}  # fmt: skip
_MOST_CHANGES = 200
_MOST_PATHS = 50
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")
_LOCAL_LINES = re.compile(
    r"^[^\S\n]*+(?:-[rce]\b|--(?:requirement|constraint|editable)|[./]|file:)", re.MULTILINE
)


def without_workdir(scene: Scene) -> Iterator[Finding]:
    """A relative target, when nothing says relative to what."""
    for copied in scene.copies:
        target = copied.target.text
        if copied.folder is None and target and not _ABSOLUTE.match(target):
            if copied.instruction.word != "COPY":
                continue
            yield Finding(
                "copy-no-workdir",
                Severity.WARNING,
                scene.of_part(copied.instruction, copied.target),
                tr("{target} is relative, and no WORKDIR is set.", target=printable(target)),
                tr("Where the files go depends on the base image, mostly to the top of the file "
                   "system among its own folders."),
                tr("Write WORKDIR /app before it, or a target that begins with a slash."),
                same_as=("DL3045",),
            )  # fmt: skip


def code_before_dependencies(scene: Scene) -> Iterator[Finding]:
    """Code in a layer below the packages: a change of one line installs them all again."""
    early: dict[int, Copied] = {}
    by_instruction = {id(one.instruction): one for one in scene.copies}
    runs = {id(one.instruction): one for one in scene.runs}
    for stage in scene.stages.all:
        for one in stage.instructions:
            copied = by_instruction.get(id(one))
            if copied is not None and not copied.origin and _is_code(copied):
                early.setdefault(stage.number, copied)
            ran = runs.get(id(one))
            if ran is None or stage.number not in early or not _installs(ran):
                continue
            first = early.pop(stage.number)
            yield Finding(
                "code-before-dependencies",
                Severity.WARNING,
                scene.of_part(first.instruction, first.sources[0]),
                tr("The code is copied before line {line} installs the packages.", line=one.line),
                tr("Every change of the code, or of the weights, installs all packages again, and "
                   "their layer is pushed again."),
                tr("Copy the list of packages alone, install, and then copy the rest."),
                _list_first(scene, first, ran),
            )  # fmt: skip
            break


def owner_changed(scene: Scene) -> Iterator[Finding]:
    """chown -R and chmod -R over what a layer below holds already."""
    looked_at = 0
    for ran in scene.runs:
        state = scene.state(ran.stage, ran.instruction)
        for command in ran.commands:
            if command.name not in ("chown", "chmod") or not _recursive(command):
                continue
            looked_at += 1
            if looked_at > _MOST_CHANGES:
                return
            given = [text for text in command.texts[1:] if not text.startswith("-")]
            paths = [normpath(join(state.folder or "/", text)) for text in given[1:_MOST_PATHS]]
            copied = next(
                (one for one in scene.copies_of(ran.stage) if _covers(one, ran, paths)), None
            )
            if copied is None:
                continue
            flag = f"--{command.name}"
            yield Finding(
                "owner-changed",
                Severity.WARNING,
                scene.of_command(command, 0, len(command.words) - 1),
                tr("{program} -R writes what line {line} copied a second time.",
                   program=command.name, line=copied.instruction.line),
                tr("A layer holds whole files: all of them are in the image twice, the weights "
                   "too."),
                tr("Write COPY {flag}=… and leave this out.", flag=flag),
            )  # fmt: skip


def add_for_copy(scene: Scene) -> Iterator[Finding]:
    """ADD where nothing is fetched or unpacked."""
    for copied in scene.copies:
        one = copied.instruction
        if one.word != "ADD" or any(_ARCHIVE.search(word.text) for word in copied.sources):
            continue
        span = scene.of_word(one)
        title = tr("Write COPY")
        fix = None
        if all(_PLAIN.fullmatch(word.text) for word in copied.sources):
            fix = Fix(title, (Edit(span.start, span.end, "COPY"),))
        yield Finding(
            "add-for-copy",
            Severity.INFO,
            span,
            tr("ADD does no more here than COPY."),
            tr("ADD also fetches addresses and unpacks archives, which surprises whoever renames "
               "a file."),
            tr("Write COPY for files of the folder."),
            fix,
            ("DL3020",),
        )  # fmt: skip


def _is_code(copied: Copied) -> bool:
    return any(
        word.text in _EVERYTHING or (word.text.endswith(".py") and word.text != "setup.py")
        for word in copied.sources
    )


def _installs(ran: Ran) -> bool:
    """Whether packages are installed that do not come of the folder itself."""
    for one in pip_installs(ran):
        local = any(word.text.startswith((".", "/")) for word in one.packages)
        editable = {"-e", "--editable"} & one.values.keys()
        if not local and not editable and one.command.words[one.at].text == "install":
            return True
    return any(_OTHER_INSTALLS.get(command.name) in command.texts[1:2] for command in ran.commands)


def _list_first(scene: Scene, copied: Copied, ran: Ran) -> Fix | None:
    """The list before the install, and the rest behind it: where one COPY brings everything to
    the working directory, the install follows at once, and the list names nothing of the folder."""
    inside = copied.stage.instructions
    at = inside.index(copied.instruction)
    alone = at + 1 < len(inside) and inside[at + 1] is ran.instruction
    everything = len(copied.sources) == 1 and copied.sources[0].text in (".", "./")
    if not alone or not everything or copied.path != (copied.folder or "/"):
        return None
    found = list(pip_installs(ran))
    lists = [name for one in found for key in ("-r", "--requirement")
             for name in one.values.get(key, ())]  # fmt: skip
    if (
        len(ran.commands) != 1
        or len(lists) != 1
        or ran.instruction.heredocs
        or not _is_own_list(scene, lists[0])
    ):
        return None
    name = lists[0]
    one, other = copied.instruction, ran.instruction
    text = scene.dockerfile.text
    folder = PurePosixPath(name).parent
    target = "./" if str(folder) == "." else f"./{folder}/"
    edits = (
        Edit(one.start, one.end, f"COPY {name} {target}\n{text[other.start : other.end]}"),
        Edit(other.start, other.end, text[one.start : one.end]),
    )
    return Fix(tr("Copy {path} first", path=name), edits)


def _is_own_list(scene: Scene, name: str) -> bool:
    around = scene.around
    if around is None or not _PLAIN.fullmatch(name) or name.startswith(("/", "-")) or ".." in name:
        return False
    text = read_text(around.folder, name) if around.folder is not None else ""
    return bool(text) and not _LOCAL_LINES.search(text)


def _recursive(command: Command) -> bool:
    return any(text == "--recursive" or has_letter(text, "R") for text in command.texts[1:])


def _covers(copied: Copied, ran: Ran, paths: list[str]) -> bool:
    """Whether the RUN comes behind the COPY of its stage, and has to do with its files."""
    if copied.instruction.line > ran.instruction.line:
        return False
    path = copied.path
    return any(f"{path}/".startswith(f"{one.rstrip('/')}/") or one.startswith(f"{path}/")
               for one in paths)  # fmt: skip
