"""A trial as a document, whatever it is written as."""

from collections.abc import Iterator

from modeldesk.core.compare.document import Cell, Document, Table, Times, folders_table
from modeldesk.core.compare.report import Report
from modeldesk.core.text import printable
from modeldesk.core.trial.as_json import as_json
from modeldesk.core.trial.facts import trial_facts
from modeldesk.core.trial.model import Measures, Single, Trial
from modeldesk.core.trial.words import (
    cache_note,
    circumstances,
    published,
    seconds_text,
    sentences,
    single_meaning,
)
from modeldesk.core.words import tr

_NOTHING = "–"


def trial_report(trial: Trial) -> Report:
    """The report on a trial."""
    return Report(lambda: trial_document(trial), lambda: as_json(trial))


def trial_document(trial: Trial) -> Document:
    """Everything a person may want to know of a trial."""
    comparison = trial.comparison
    left, right = comparison.left, comparison.right
    return Document(
        tr("{model}: {left} against {right}",
           model=printable(trial.model), left=left.name, right=right.name),
        (*sentences(trial), f"{circumstances(trial)} · {trial.engine}"),
        (left, right),
        (figures_table(trial), starts_table(trial), folders_table(comparison)),
        (*trial_notes(trial), published(), *comparison.notes),
        tr("Cold start: container created → first healthy answer"),
        tuple(_times(trial)),
    )  # fmt: skip


def _times(trial: Trial) -> Iterator[Times]:
    sides = (trial.comparison.left, trial.left), (trial.comparison.right, trial.right)
    for side, measures in sides:
        if measures.healthy is not None:
            seconds = tuple(start.healthy for start in measures.starts)
            told = seconds_text(measures.healthy)
            yield Times(side.name, seconds, told, measures.healthy)


def trial_notes(trial: Trial) -> tuple[str, ...]:
    """What the figures mean, and what could not be had."""
    single = Single.NAIVE if trial.left.naive else Single.PROPOSED
    kept = [one.kept_as for one in (trial.left, trial.right) if one.kept_as]
    return (
        *trial.notes,
        single_meaning(single),
        cache_note(),
        *((tr("The images are kept as {names}.", names=", ".join(kept)),) if kept else ()),
    )


def figures_table(trial: Trial) -> Table:
    """The figures of both, with the change."""
    return Table(
        tr("Figures"),
        ("", trial.comparison.left.name, trial.comparison.right.name, tr("Change")),
        tuple(
            (
                Cell(fact.name),
                Cell(fact.left),
                Cell(fact.right, fact.better if not fact.change else None),
                Cell(fact.change, fact.better),
            )
            for fact in trial_facts(trial)
        ),
        frozenset((1, 2, 3)),
    )


def starts_table(trial: Trial) -> Table:
    """Every cold start, in the order they were made."""
    rows = tuple(
        (
            Cell(str(number)),
            *(cell for side in (trial.left, trial.right) for cell in _start(side, number - 1)),
        )
        for number in range(1, len(trial.left.starts) + 1)
    )
    names = trial.comparison.left.name, trial.comparison.right.name
    return Table(
        tr("Cold starts: container created → first healthy answer, first prediction"),
        (tr("Run"), *(column for name in names for column in (name, tr("prediction")))),
        rows,
        frozenset((1, 2, 3, 4)),
        tr("No start was measured."),
    )


def _start(side: Measures, number: int) -> tuple[Cell, Cell]:
    start = side.starts[number]
    predicted = _NOTHING if start.predicted is None else seconds_text(start.predicted)
    return Cell(seconds_text(start.healthy)), Cell(predicted)
