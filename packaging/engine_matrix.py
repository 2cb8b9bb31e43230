"""The engine tests on one engine after another, and the table of how each went."""

import dataclasses
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import engine_for_tests
import newer_engines
from console import Problem, complain, say
from keeper import Keeper
from newer_engines import NewerEngine
from parts import Result
from running import Run, call

OWN = "own"
ALL = "all"
NAMES = (OWN, *(one.name for one in newer_engines.ALL))

_FOLDER = "tests/engine"
# It starts engines of the machine's own, whatever engine it is given.
_LEFT_OUT = "test_private_engine"


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """How one engine did: what became of the tests of each part."""

    engine: str
    counts: dict[str, Counter[Result]] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    problem: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.problem) or any(count[Result.FAILED] for count in self.counts.values())

    @property
    def total(self) -> Counter[Result]:
        return sum(self.counts.values(), Counter())


def wanted(given: Sequence[str]) -> tuple[str, ...]:
    """The names of engines in their order, `ALL` of them where it is among those `given`."""
    return tuple(name for name in NAMES if ALL in given or name in given)


def run(python: Path, engines: Sequence[str], expression: str | None) -> int:
    """Test `engines`, print the table; 0 when each of them passed.

    Raises `Problem` when no engine can be started here.
    """
    reason = engine_for_tests.why_none()
    if reason is not None:
        raise Problem(f"No engine for the tests: {reason}.")
    columns = [_column(python, name, expression) for name in engines]
    say("")
    for line in table(columns):
        say(line)
    for column in columns:
        if column.problem:
            complain(f"{column.engine}: {column.problem}")
    return 1 if any(column.failed for column in columns) else 0


def _column(python: Path, name: str, expression: str | None) -> Column:
    """One engine, started and taken away again."""
    newer = next((one for one in newer_engines.ALL if one.name == name), None)
    say(f"══ engine {name}")
    begun = time.monotonic()
    try:
        with Keeper() as keeper:
            column = _test(Run(keeper, ()), python, newer, expression)
    except Problem as problem:
        column = Column("", problem=str(problem))
    return dataclasses.replace(column, engine=name, seconds=time.monotonic() - begun)


def _test(run: Run, python: Path, newer: NewerEngine | None, expression: str | None) -> Column:
    engine_for_tests.start(run, newer=newer)
    temporary = Path(tempfile.mkdtemp(prefix="mdt-"))
    run.keeper.remove_folder(temporary)
    told = {**run.told, "QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(temporary)}
    report = temporary / "report.xml"
    command = [str(python), "-m", "pytest", _FOLDER, f"--junitxml={report}"]
    command.append(f"--ignore={_FOLDER}/{_LEFT_OUT}.py")
    command += ["-k", expression] if expression else []
    code = call(run.keeper, command, told)
    counts = read_report(report.read_bytes()) if report.is_file() else {}
    return Column("", counts, problem="" if code in (0, 1) else f"pytest ended with {code}")


def read_report(text: bytes) -> dict[str, Counter[Result]]:
    """What pytest's report in the form of JUnit says of each file of tests."""
    counts: dict[str, Counter[Result]] = {}
    for case in ET.fromstring(text).iter("testcase"):
        name = case.get("classname", "").partition(".test_")[2].partition(".")[0]
        outcomes = {child.tag for child in case}
        result = Result.NOT_RUN if "skipped" in outcomes else Result.PASSED
        if outcomes & {"failure", "error"}:
            result = Result.FAILED
        counts.setdefault(name, Counter())[result] += 1
    return counts


def table(columns: Sequence[Column]) -> list[str]:
    """A line for each part, a column for each engine: how many tests passed, failed, and in
    brackets were left out."""
    names = sorted({name for column in columns for name in column.counts})
    rows = [["part", *(column.engine for column in columns)]]
    rows += [[name, *(_cell(column.counts.get(name)) for column in columns)] for name in names]
    rows.append(["all", *(_cell(column.total) for column in columns)])
    rows.append(["", *("FAILED" if column.failed else "passed" for column in columns)])
    rows.append(["", *(f"{column.seconds:.0f} s" for column in columns)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_padded(row, widths)).rstrip() for row in rows]


def _padded(row: Iterable[str], widths: Iterable[int]) -> Iterable[str]:
    return (
        text.rjust(width) if number else text.ljust(width)
        for number, (text, width) in enumerate(zip(row, widths, strict=True))
    )


def _cell(count: Counter[Result] | None) -> str:
    if not count:
        return "-"
    failed, left_out = count[Result.FAILED], count[Result.NOT_RUN]
    words = [str(count[Result.PASSED])]
    words += [f"{failed} FAILED"] if failed else []
    words += [f"({left_out})"] if left_out else []
    return " ".join(words)
