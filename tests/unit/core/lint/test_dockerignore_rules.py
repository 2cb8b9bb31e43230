"""What is found in .dockerignore files, with and without their folder."""

import pytest

from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.ignore_rules.effects import outcome
from modeldesk.core.lint.ignore_rules.lines import scene_of
from modeldesk.core.lint.model import apply
from modeldesk.core.lint.service import Linter
from modeldesk.core.model_folder.model import Severity
from tests.unit.core.lint.parts import NoOther, around, check_ignore, marked, rules

USUAL = "**/.git\n**/.env*\n**/.venv\n**/venv\n"
FILES = {
    "serve.py": 10, "src/a.py": 5, "src/__pycache__/a.pyc": 7, "weights/m.safetensors": 20_000_000,
    "notes.md": 3, "data/big.csv": 900,
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "rule", "fixed"),
    [
        ("a[", "ignore-malformed", None),
        ("*.log \t # not these", "ignore-comment", "# not these\n*.log\n"),
        ("  # mine ", "ignore-comment", "# mine\n"),
        ("*.{pyc,pyo}", "ignore-braces", "*.pyc\n*.pyo\n"),
        ("{a,b}/{c,d}", "ignore-braces", "a/c\na/d\nb/c\nb/d\n"),
        ("{" + ",".join("ab" * 20) + "}", "ignore-braces", None),
        ("../other", "ignore-outside", ""),
        ("data\\raw", "ignore-backslash", "data/raw\n"),
        ("**/.git/", "ignore-twice", ""),
        ("!a", "ignore-exception", None),
    ],
)
def test_what_means_something_else(line: str, rule: str, fixed: str | None) -> None:
    text = f"{USUAL}{line}\nz/y\n" if line != "!a" else f"{line}\n{USUAL}"
    (found,) = check_ignore(text)
    assert found.rule == rule
    assert marked(text, found) == line.strip()
    assert found.span.line == (1 if line == "!a" else 5)
    if fixed is None and line != "!a":
        assert found.fix is None
    else:
        assert found.fix is not None
        assert apply(text, found.fix) == (f"{USUAL}{fixed}z/y\n" if fixed is not None else USUAL)


@pytest.mark.parametrize(
    "text",
    [
        USUAL,
        USUAL + "# a # b\n\n*\n!a\n*\n!a\n",
        USUAL + "a\\[b\nc#d\n**/*.pyc\n/x/\n",
        "*\n!src\n",
        "\ufeff" + USUAL.replace("\n", "\r\n"),
    ],
)
def test_what_is_not_found(text: str) -> None:
    assert check_ignore(text) == ()


def test_without_its_folder_what_is_usual_is_missed() -> None:
    found = check_ignore("x/y")
    assert rules(found) == {"ignore-missing": 4}
    assert {one.severity for one in found} == {Severity.INFO}
    assert found[0].fix is not None
    assert apply("x/y", found[0].fix) == "x/y\n**/.git\n"
    assert rules(check_ignore("")) == {"ignore-missing": 4}


def test_with_its_folder_only_what_is_there() -> None:
    here = around({**FILES, "a/.env.local": 3, ".env.example": 2, "sub/.git/HEAD": 5})
    found = check_ignore("weights/x\n", here)
    assert [(one.rule, one.severity) for one in found] == [
        ("ignore-missing", Severity.WARNING), ("ignore-missing", Severity.WARNING),
    ]  # fmt: skip
    assert [one.fix.title for one in found if one.fix] == ["Add **/.git", "Add **/.env*"]
    assert ["5 B" in found[0].what, "3 B" in found[1].what] == [True, True]


