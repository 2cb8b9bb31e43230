import io
import json
import sys

import pytest

from modeldesk.cli.answer import Answer, Json, ProgressPrinter, print_answer, print_error, table
from modeldesk.core.errors import ContainerFailed
from modeldesk.core.jobs import Progress, Unit


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_json_is_the_only_output() -> None:
    out = io.StringIO()
    print_answer(Answer({"模型": 1}, ("one line",)), as_json=True, out=out)
    assert json.loads(out.getvalue()) == {"模型": 1}


def test_text_from_outside_can_not_steer_the_terminal() -> None:
    out = io.StringIO()
    print_answer(Answer(None, ("a\x1b[31mred\u202e",)), as_json=False, out=out)
    assert out.getvalue() == "a\ufffd[31mred\ufffd\n"


def test_json_from_outside_can_not_steer_the_terminal_either() -> None:
    said: Json = {"名\x9b31m": ["a\x1b[31mred\u202e\x7f\x85\u2028", "\U000e0041é"]}
    out = io.StringIO()
    print_answer(Answer(said, ()), as_json=True, out=out)
    assert all(line.isprintable() for line in out.getvalue().split("\n"))
    assert "é" in out.getvalue()
    assert json.loads(out.getvalue()) == said


def test_an_error_is_a_sentence_a_way_out_and_the_output() -> None:
    err = io.StringIO()
    print_error(ContainerFailed("It ended.", "Look below.", "line 1\nline 2"), err)
    assert err.getvalue() == "modeldesk: It ended.\n  Look below.\n  | line 1\n  | line 2\n"


def test_columns_line_up() -> None:
    assert table(("NAME", "SIZE"), [("a", "1.19 GB"), ("longer", "2 B")], " r") == [
        "NAME       SIZE",
        "a       1.19 GB",
        "longer      2 B",
    ]


def test_progress_renews_one_line_on_a_terminal_and_leaves_it_clean() -> None:
    err = _Terminal()
    printer = ProgressPrinter(err)
    printer.report(Progress("Sending", 1_500_000, 3_000_000, Unit.BYTES))
    printer.report(Progress("Done"))
    printer.done()
    assert "\n" not in err.getvalue()
    assert "1.50 MB of 3.00 MB" in err.getvalue()
    assert err.getvalue().endswith("\r")


def test_progress_says_each_text_once_elsewhere() -> None:
    err = io.StringIO()
    printer = ProgressPrinter(err)
    for done in range(5):
        printer.report(Progress("Sending", done, 5))
    printer.report(Progress("Waiting"))
    assert err.getvalue() == "Sending\nWaiting\n"


def test_a_line_that_was_just_reported_is_not_said_again() -> None:
    err = io.StringIO()
    printer = ProgressPrinter(err)
    for text in ("Stopping", "Starting"):
        printer.report(Progress(text))
        printer.log(text)
    printer.log("a line of its own")
    assert err.getvalue() == "Stopping\nStarting\na line of its own\n"


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
@pytest.mark.parametrize("text", ["模型\u202e", "odd bytes \udcff"])
def test_json_is_whole_whatever_letters_the_output_takes(text: str, encoding: str) -> None:
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding=encoding)
    print_answer(Answer({"name": text}, ()), as_json=True, out=out)
    assert json.loads(written.getvalue().decode(encoding)) == {"name": text}


def test_one_long_text_does_not_make_every_line_long() -> None:
    lines = table(("NAME", "SIZE"), [("n" * 5000, "1 B"), ("m", "2 B")])
    assert max(map(len, lines)) < 120
    assert "…" in lines[1]


def test_the_widest_columns_give_way_until_a_line_fits() -> None:
    rows = [("n" * 90, "v1.0.0", "d" * 60), ("m", "v2.0.0", "e")]
    lines = table(("NAME", "VERSION", "DIGEST"), rows, room=80)
    assert max(map(len, lines)) == 80
    assert "v1.0.0" in lines[1]
    assert lines[1].count("…") == 2
    narrow = table(("NAME", "VERSION", "DIGEST"), rows, room=10)
    assert max(map(len, narrow)) == 24 + 2 + 7 + 2 + 24


def test_a_terminal_gives_a_line_its_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", _Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, table(("NAME",), [("n" * 90,)]))) == 60


class _Closed(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_work_goes_on_when_nobody_reads_its_progress() -> None:
    printer = ProgressPrinter(_Closed())
    printer.report(Progress("Sending"))
    printer.log("a line")
    printer.done()
    print_error(ContainerFailed("It ended."), _Closed())
