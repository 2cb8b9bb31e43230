"""What a version was built from, part by part: told by digests in a label of its image, so that
the next version can be named by what changed."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from modeldesk.core.versioning.proposals import Step
from modeldesk.core.words import tr

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_LABEL = 4096


class Part(Enum):
    """What may change from one version to the next; those that matter most first. The values
    are those of the label."""

    FRAMEWORK = "framework"
    """What the model is made with: scikit-learn, PyTorch …"""
    INTERFACE = "interface"
    """What who asks the model relies on: its ports, entry point, health path and signature."""
    WEIGHTS = "weights"
    DEPENDENCIES = "dependencies"
    """Requirements, lock files, environments, packages of the operating system."""
    BASE = "base"
    """The name of the base image, and with it Python; not its digest."""
    DATA = "data"
    """Files that are none of the others: vocabularies, settings of the model, data."""
    CODE = "code"
    RECIPE = "recipe"
    """The Dockerfile's text."""
    DOCUMENTS = "documents"
    """Read by people alone: descriptions, licences, metrics."""


_STEPS = {
    Part.FRAMEWORK: Step.MAJOR,
    Part.INTERFACE: Step.MAJOR,
    Part.WEIGHTS: Step.MINOR,
    Part.DEPENDENCIES: Step.MINOR,
    Part.BASE: Step.MINOR,
    Part.DATA: Step.MINOR,
}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A digest for each part. The same files and texts have the same one, whenever and wherever
    they are looked at."""

    parts: Mapping[Part, str] = field(default_factory=dict)
    """SHA-256 in 64 hexadecimal digits. A part without a file has a digest too."""

    def label(self) -> str:
        """As the label holds it."""
        return json.dumps(
            {part.value: self.parts[part] for part in Part if part in self.parts},
            separators=(",", ":"),
        )


def read_fingerprint(label: str) -> Fingerprint | None:
    """What a label says, which is anybody's text; None where it is no fingerprint. Parts that
    are not known here are left out."""
    if not label or len(label) > _LONGEST_LABEL:
        return None
    try:
        content = json.loads(label)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    parts = {
        part: value
        for part in Part
        if isinstance(value := content.get(part.value), str) and _DIGEST.fullmatch(value)
    }
    return Fingerprint(parts) if parts else None


def changed_parts(before: Fingerprint, after: Fingerprint) -> tuple[Part, ...]:
    """The parts that are others now, as far as both tell of them; those that matter most
    first."""
    return tuple(
        part
        for part in Part
        if part in before.parts and part in after.parts and before.parts[part] != after.parts[part]
    )


def step_for(changed: Collection[Part]) -> Step:
    """How far a semantic version goes up: another framework or interface breaks who relies on
    it; other weights, dependencies, base or data answer otherwise; all else is a repair."""
    steps = {_STEPS.get(part, Step.PATCH) for part in changed}
    return next((step for step in Step if step in steps), Step.PATCH)


def part_name(part: Part) -> str:
    """A part as it is named in a sentence: “the weights”."""
    return {
        Part.FRAMEWORK: tr("the framework"),
        Part.INTERFACE: tr("the interface"),
        Part.WEIGHTS: tr("the weights"),
        Part.DEPENDENCIES: tr("the dependencies"),
        Part.BASE: tr("the base image"),
        Part.DATA: tr("the data"),
        Part.CODE: tr("the code"),
        Part.RECIPE: tr("the Dockerfile"),
        Part.DOCUMENTS: tr("the documentation"),
    }[part]


def named_parts(parts: Collection[Part]) -> str:
    """Parts in one breath: “the weights, the code and the Dockerfile”; empty for none."""
    names = [part_name(part) for part in Part if part in parts]
    if len(names) < 2:
        return "".join(names)
    some = names[0]
    for name in names[1:-1]:
        some = tr("{one}, {other}", one=some, other=name)
    return tr("{some} and {last}", some=some, last=names[-1])
