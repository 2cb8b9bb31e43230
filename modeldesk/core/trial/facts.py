"""The table of a trial: each figure of both recipes, and the change."""

from collections.abc import Iterator

from modeldesk.core.compare.facts import Fact, content_facts, size_fact
from modeldesk.core.compare.figures import TOO_LITTLE, percent_of
from modeldesk.core.trial.model import Measures, Trial
from modeldesk.core.trial.words import seconds_text
from modeldesk.core.words import tr, trn


def trial_facts(trial: Trial) -> tuple[Fact, ...]:
    """The figures, most important first."""
    return tuple(_facts(trial))


def _facts(trial: Trial) -> Iterator[Fact]:
    left, right = trial.comparison.left, trial.comparison.right
    yield size_fact(tr("Image size"), left.size_bytes, right.size_bytes)
    yield size_fact(tr("Compressed (push / pull)"), left.compressed_bytes, right.compressed_bytes)
    yield from _times(trial.left, trial.right)
    yield from content_facts(left, right)


def _times(left: Measures, right: Measures) -> Iterator[Fact]:
    runs = len(left.starts)
    if runs:
        name = trn("Cold start, {count} run", "Cold start, median of {count}", runs)
        yield _time(name, left.healthy, right.healthy)
        if left.predicted or right.predicted:
            yield _time(tr("… to the first prediction"), left.predicted, right.predicted)
    yield _time(tr("Build, no cache"), left.build, right.build)
    if left.rebuild or right.rebuild:
        yield _time(tr("Rebuild after model change"), left.rebuild, right.rebuild)


def _time(name: str, left: float | None, right: float | None) -> Fact:
    before, after = (tr("not known") if one is None else seconds_text(one) for one in (left, right))
    if left is None or right is None:
        return Fact(name, before, after, "", None)
    change = percent_of(left, right)
    better = None if before == after or change == TOO_LITTLE else right < left
    return Fact(name, before, after, change if before != after else "", better)
