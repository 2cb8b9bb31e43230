"""Whether a version may get a channel (pure)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.channels.model import Broken, Move, MoveState, Requirement
from modeldesk.core.labels import TESTS_LABEL
from modeldesk.core.library.labels import metrics
from modeldesk.core.library.model import Version
from modeldesk.core.words import tr

PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Judged:
    """What rules look at of a version, wherever it is."""

    name: str
    metrics: Mapping[str, float]
    channels: Collection[str]
    """That it has now."""
    labels: Mapping[str, str]
    ids: Collection[str]
    """The image id on an engine and the digests in registries that moves name it by."""


def broken_rules(version: Version, rule: ChannelRule, moves: Iterable[Move]) -> tuple[Broken, ...]:
    """What of `rule` does not hold for `version`, by what it says of itself and by `moves`, the
    history of its model."""
    ids = {version.key.image, *(one.digest for one in version.digests)}
    judged = Judged(version.name, version.metrics, version.channels, version.labels, ids)
    return broken_by(judged, rule, moves)


def judged_in_registry(
    name: str, digest: str, channels: Collection[str], labels: Mapping[str, str]
) -> Judged:
    """What rules look at of a version that a registry has."""
    return Judged(name, metrics(labels), channels, labels, (digest,))


def broken_when_built(
    version: str, labels: Mapping[str, str], rule: ChannelRule
) -> tuple[Broken, ...]:
    """What of `rule` does not hold for a version that is just built with `labels`: it was nowhere
    before."""
    return broken_by(Judged(version, metrics(labels), (), labels, ()), rule, ())


def broken_by(version: Judged, rule: ChannelRule, moves: Iterable[Move]) -> tuple[Broken, ...]:
    """The same of a version that is not on the engine."""
    return tuple(_broken(version, rule, moves))


def _broken(version: Judged, rule: ChannelRule, moves: Iterable[Move]) -> Iterator[Broken]:
    name = version.name
    if rule.metrics and not version.metrics:
        why = tr("{version} was registered without metrics.", version=name)
        yield Broken(Requirement.METRICS, why)
    if rule.after and not _was_in(version, rule.after, moves):
        why = tr("{version} was not {channel} before.", version=name, channel=rule.after)
        yield Broken(Requirement.AFTER, why)
    if rule.tests:
        said = version.labels.get(TESTS_LABEL, "")
        if not said:
            why = tr("{version} does not say that its tests passed.", version=name)
            yield Broken(Requirement.TESTS, why)
        elif said != PASSED:
            why = tr("{version} did not pass its tests.", version=name)
            yield Broken(Requirement.TESTS, why)


def _was_in(version: Judged, channel: str, moves: Iterable[Move]) -> bool:
    """Now, or ever as far as the history tells, unless that was taken back."""
    mine = [move for move in moves if move.channel == channel and move.state is MoveState.DONE]
    back = {move.undoes for move in mine}
    return channel in version.channels or any(
        _got(move, version.ids) for move in mine if move.undoes is None and move.id not in back
    )


def _got(move: Move, ids: Collection[str]) -> bool:
    return any(step.after in ids for step in move.steps)
