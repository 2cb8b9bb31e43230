"""From a builder's step back to the Dockerfile, and from a Dockerfile to its base image."""

import re

from modeldesk.core.dockerfile.model import Instruction
from modeldesk.core.dockerfile.read import read
from modeldesk.core.dockerfile.stages import stages_of

_STEP = re.compile(r"\[(?P<stage>[^\]]*?)(?P<number>\d{1,6})/\d{1,6}\] (?P<text>.+)", re.DOTALL)


def line_of(text: str, step: str) -> int | None:
    """The line of the instruction that a builder calls `step` (``[2/5] RUN …``); None when it is
    not found, or found more than once."""
    match = _STEP.fullmatch(step)
    if match is None:
        return None
    found = read(text).instructions
    number = int(match["number"]) - 1
    # The classic builder counts every instruction.
    if not match["stage"] and number < len(found) and _same(found[number], match["text"]):
        return found[number].line
    lines = [one.line for one in found if _same(one, match["text"])]
    return lines[0] if len(lines) == 1 else None


def base_image(text: str) -> str:
    """The image that the last stage stands on, as written; empty when it stands on none, or on
    one that only the builder knows."""
    stages = stages_of(read(text))
    if stages.last is None:
        return ""
    base = stages.root(stages.last).base
    return "" if base == "scratch" or "$" in base else base


def _same(instruction: Instruction, step: str) -> bool:
    """Whether a builder would name the instruction so: it tidies blanks and may shorten."""
    ours = " ".join(f"{instruction.word} {instruction.rest}".split())
    theirs = " ".join(step.split())
    if theirs.endswith("..."):
        return ours.startswith(theirs.removesuffix("..."))
    return ours == theirs
