"""A rollout as a report, for people and for programs."""

from collections.abc import Iterator
from statistics import median

from modeldesk.core.canary.as_json import as_json
from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.model import (
    Limits,
    Phase,
    RolloutChange,
    RolloutCheck,
    RolloutPlan,
    Verdict,
    VersionEvaluation,
    VersionNumbers,
)
from modeldesk.core.canary.plan import share_text, window_text
from modeldesk.core.canary.words import (
    NOTHING,
    accuracy_text,
    measure_name,
    ms_text,
    phase_name,
    points_text,
    rate_text,
    reason_text,
    sentence,
    split_text,
    verdict_name,
)
from modeldesk.core.compare.document import Cell, Document, Table, Times
from modeldesk.core.compare.figures import count_text
from modeldesk.core.compare.report import Report
from modeldesk.core.releases.names import version_text
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_TIME = "%Y-%m-%d %H:%M:%S"


def rollout_report(history: RolloutHistory) -> Report:
    """The report on a rollout, as far as it has come."""
    return Report(lambda: rollout_document(history), lambda: as_json(history))


def rollout_document(history: RolloutHistory) -> Document:
    """Everything a person may want to know of it."""
    rollout = history.rollout
    tables = (
        _versions(history),
        _deciding(history),
        _changes(history.changes),
        _plan(rollout.plan),
        *((_evaluation(history),) if history.evaluation else ()),
        _checks(history.checks),
    )
    return Document(
        tr("Canary of {name}: {version}",
           name=rollout.deployment.name, version=version_text(rollout.target.reference)),
        tuple(_lead(history)),
        (),
        tables,
        (
            tr("Requests are those that were answered with success, and errors: 5xx and no answer. "
               "Latencies are the successes’ alone, within 1 %."),
        ),
        tr("p95 at each check"),
        tuple(_times(history)),
    )  # fmt: skip


def _lead(history: RolloutHistory) -> Iterator[str]:
    rollout = history.rollout
    yield sentence(rollout)
    reason = reason_text(rollout)
    if reason and rollout.phase is not Phase.PROMOTED:
        yield reason
    began = f"{rollout.started.astimezone():{_TIME}}"
    if rollout.finished:
        took = window_text((rollout.finished - rollout.started).total_seconds())
        yield tr("Begun {when} by {who}; it took {time}.",
                 when=began, who=printable(rollout.who), time=took)  # fmt: skip
    else:
        yield tr("Begun {when} by {who}.", when=began, who=printable(rollout.who))


def _versions(history: RolloutHistory) -> Table:
    rollout = history.rollout
    return Table(
        tr("Versions"),
        ("", tr("Name"), tr("Digest")),
        tuple(
            (Cell(name), Cell(one.reference, code=True), Cell(one.digest, code=True))
            for name, one in (
                (tr("Canary"), rollout.target),
                (tr("Stable version"), rollout.stable),
            )
        ),
    )


def _deciding(history: RolloutHistory) -> Table:
    check = history.deciding
    rows = tuple(
        (
            Cell(measure_name(one.measure)),
            Cell(verdict_name(one.verdict), _better(one.verdict)),
            Cell(one.said),
        )
        for one in (check.limits if check else ())
    )
    return Table(
        tr("The last check"),
        (tr("Limit"), tr("Verdict"), tr("Numbers")),
        rows,
        empty=tr("There was none with numbers."),
    )


def _changes(changes: tuple[RolloutChange, ...]) -> Table:
    return Table(
        tr("Course"),
        (tr("Time"), tr("State"), tr("Share"), tr("Who"), tr("Why")),
        tuple(
            (
                Cell(f"{one.time.astimezone():{_TIME}}"),
                Cell(phase_name(one.phase)),
                Cell(share_text(one.share)),
                Cell(printable(one.who) or tr("by itself")),
                Cell(one.why),
            )
            for one in changes
        ),
        frozenset((2,)),
    )


