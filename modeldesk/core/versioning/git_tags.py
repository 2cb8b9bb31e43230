"""Names of git tags: how a version's is made, and what a tag by GTO's rules says.

GTO keeps a model registry in annotated tags: ``rec@v1.2.0`` registers a version, ``rec#prod#1``
gives a stage, ``rec#prod!#2`` takes it back, ``rec@v1.2.0!#3`` takes a version back, and
``rec@deprecated#4`` says that nobody should use the model any more.
"""

import re
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.errors import InvalidInput
from modeldesk.core.text import printable
from modeldesk.core.words import tr

TAG_PATTERNS = ("{model}-{version}", "{version}", "{model}@{version}")
"""What a version's git tag can be called; the last is GTO's."""
_LONGEST = 200
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)|\.$|/$|^[-/.]|^@$")
_GTO = re.compile(
    r"(?P<model>[^@#!]+)(?:@(?P<version>v?\d[^@#!]*|deprecated)|#(?P<stage>[^@#!]+))"
    r"(?P<back>!)?(?:#(?P<number>\d{1,9}))?",
)


def tag_name(pattern: str, model: str, version: str) -> str:
    """A version's git tag by one of the `TAG_PATTERNS`."""
    return pattern.replace("{model}", model).replace("{version}", version)


def tag_message(model: str, version: str) -> str:
    """What a version's git tag says when nobody writes anything else."""
    return f"{model} {version}"


def check_tag_name(name: str) -> None:
    """Raise `InvalidInput` unless a git tag can be called so."""
    if not name or len(name) > _LONGEST or _FORBIDDEN.search(name):
        raise InvalidInput(
            tr("A git tag can’t be called “{name}”.", name=printable(name)[:_LONGEST]),
            tr("Use letters, digits, dots, dashes, slashes and @, and begin with a letter."),
        )


class GtoAct(Enum):
    """What a tag by GTO's rules does."""

    VERSION = "version"
    VERSION_TAKEN_BACK = "version taken back"
    STAGE = "stage"
    STAGE_TAKEN_BACK = "stage taken back"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class GtoTag:
    """A tag that was read by GTO's rules."""

    act: GtoAct
    model: str
    value: str
    """The version or the stage; empty where the whole model is deprecated."""
    number: int = 0
    """Which of several that say something of one thing; 0 where it is not numbered."""


def read_gto(tag: str) -> GtoTag | None:
    """What `tag` says by GTO's rules; None when it says nothing."""
    match = _GTO.fullmatch(tag)
    if match is None:
        return None
    model, version, stage = match["model"], match["version"] or "", match["stage"] or ""
    number, back = int(match["number"] or 0), bool(match["back"])
    if version == "deprecated":
        return None if back else GtoTag(GtoAct.DEPRECATED, model, "", number)
    if version:
        act = GtoAct.VERSION_TAKEN_BACK if back else GtoAct.VERSION
        return GtoTag(act, model, version, number)
    return GtoTag(GtoAct.STAGE_TAKEN_BACK if back else GtoAct.STAGE, model, stage, number)


def gto_text(tag: str) -> str:
    """What a tag says by GTO's rules, for people; empty when it says nothing."""
    read = read_gto(tag)
    if read is None:
        return ""
    match read.act:
        case GtoAct.VERSION:
            return tr("version {version} of {model}", version=read.value, model=read.model)
        case GtoAct.VERSION_TAKEN_BACK:
            return tr("version {version} of {model} taken back", version=read.value,
                      model=read.model)  # fmt: skip
        case GtoAct.STAGE:
            return tr("{model} in stage {stage}", model=read.model, stage=read.value)
        case GtoAct.STAGE_TAKEN_BACK:
            return tr("{model} no longer in stage {stage}", model=read.model, stage=read.value)
        case GtoAct.DEPRECATED:
            return tr("{model} is deprecated", model=read.model)