def test_names_fit_at_the_top_only() -> None:
    here = around(FILES)
    text = "*.pyc\n__pycache__\n*.md\nserve.py\n"
    found = check_ignore(text, here)
    assert [(one.rule, marked(text, one)) for one in found] == [
        ("ignore-top-only", "*.pyc"),
        ("ignore-top-only", "__pycache__"),
    ]
    assert "src/__pycache__/a.pyc" in found[0].what
    assert found[1].fix is not None
    assert apply(text, found[1].fix) == "*.pyc\n**/__pycache__\n*.md\nserve.py\n"
    without = check_ignore(USUAL + "*.pyc\nmine\n")
    assert [(one.rule, one.severity) for one in without] == [("ignore-top-only", Severity.INFO)]
    assert check_ignore(USUAL + "*.pyc\n**/*.pyc\n") == ()


def test_exceptions_without_effect() -> None:
    here = around(FILES)
    text = "*\n!weights\n!src\nsrc\n!serve.py\n!to_come.py\n"
    (found,) = check_ignore(text, here)
    assert (found.rule, marked(text, found)) == ("ignore-exception", "!src")
    assert "below" in found.what + found.why
    assert check_ignore("*\n!src\n!**/*.safetensors\n", here) == ()


def test_what_the_dockerfile_copies_and_weights() -> None:
    here = around(FILES)
    dockerfile = "FROM a AS b\nCOPY serve.py src/ *.md ./\nCOPY --from=b data /\nCOPY . /x\n"
    text = "**/*.py\ndata\nweights\n"
    found = check_ignore(text, here, dockerfile)
    assert [(one.rule, marked(text, one), one.severity) for one in found] == [
        ("ignore-keeps-source", "**/*.py", Severity.ERROR),
        ("ignore-keeps-weights", "weights", Severity.WARNING),
    ]
    assert found[0].fix is not None
    mended = apply(text, found[0].fix)
    assert mended == text + "!serve.py\n"
    assert rules(check_ignore(mended, here, dockerfile)) == {"ignore-keeps-weights": 1}
    # Without the folder a path is asked about by its name.
    assert rules(check_ignore(USUAL + "src\n", None, dockerfile)) == {"ignore-keeps-source": 1}


def test_what_is_kept_out_is_counted_as_the_builder_keeps_it_out() -> None:
    here = around({**FILES, "src/deep/x/y.py": 100, "src/deep/keep.py": 50})
    text = "# why\nsrc\n!src/deep/keep.py\n**/*.md\nweights/*\n"
    report = Linter(NoOther()).dockerignore(text, CancelToken(), here)
    effect = report.effect
    assert effect is not None
    assert [(one.line, one.pattern, one.files, one.size_bytes) for one in effect.kept_out] == [
        (5, "weights/*", 1, 20_000_000),
        (2, "src", 3, 112),
        (4, "**/*.md", 1, 3),
    ]
    assert (effect.kept_files, effect.kept_bytes) == (5, 20_000_115)
    assert (effect.sent_files, effect.sent_bytes) == (3, 960)
    kept = IgnoreRules.parse(text)
    result = outcome(scene_of(text, here), CancelToken())
    assert result is not None
    assert [one.path for one in result.sent] == [
        one.path for one in here.files if not kept.excludes(one.path)
    ]


@pytest.mark.parametrize(
    "text",
    ["a\n" * 100_000, "{" * 100_000, "a[" * 1000 + "\n!" * 100, "\x00\udcff\u2028\n" * 100,
     "\n".join(f"*/a{n}*" for n in range(9_000)), "\\\n", "!\n!!\n!a\n"],
    ids=range(7),
)  # fmt: skip
def test_whatever_it_is_the_findings_are_few(text: str) -> None:
    here = around({f"d{number}/f.py": 1 for number in range(5_000)})
    for folder in (None, here):
        report = Linter(NoOther()).dockerignore(text, CancelToken(), folder, "FROM a\nCOPY b /\n")
        assert len(report.findings) <= 500
        for one in report.findings:
            assert 0 <= one.span.start <= one.span.end <= len(text)
    if text.count("\n") > 5_000:
        assert report.notes
