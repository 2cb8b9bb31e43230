"""Two builds side by side: their steps, and what they were asked for (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from itertools import islice

from modeldesk.core.build.model import Asked, Builder, BuildRecord, BuildStep
from modeldesk.core.build.secret import SecretKind, SecretSource
from modeldesk.core.build.steps import NUMBERED, in_order
from modeldesk.core.ids import short
from modeldesk.core.recipes.lock import Lock
from modeldesk.core.words import tr

_MOST_LINES = 4000


@dataclass(frozen=True, slots=True)
class StepPair:
    """A step of both builds, or one that only the one has."""

    left: BuildStep | None
    right: BuildStep | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that was asked for otherwise; empty where it was not asked for at all."""

    what: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class BuildComparison:
    """Two builds, the earlier one left."""

    left: BuildRecord
    right: BuildRecord
    steps: tuple[StepPair, ...]
    differences: tuple[Difference, ...]
    dockerfile: tuple[str, ...]
    """The lines of a unified diff without its head; empty where the texts are the same."""


def compare(left: BuildRecord, right: BuildRecord) -> BuildComparison:
    """Put two builds side by side, in the order they are given."""
    return BuildComparison(
        left,
        right,
        tuple(_pairs(_instructions(left), _instructions(right))),
        tuple(_differences(left.asked, right.asked)),
        tuple(_text_difference(left.asked.dockerfile, right.asked.dockerfile)),
    )


def _instructions(record: BuildRecord) -> list[BuildStep]:
    steps = in_order(record.steps, record.asked.dockerfile)
    return [step for step in steps if NUMBERED.fullmatch(step.name)]


def _pairs(left: Sequence[BuildStep], right: Sequence[BuildStep]) -> Iterator[StepPair]:
    """The same instructions beside each other; of what stands between them, those of one kind,
    in their order."""
    for tag, a, b, c, d in _matched(*([_text(step) for step in side] for side in (left, right))):
        if tag == "equal":
            yield from map(StepPair, left[a:b], right[c:d])
        else:
            yield from _alike(left[a:b], right[c:d])


def _alike(left: Sequence[BuildStep], right: Sequence[BuildStep]) -> Iterator[StepPair]:
    for tag, a, b, c, d in _matched(*([_word(step) for step in side] for side in (left, right))):
        if tag == "equal":
            yield from map(StepPair, left[a:b], right[c:d])
            continue
        yield from (StepPair(step, None) for step in left[a:b])
        yield from (StepPair(None, step) for step in right[c:d])


def _matched(left: list[str], right: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, left, right, autojunk=False).get_opcodes()


def _word(step: BuildStep) -> str:
    return _text(step).partition(" ")[0]


def _text(step: BuildStep) -> str:
    match = NUMBERED.fullmatch(step.name)
    return " ".join(match["text"].split()) if match else step.name


def _which_base(asked: Asked) -> str:
    return short(asked.base_digest or asked.base_image)


def _differences(left: Asked, right: Asked) -> Iterator[Difference]:
    for what, one, other in (
        (tr("Base image"), left.base, right.base),
        (tr("Base image digest"), _which_base(left), _which_base(right)),
        (tr("Commit"), short(left.revision), short(right.revision)),
        (tr("Whose Dockerfile"), _whose(left), _whose(right)),
        (tr("Builder"), builder_name(left.builder), builder_name(right.builder)),
        (tr("Cache"), _cache(left), _cache(right)),
        (tr("Reproducible"), _reproducible(left), _reproducible(right)),
        (tr("Lock"), _lock(left), _lock(right)),
    ):
        if one != other:
            yield Difference(what, one, other)
    for name in _names(left.build_args, right.build_args):
        one, other = left.build_args.get(name, ""), right.build_args.get(name, "")
        if one != other:
            yield Difference(tr("Argument {name}", name=name), one, other)
    for name in _names(left.secrets, right.secrets):
        one, other = _source(left.secrets.get(name)), _source(right.secrets.get(name))
        if one != other:
            yield Difference(tr("Secret {name}", name=name), one, other)


def _names(left: Iterable[str], right: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*left, *right)))


def _whose(asked: Asked) -> str:
    if not asked.dockerfile:
        return ""
    return tr("proposed or edited") if asked.given_dockerfile else tr("the folder's own")


def _cache(asked: Asked) -> str:
    return tr("not used") if asked.no_cache else tr("used")


def _reproducible(asked: Asked) -> str:
    return tr("yes") if asked.choice is not None and asked.choice.reproducible else tr("no")


def _lock(asked: Asked) -> str:
    lock = asked.choice.lock if asked.choice is not None else None
    return lock_name(lock) if lock is not None else ""


def lock_name(lock: Lock) -> str:
    """Which lock it is, in words."""
    return tr("{path} for {target}", path=lock.path, target=lock.made_for)


def _source(source: SecretSource | None) -> str:
    return source_text(source) if source else ""


def builder_name(builder: Builder) -> str:
    """A builder as a person calls it."""
    return "buildx" if builder is Builder.BUILDX else tr("the engine's own")


def source_text(source: SecretSource) -> str:
    """Where a secret comes from, in words."""
    match source.kind:
        case SecretKind.FILE:
            return tr("file {path}", path=source.place)
        case SecretKind.ENVIRONMENT:
            return tr("variable {name}", name=source.place)
        case SecretKind.TYPED:
            return tr("typed in")


def _text_difference(left: str, right: str) -> Iterator[str]:
    one, other = left.splitlines()[:_MOST_LINES], right.splitlines()[:_MOST_LINES]
    # Its first two lines name files.
    yield from islice(unified_diff(one, other, lineterm="", n=2), 2, None)
