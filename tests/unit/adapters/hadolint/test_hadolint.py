"""hadolint itself, where it is installed, and programs in its place."""

import json
import os
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from modeldesk.adapters.hadolint import Hadolint
from modeldesk.adapters.hadolint.answer import findings_in
from modeldesk.core.errors import Cancelled, LintFailed
from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.model import Source
from modeldesk.core.lint.service import Linter
from modeldesk.core.model_folder.model import Severity

TEXT = "FROM debian:12\n# 注释\n  RUN cd /x && apt-get install -y curl\nCMD python a.py\n"


@pytest.fixture
def hadolint() -> Hadolint:
    program = Hadolint()
    if program.findings("FROM a:1\n", CancelToken()) is None:
        pytest.skip("hadolint is neither in the environment nor on the PATH")
    return program


def program(folder: Path, script: str) -> str:
    """A program that does what `script` does."""
    path = folder / "hadolint"
    path.write_text(f"#!{sys.executable}\nimport sys, time, os\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_what_it_says_and_where(hadolint: Hadolint) -> None:
    found = hadolint.findings(TEXT, CancelToken())
    assert found is not None
    by_rule = {one.rule: one for one in found}
    assert {"DL3003", "DL3008", "DL3015", "DL3025"} <= by_rule.keys()
    one = by_rule["DL3015"]
    assert (one.severity, one.source, one.span.line) == (Severity.INFO, Source.HADOLINT, 3)
    assert TEXT[one.span.start : one.span.end] == "RUN cd /x && apt-get install -y curl"
    assert one.span.column == 3
    assert one.hint.endswith("/DL3015")


def test_its_findings_join_ours_and_tell_nothing_twice(hadolint: Hadolint) -> None:
    rules = [one.rule for one in Linter(hadolint).dockerfile(TEXT, CancelToken()).findings]
    assert {"apt-recommends", "system-unpinned", "command-not-json", "DL3003"} <= set(rules)
    assert not {"DL3008", "DL3015", "DL3025"} & set(rules)


def test_what_can_not_be_parsed_is_told_once(hadolint: Hadolint) -> None:
    found = Linter(hadolint).dockerfile("FRM a\n", CancelToken()).findings
    assert {one.rule for one in found} == {"syntax"}


def test_no_configuration_of_the_folder_or_the_environment_counts(
    hadolint: Hadolint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".hadolint.yaml").write_text("ignored: [DL3008]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HADOLINT_IGNORE", "DL3008")
    monkeypatch.setenv("HADOLINT_FORMAT", "tty")
    found = hadolint.findings(TEXT, CancelToken())
    assert "DL3008" in {one.rule for one in found or ()}


@pytest.mark.parametrize("text", ["", "\x00\udcff", "FROM a\n" * 2000, "RUN <<E\n" * 50])
def test_any_text_is_answered(hadolint: Hadolint, text: str) -> None:
    found = hadolint.findings(text, CancelToken())
    assert found is not None
    assert all(0 <= one.span.start <= one.span.end <= len(text) for one in found)


@pytest.mark.parametrize(
    "script",
    [
        "print('no')",
        "print('{}')",
        "print('[1]')",
        "print('[{\"code\": 1}]')",
        "sys.exit(3)",
        "print('[' * 100000)",
        "time.sleep(60)",
    ],
)
def test_a_program_that_gives_no_answer(tmp_path: Path, script: str) -> None:
    slow = Hadolint(seconds=1.0 if "sleep" in script else 30.0, program=program(tmp_path, script))
    with pytest.raises(LintFailed, match="no usable answer"):
        slow.findings(TEXT, CancelToken())


def test_a_program_that_can_not_be_run(tmp_path: Path) -> None:
    with pytest.raises(LintFailed):
        Hadolint(program=str(tmp_path / "gone")).findings(TEXT, CancelToken())


def test_a_cancel_ends_the_program(tmp_path: Path) -> None:
    sign = tmp_path / "pid"
    script = f"open({str(sign)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    slow = Hadolint(seconds=60, program=program(tmp_path, script))
    token = CancelToken()
    ended: list[BaseException] = []

    def work() -> None:
        try:
            slow.findings(TEXT, token)
        except Cancelled as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while not (sign.exists() and sign.read_text()):
        time.sleep(0.01)
    token.cancel()
    thread.join(10)
    assert not thread.is_alive()
    assert len(ended) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(sign.read_text()), 0)
    with pytest.raises(Cancelled):
        slow.findings(TEXT, token)


def test_a_machine_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeldesk.adapters.hadolint.program._found", lambda: None)
    assert Hadolint().findings(TEXT, CancelToken()) is None


def test_words_from_outside_are_plain_text() -> None:
    answer = json.dumps(
        [{"code": "DL\x1b[31m" * 9, "line": 99, "message": "a\x07b\n" * 400, "level": "style"}]
    )
    (one,) = findings_in(answer.encode(), "FROM a\nRUN b")
    assert (one.rule.isprintable(), one.what.isprintable(), one.severity) == (
        True, True, Severity.INFO,
    )  # fmt: skip
    assert (one.span.line, one.hint, len(one.what)) == (2, "", 400)
