"""Texts that no person wrote are checked as far as one would write, and that is said."""

import pytest

from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.extent import LONGEST_LINE, MOST_TEXT, checked_part
from modeldesk.core.lint.model import Report
from modeldesk.core.lint.service import Linter
from tests.benchmarks.lint import dockerfiles
from tests.unit.core.lint.parts import around, rules

_BEGIN = "FROM python:3.11-slim\nRUN pip install flask\n"
_END = "HEALTHCHECK NONE\nUSER app\n"


def of_dockerfile(text: str) -> Report:
    return Linter().dockerfile(text, CancelToken())


def of_ignore(text: str) -> Report:
    return Linter().dockerignore(text, CancelToken(), around({"a": 1}), "FROM a\nCOPY b /b\n")


def test_of_a_long_dockerfile_the_beginning_is_checked_and_nothing_is_told_of_its_end() -> None:
    lines = MOST_TEXT // 20
    report = of_dockerfile(_BEGIN + "EXPOSE 80\n" * lines + "CMD a b\n" + _END)
    told = rules(report.findings)
    # Whether pip's downloads, root or a missing check are in the image is told by its end.
    assert dict(told) == {"pip-unpinned": 1}
    (note,) = report.notes
    _, behind = checked_part(_BEGIN + "EXPOSE 80\n" * lines)
    assert 2 < behind < lines
    assert str(behind) in note


def test_a_text_that_a_person_wrote_is_checked_to_its_end() -> None:
    report = of_dockerfile(_BEGIN + "EXPOSE 80\n" * 1000 + "CMD a b\n")
    told = rules(report.findings)
    assert told["command-not-json"] == told["no-healthcheck"] == told["root-user"] == 1
    assert told["pip-cache"] == 1
    assert report.notes == ()


def test_a_long_file_that_a_dockerfile_holds_is_no_script() -> None:
    held = f"COPY <<EOF /a\n{'a' * 3 * MOST_TEXT}\nEOF\n"
    assert rules(of_dockerfile(_BEGIN + held + "CMD a b\n").findings)["command-not-json"] == 1
    run = f"RUN <<EOF\n{'a' * 3 * MOST_TEXT}\nEOF\n"
    assert of_dockerfile(_BEGIN + run + "CMD a b\n").notes


def test_no_from_is_missed_in_what_is_not_read() -> None:
    text = f"ARG a={'a' * MOST_TEXT}\nFROM a:1\n"
    assert "syntax" not in rules(of_dockerfile(text).findings)
    assert rules(of_dockerfile("ARG a=a\n").findings)["syntax"] == 1


@pytest.mark.parametrize(
    "text", ["a\n" * 20_000, "a" * (LONGEST_LINE + 1), ".git\n" + "abc/def/ghi/j\n" * 9_000]
)
def test_of_a_long_ignore_file_no_effect_is_told(text: str) -> None:
    report = of_ignore(f"{text}\n!b\n")
    assert report.effect is None
    assert any("too long" in note for note in report.notes)
    assert not {"ignore-missing", "ignore-keeps-source"} & rules(report.findings).keys()


def test_of_a_short_one_it_is() -> None:
    report = of_ignore("b\n")
    assert report.effect is not None
    assert rules(report.findings)["ignore-missing"] == 0
    assert report.notes == ()


@pytest.mark.parametrize("name", ["one long RUN", "bare words", "one here-document", "quotes"])
def test_rules_get_no_more_than_a_part_of_a_hostile_text(name: str) -> None:
    part, behind = checked_part(dockerfiles()[name])
    assert behind
    looked_at = sum(len(one.joined.text) for one in part.instructions)
    scripts = sum(len(each.body.text) for one in part.instructions if one.word == "RUN"
                  for each in one.heredocs)  # fmt: skip
    assert looked_at + scripts <= MOST_TEXT
