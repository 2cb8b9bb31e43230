"""Packages of the operating system."""

import re
from collections.abc import Iterator

from modeldesk.core.dockerfile.model import Instruction
from modeldesk.core.lint.model import Edit, Finding, Fix
from modeldesk.core.lint.rules.missing_words import missing_word
from modeldesk.core.lint.rules.programs import apk_adds, apt_commands, cache_mounts, has_letter
from modeldesk.core.lint.scene import Ran, Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_YES = frozenset({"-q=2", "--yes", "--assume-yes"})
_LISTS = re.compile(r"/var/lib/apt(?:/lists)?(?:/\*?)?")
_CLEANING = r"rm -rf /var/lib/apt/lists/*"
_MOST_NAMED = 5


def without_yes(scene: Scene) -> Iterator[Finding]:
    """apt-get that asks, where nobody can answer."""
    for ran in scene.runs:
        for one in apt_commands(ran, "install"):
            if not any(_is_yes(word.text) for word in one.options):
                yield missing_word(
                    scene,
                    one.command,
                    one.at,
                    "-y",
                    "apt-yes",
                    tr("{program} asks before it installs.", program=one.command.name),
                    tr("Nobody is there to answer while an image is built, and the step fails."),
                    "DL3014",
                )


def recommended(scene: Scene) -> Iterator[Finding]:
    """Packages that come along without being asked for."""
    for ran in scene.runs:
        for one in apt_commands(ran, "install"):
            if "install-recommends" not in " ".join(one.command.texts).lower():
                yield missing_word(
                    scene,
                    one.command,
                    one.at,
                    "--no-install-recommends",
                    "apt-recommends",
                    tr("Recommended packages are installed too."),
                    tr("They can double what is installed, and the model does not need them."),
                    "DL3015",
                )


def lists_left(scene: Scene) -> Iterator[Finding]:
    """Lists of packages that stay in a layer of the image."""
    for ran in scene.runs:
        update = next(apt_commands(ran, "update"), None)
        if update is None or ran.stage.number not in scene.final or _clears_lists(ran):
            continue
        yield Finding(
            "apt-lists",
            Severity.WARNING,
            scene.of_command(update.command, 0, update.at),
            tr("The lists of packages stay in the image."),
            tr("They take some 20 MB, and removing them in a later instruction frees nothing."),
            tr("End the same RUN with {text}.", text=_CLEANING),
            _clearing(ran, scene.dockerfile.escape),
            ("DL3009",),
        )


def update_apart(scene: Scene) -> Iterator[Finding]:
    """Lists that are fetched in one layer and used in another."""
    stages_with_update: dict[int, Ran] = {}
    for ran in scene.runs:
        update = next(apt_commands(ran, "update"), None)
        installs = next(apt_commands(ran, "install"), None)
        if update is not None and installs is None:
            stages_with_update[ran.stage.number] = ran
        elif update is None and installs is not None:
            earlier = stages_with_update.pop(ran.stage.number, None)
            if earlier is None:
                continue
            first = next(apt_commands(earlier, "update"))
            yield Finding(
                "apt-update-apart",
                Severity.WARNING,
                scene.of_command(first.command, 0, first.at),
                tr("The lists are fetched in a layer of their own; line {line} installs by them.",
                   line=ran.instruction.line),
                tr("The cache keeps the old lists for months, and then packages they name are "
                   "gone."),
                tr("Write both in one RUN: apt-get update && apt-get install …"),
            )  # fmt: skip


def unpinned(scene: Scene) -> Iterator[Finding]:
    """Packages without a version."""
    for ran in scene.runs:
        for one in (*apt_commands(ran, "install"), *apk_adds(ran)):
            names = [word.text for word in one.packages if _is_unpinned(word.text)]
            if names:
                shown = ", ".join(printable(name) for name in names[:_MOST_NAMED])
                yield Finding(
                    "system-unpinned",
                    Severity.INFO,
                    scene.of_command(one.command, 0, len(one.command.words) - 1),
                    tr("No version is named for {names}.", names=shown),
                    tr("Another day installs another version."),
                    tr("Name one (curl=7.88.*), or keep the base image’s digest fixed. "
                       "Distributions drop old versions, so a pinned one can fail to build."),
                    same_as=("DL3008", "DL3018"),
                )  # fmt: skip


def apk_cache(scene: Scene) -> Iterator[Finding]:
    """Alpine's lists of packages in the image."""
    for ran in scene.runs:
        for one in apk_adds(ran):
            if one.has("--no-cache") or any("apk" in path for path in cache_mounts(ran)):
                continue
            yield missing_word(
                scene,
                one.command,
                one.at,
                "--no-cache",
                "apk-cache",
                tr("The lists of packages stay in the image."),
                tr("They are of no use once everything is installed."),
                "DL3019",
            )


def _is_yes(option: str) -> bool:
    """Quiet twice is a yes too."""
    return (
        option in _YES
        or has_letter(option, "y")
        or (has_letter(option, "q") and option.count("q") > 1)
    )


def _is_unpinned(name: str) -> bool:
    return not re.search(r"[=$/<>~*]|\.(?:deb|apk)$", name) and not name.startswith(".")


def _clears_lists(ran: Ran) -> bool:
    if any(_LISTS.fullmatch(path) for path in cache_mounts(ran)):
        return True
    return any(
        command.name in ("rm", "find", "unlink") and "/var/lib/apt" in " ".join(command.texts)
        for command in ran.commands
    )


def _clearing(ran: Ran, escape: str) -> Fix | None:
    """Written behind the last command, where that is one that only runs if all went well."""
    title = tr("Remove the lists in this RUN")
    one = ran.instruction
    if one.heredocs or any(command.words[0].quoted for command in ran.commands):
        return None
    if any(command.before not in ("", "&&") for command in ran.commands) or _ends_oddly(one):
        return None
    return Fix(title, (Edit(one.end, one.end, f" {escape}\n    && {_CLEANING}"),))


def _ends_oddly(one: Instruction) -> bool:
    """Whether something could stand at the end that what follows would become a part of."""
    return "#" in one.rest or one.rest.endswith(("\\", ";", "&", "|", "`"))