def _plan(plan: RolloutPlan) -> Table:
    rows = [
        (tr("Steps"), tr(", ").join(map(share_text, plan.steps))),
        (tr("Window of each step"), window_text(plan.window_s)),
        (tr("Requests that a window needs"), count_text(plan.least_requests)),
        (tr("Failed checks in a row that end it"), count_text(plan.failed_checks)),
        (tr("Callers are told apart by"), split_text(plan.key, plan.field)),
        *_limits(plan.limits),
    ]
    return Table(
        tr("Plan"),
        ("", ""),
        tuple((Cell(name), Cell(value)) for name, value in rows),
    )


def _limits(limits: Limits) -> Iterator[tuple[str, str]]:
    if limits.error_rate is not None:
        yield tr("Errors at most"), rate_text(limits.error_rate)
    if limits.error_rate_over_stable is not None:
        yield tr("Errors over stable at most"), points_text(limits.error_rate_over_stable)
    if limits.p95_ms is not None:
        yield tr("p95 at most"), ms_text(limits.p95_ms)
    if limits.p95_over_stable is not None:
        yield tr("p95 against stable at most"), f"{limits.p95_over_stable:g} ×"
    if limits.accuracy is not None:
        yield tr("Accuracy at least"), accuracy_text(limits.accuracy)
    if limits.accuracy_under_stable is not None:
        yield tr("Accuracy under stable at most"), points_text(limits.accuracy_under_stable)


def _checks(checks: tuple[RolloutCheck, ...]) -> Table:
    return Table(
        tr("Checks: canary, and the stable version in the same time"),
        (
            tr("Time"), tr("Share"), tr("Verdict"),
            tr("Requests"), tr("Errors"), "p50", "p95", "p99", tr("Accuracy"),
        ),
        tuple(map(_check, checks)),
        frozenset((1, 3, 4, 5, 6, 7, 8)),
        tr("Nothing was checked."),
    )  # fmt: skip


def _check(check: RolloutCheck) -> tuple[Cell, ...]:
    window = check.numbers
    both = (window.canary, window.stable) if window else (VersionNumbers(), VersionNumbers())
    columns = (
        [count_text(one.requests) for one in both],
        [rate_text(one.error_rate) for one in both],
        [ms_text(one.p50_ms) for one in both],
        [ms_text(one.p95_ms) for one in both],
        [ms_text(one.p99_ms) for one in both],
        [accuracy_text(one.accuracy) for one in both],
    )
    return (
        Cell(f"{check.time.astimezone():%H:%M:%S}"),
        Cell(share_text(check.share)),
        Cell(verdict_name(check.verdict), _better(check.verdict)),
        *(Cell(" / ".join(pair) if window else NOTHING) for pair in columns),
    )


def _evaluation(history: RolloutHistory) -> Table:
    evaluation = history.evaluation
    assert evaluation is not None
    return Table(
        tr("Evaluation set {name}", name=printable(evaluation.name)),
        ("", tr("Asked"), tr("Failed"), tr("Unread"), tr("Accuracy"), "p50", "p95"),
        tuple(
            _evaluated(name, one)
            for name, one in (
                (tr("Canary"), evaluation.canary),
                (tr("Stable version"), evaluation.stable),
            )
        ),
        frozenset(range(1, 7)),
    )


def _evaluated(name: str, one: VersionEvaluation) -> tuple[Cell, ...]:
    counts = (count_text(count) for count in (one.asked, one.failed, one.unread))
    figures = (accuracy_text(one.accuracy), ms_text(one.p50_ms), ms_text(one.p95_ms))
    return tuple(map(Cell, (name, *counts, *figures)))


def _times(history: RolloutHistory) -> Iterator[Times]:
    """Only checks where both have a latency, so that the points can be held against each other."""
    windows = [check.numbers for check in history.checks if check.numbers]
    pairs = [
        (one.canary.p95_ms, one.stable.p95_ms)
        for one in windows
        if one.canary.p95_ms is not None and one.stable.p95_ms is not None
    ]
    if not pairs:
        return
    for name, values in (
        (tr("Canary"), [canary for canary, _ in pairs]),
        (tr("Stable version"), [stable for _, stable in pairs]),
    ):
        middle = median(values)
        seconds = tuple(value / 1000 for value in values)
        yield Times(name, seconds, ms_text(middle), middle / 1000)


def _better(verdict: Verdict) -> bool | None:
    return {Verdict.PASSED: True, Verdict.FAILED: False}.get(verdict)
