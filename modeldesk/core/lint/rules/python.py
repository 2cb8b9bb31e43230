"""Packages of Python."""

import re
from collections.abc import Iterator

from modeldesk.core.lint.model import Finding
from modeldesk.core.lint.rules.missing_words import missing_word
from modeldesk.core.lint.rules.programs import cache_mounts, pip_installs
from modeldesk.core.lint.rules.users import is_root
from modeldesk.core.lint.scene import Ran, Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_NO_CACHE = "--no-cache-dir"
_OPEN = re.compile(r"==|@|[/$<>*]|^\.|\.(?:whl|zip|gz|txt)$|://")
_ANY_VERSION = re.compile(r">|<|~=|!=|\*")
_MOST_NAMED = 5


def unpinned(scene: Scene) -> Iterator[Finding]:
    """Packages without a version."""
    for ran in scene.runs:
        for one in pip_installs(ran):
            names = [word.text for word in one.packages if _is_unpinned(word.text)]
            if not names or one.has("-c", "--constraint", "--require-hashes", "--no-index"):
                continue
            shown = ", ".join(printable(name) for name in names[:_MOST_NAMED])
            yield Finding(
                "pip-unpinned",
                Severity.WARNING,
                scene.of_command(one.command, 0, len(one.command.words) - 1),
                tr("No version is named for {names}.", names=shown),
                tr("A build next month takes other versions, and weights that were saved with "
                   "one may not load in another."),
                tr("Name the version that the model was made with: {name}==…",
                   name=printable(re.split(r"[><=~!;\[ ]", names[0])[0])),
                same_as=("DL3013",),
            )  # fmt: skip


def cache_left(scene: Scene) -> Iterator[Finding]:
    """pip's downloads in the image."""
    for ran in scene.runs:
        if not _may_keep_cache(scene, ran):
            continue
        for one in pip_installs(ran):
            if one.has(_NO_CACHE, "--no-cache") or one.values.get("--cache-dir"):
                continue
            yield missing_word(
                scene,
                one.command,
                one.at,
                _NO_CACHE,
                "pip-cache",
                tr("pip’s downloads stay in the layer."),
                tr("Each package is in the image twice then, and nothing reads the second one."),
                "DL3042",
            )


def user_packages(scene: Scene) -> Iterator[Finding]:
    """Packages in root’s home, which the image’s user can’t enter."""
    last = scene.stages.last
    if last is None or is_root(scene.at_end(last).user):
        return
    user = printable(scene.at_end(last).user)
    for ran in scene.runs:
        state = scene.state(ran.stage, ran.instruction)
        if ran.stage.number not in scene.final or not is_root(state.user):
            continue
        for one in pip_installs(ran):
            if one.has("--user") and not {"PYTHONUSERBASE", "HOME"} & state.environment:
                yield Finding(
                    "root-home",
                    Severity.ERROR,
                    scene.of_command(one.command, 0, one.at),
                    tr("--user installs into root’s home, and {user} can’t read it.", user=user),
                    _why_home(),
                    tr("Leave --user out, or install as the user that runs the program."),
                )
    for copied in scene.copies:
        if copied.stage.number in scene.final and re.match(r"/root(?:/|$)", copied.path):
            yield Finding(
                "root-home",
                Severity.ERROR,
                scene.of_part(copied.instruction, copied.target),
                tr("This goes to root’s home, and {user} can’t read it.", user=user),
                _why_home(),
                tr("Install into a virtual environment such as /opt/venv, copy that, and put its "
                   "bin folder first in PATH."),
            )  # fmt: skip


def _why_home() -> str:
    return tr("/root is closed to everybody else: the program does not find its packages, though "
              "they are in the image.")  # fmt: skip


def _is_unpinned(name: str) -> bool:
    requirement = name.partition(";")[0].strip()
    if not requirement or "://" in requirement or "==" in requirement:
        return False
    return not _OPEN.search(_ANY_VERSION.sub("", requirement))


def _may_keep_cache(scene: Scene, ran: Ran) -> bool:
    """Whether what pip keeps is in the image after the RUN, unless pip is told otherwise."""
    if ran.stage.number not in scene.final or any("cache" in path for path in cache_mounts(ran)):
        return False
    if {"PIP_NO_CACHE_DIR", "PIP_CACHE_DIR"} & scene.state(ran.stage, ran.instruction).environment:
        return False
    return not any(
        (command.name == "rm" and "cache" in " ".join(command.texts))
        or command.texts[1:3] == ("cache", "purge")
        for command in ran.commands
    )
