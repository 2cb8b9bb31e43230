"""What is found in Dockerfiles, where, and what mends it."""

from pathlib import Path

import pytest

from modeldesk.core.errors import LintFailed
from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.model import Finding, Source, Span, apply
from modeldesk.core.lint.service import Linter
from modeldesk.core.model_folder.model import Severity
from tests.unit.core.lint.parts import NoOther, around, check, marked, rules

HEAD = "FROM python:3.11-slim\nWORKDIR /app\n"
TAIL = "USER app\nHEALTHCHECK CMD x\n"


def inside(*lines: str) -> str:
    return HEAD + "\n".join(lines) + "\n" + TAIL


@pytest.mark.parametrize(
    ("text", "rule", "mark", "fixed"),
    [
        ("FROM python:latest\n" + TAIL, "base-latest", "python:latest", None),
        ("FROM registry:5000/a/b\n" + TAIL, "base-latest", "registry:5000/a/b", None),
        (inside("RUN apt-get update && apt-get install --no-install-recommends x=1 "
                "&& rm -rf /var/lib/apt/lists/*"),
         "apt-yes", "apt-get install", "apt-get install -y --no"),
        (inside("RUN apt-get update && apt install -yq x=1 && rm -r /var/lib/apt/lists"),
         "apt-recommends", "apt install", "apt install --no-install-recommends -yq"),
        (inside("RUN apt-get update \\", " && apt-get install -y --no-install-recommends x=1"),
         "apt-lists", "apt-get update", "x=1 \\\n    && rm -rf /var/lib/apt/lists/*\nUSER"),
        (inside("RUN apt-get update && rm -rf /var/lib/apt/lists/*",
                "RUN apt-get install -y --no-install-recommends x=1"),
         "apt-update-apart", "apt-get update", None),
        (inside("RUN --mount=type=cache,target=/var/lib/apt apt-get update && "
                "apt-get install -qq --no-install-recommends -t sid x y=1"),
         "system-unpinned", "apt-get install -qq --no-install-recommends -t sid x y=1", None),
        (inside("RUN apk add x=1"), "apk-cache", "apk add", "apk add --no-cache x=1"),
        (inside("RUN pip install --no-cache-dir 'a[b]' c==1 -r d.txt ./e x@https://y"),
         "pip-unpinned", "pip install --no-cache-dir 'a[b]' c==1 -r d.txt ./e x@https://y", None),
        (inside("RUN pip install a==1"), "pip-cache", "pip install", "install --no-cache-dir a"),
        (inside('RUN ["pip", "install", "a==1"]'),
         "pip-cache", '"pip", "install"', '"install", "--no-cache-dir", "a==1"'),
        (inside("RUN <<E", "set -e", "python3 -m pip install \\", "  a==1", "E"),
         "pip-cache", "python3 -m pip install", "install --no-cache-dir \\\n  a==1"),
        (inside("RUN pip install --no-cache-dir --user a==1"),
         "root-home", "pip install", None),
        ("FROM a:1 AS b\nFROM c:1\nCOPY --from=b /root/.local /root/.local\n" + TAIL,
         "root-home", "/root/.local", None),
        ("FROM a:1\nCOPY b c/\n" + TAIL, "copy-no-workdir", "c/", None),
        (inside("COPY . .", "ENV A=1", "RUN pip install --no-cache-dir -r r.txt"),
         "code-before-dependencies", ".", None),
        (inside("COPY --chown=a serve.py ./", "RUN poetry install"),
         "code-before-dependencies", "serve.py", None),
        (inside("COPY x ./", "RUN chown -R app:app /app"),
         "owner-changed", "chown -R app:app /app", None),
        (inside("COPY x /opt/m/", "RUN mkdir /y && chmod -R a+rX /opt"),
         "owner-changed", "chmod -R a+rX /opt", None),
        (inside("ADD x y ./"), "add-for-copy", "ADD", "COPY x y ./"),
        (HEAD + "HEALTHCHECK CMD x\n", "root-user", "FROM", None),
        (HEAD + "HEALTHCHECK CMD x\nUSER app\nUSER 0:5\n", "root-user", "USER", None),
        (HEAD + "HEALTHCHECK CMD x\nRUN useradd -l app\nCMD [\"x\"]\n",
         "root-user", "FROM", 'USER app\nCMD ["x"]'),
        (inside("RUN useradd --uid=10001 app"), "useradd-log", "useradd", "useradd -l --uid"),
        (inside("CMD python  serve.py --port=5000"), "command-not-json", "CMD",
         'CMD ["python", "serve.py", "--port=5000"]\n'),
        (inside("ENTRYPOINT exec python $APP"), "command-not-json", "ENTRYPOINT", None),
        (HEAD + "EXPOSE 5000/tcp\nUSER a\n", "no-healthcheck", "FROM", "EXPOSE 5000/tcp\nHEALTH"),
        ("FROM debian:12\nEXPOSE 5000\nUSER a\n", "no-healthcheck", "FROM", None),
        (inside("ENV A=1 DB_PASSWORD='x y'"), "secret-in-env", "DB_PASSWORD='x y'", None),
        (inside("ARG HF_TOKEN"), "secret-in-arg", "HF_TOKEN", None),
        (inside("RUM echo"), "syntax", "RUM", "RUN echo"),
        (inside("&& echo"), "syntax", "&&", None),
        (inside("VOLUME"), "syntax", "VOLUME", None),
        ("RUN x\n" + inside(), "syntax", "RUN", None),
        (inside().rstrip() + "\nRUN <<E\nx\n", "syntax", "RUN", None),
    ],
)  # fmt: skip
def test_what_is_found(text: str, rule: str, mark: str, fixed: str | None) -> None:
    (found,) = [one for one in check(text) if one.severity is not Severity.INFO or one.rule == rule]
    assert found.rule == rule
    assert marked(text, found) == mark
    line = text[: found.span.start].count("\n") + 1
    assert (found.span.line, found.source) == (line, Source.OWN)
    assert found.what
    assert found.why
    assert found.hint
    if fixed is None:
        assert found.fix is None
    else:
        assert found.fix is not None
        assert fixed in apply(text, found.fix)


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\nCOPY a /\n" + TAIL,
        "ARG B\nFROM $B\n" + TAIL,
        f"FROM python@sha256:{'0' * 64}\n" + TAIL,
        "FROM debian:12 AS a\nUSER x\nHEALTHCHECK NONE\nFROM a\nWORKDIR /a\nFROM a AS b\nFROM b\n",
        inside("ENV PIP_NO_CACHE_DIR=1", "RUN pip install a==1"),
        inside("RUN pip install a==1 && rm -rf ~/.cache"),
        inside("RUN pip download a==1 && pip cache purge"),
        inside("RUN --mount=type=cache,target=/root/.cache/pip pip install -c c.txt a"),
        inside("RUN echo 'pip install a' && grep pip install"),
        inside("RUN useradd -l -u 10001 a", "RUN useradd -u 1000 a"),
        inside("ENV PASSWORD= MAX_TOKENS=512 TOKEN_FILE=/a PATH=/a:$PATH"),
        inside('CMD [ "python", "serve.py" ]', 'ENTRYPOINT ["a"]'),
        inside("ADD https://x.lan/a.bin /b", "ADD a.tar.gz /c"),
        inside("COPY requirements.txt ./", "RUN pip install --no-cache-dir -r requirements.txt",
               "COPY . ."),
        inside("COPY . .", "RUN pip install --no-cache-dir ."),
        inside("RUN mkdir /x && chown -R a /x", "COPY a ."),
        inside("RUN <<E", "apt-get update", "apt-get -y install --no-install-recommends a=1",
               "rm -rf /var/lib/apt/lists/*", "E"),
        "# escape=`\nFROM a:1`\n\nWORKDIR /a\n" + TAIL,
    ],
)  # fmt: skip
def test_what_is_not_found(text: str) -> None:
    assert check(text) == ()


@pytest.mark.parametrize(
    ("origin", "here", "source", "found"),
    [
        ("python:3.11-slim", "python:3.11-alpine", "/opt/venv", "mixed-libc"),
        ("python:3.11-alpine", "gcr.io/distroless/python3", "/install", "mixed-libc"),
        ("python:3.11", "alpine:3.20", "/usr/local/lib/python3.11/site-packages", "mixed-libc"),
        ("python:3.11-slim", "python:3.11-alpine", "/src/pages", ""),
        ("registry.lan/own", "python:3.11-alpine", "/opt/venv", ""),
        ("python:3.11-slim", "python:3.12-slim", "/usr/local", "mixed-python"),
        ("python:3.11-slim", "python:3.11", "/opt/venv", ""),
    ],
)
def test_stages_that_do_not_fit(origin: str, here: str, source: str, found: str) -> None:
    text = f"FROM {origin} AS build\nFROM {here}\nCOPY --from=build {source} {source}\n" + TAIL
    own = [one for one in check(text) if one.rule.startswith("mixed")]
    assert [one.rule for one in own] == ([found] if found else [])
    assert all(one.severity is Severity.ERROR and marked(text, one) == source for one in own)


def test_folders_that_pip_installs_to_are_known() -> None:
    text = (
        "FROM python:3.11-slim AS build\nRUN pip install --target=/out -r r.txt\n"
        "FROM python:3.11-alpine\nCOPY --from=build /out /out\n" + TAIL
    )
    (found,) = [one for one in check(text) if one.rule == "mixed-libc"]
    assert found.fix is not None
    assert "FROM python:3.11-slim\nCOPY" in apply(text, found.fix)
    # What only Alpine knows would not work on the other base.
    with_apk = text.replace("COPY", "RUN apk add --no-cache x\nCOPY")
    (found,) = [one for one in check(with_apk) if one.rule == "mixed-libc"]
    assert found.fix is None


def test_values_of_secrets_are_not_told() -> None:
    found = check(inside("ENV API_KEY=hunter2secret", "ARG DSN=postgres://u:hunter2secret@h/d"))
    assert {one.rule for one in found} == {"secret-in-env", "secret-in-arg"}
    assert "hunter2secret" not in " ".join(f"{one.what} {one.why} {one.hint}" for one in found)


def test_the_list_is_copied_first_where_it_stands_alone(tmp_path: Path) -> None:
    text = inside("COPY . ./", "RUN pip install --no-cache-dir \\", "  -r requirements.txt")
    (tmp_path / "requirements.txt").write_text("numpy==2\n")
    here = around({"requirements.txt": 1, "serve.py": 1}, tmp_path)
    (found,) = check(text, here)
    assert found.fix is not None
    mended = apply(text, found.fix)
    assert mended == inside(
        "COPY requirements.txt ./", "RUN pip install --no-cache-dir \\", "  -r requirements.txt",
        "COPY . ./",
    )  # fmt: skip
    assert check(mended, here) == ()
    # One that names other files would not find them.
    (tmp_path / "requirements.txt").write_text("numpy==2\n-r other.txt\n")
    assert [one.fix for one in check(text, here)] == [None]


def test_sources_are_looked_up_in_the_folder() -> None:
    here = around({"a.py": 1, "src/b.py": 1, "weights/m.bin": 1}, generated="gen/s.py")
    text = inside("COPY a.py src/ gen/ *.py ./", "COPY --from=x y /", "COPY A.py $B src/* /x/",
                  "COPY weights ./w")  # fmt: skip
    found = check(text, here, "**/*.bin\n!a\n")
    assert [(one.rule, marked(text, one)) for one in found] == [
        ("copy-missing", "A.py"),
        ("copy-kept-out", "weights"),
    ]
    assert "line 1" in found[1].what
    assert check(text) == ()


def test_comments_that_ask_for_silence() -> None:
    text = inside(
        "# hadolint ignore=DL3042, DL3013", "# why", "RUN pip install a",
        "# modeldesk ignore=pip-cache", "RUN pip install b==1", "RUN pip install c==1",
    )  # fmt: skip
    assert [(one.rule, one.span.line) for one in check(text)] == [("pip-cache", 8)]
    assert check("# hadolint global ignore=DL3042\n" + text) == ()


def test_two_programs_tell_nothing_twice() -> None:
    text = inside("RUN pip install \\", "  a==1")

    def other(rule: str, line: int) -> Finding:
        span = Span(line, line, 0, 0)
        return Finding(rule, Severity.INFO, span, "theirs", source=Source.HADOLINT)

    given = (other("DL3042", 3), other("DL4006", 3), other("DL3042", 1), other("DL3013", 3))
    found = Linter(NoOther(given)).dockerfile(text, CancelToken()).findings
    assert [(one.rule, one.span.line) for one in found] == [
        ("DL3042", 1), ("DL3013", 3), ("DL4006", 3), ("pip-cache", 3),
    ]  # fmt: skip


def test_another_program_that_fails_is_said_and_does_not_matter() -> None:
    class Broken(NoOther):
        def findings(self, text: str, token: CancelToken) -> tuple[Finding, ...] | None:
            raise LintFailed("It is broken.")

    report = Linter(Broken()).dockerfile("FROM a\n", CancelToken())
    assert report.notes == ("It is broken.",)
    assert rules(report.findings)["base-latest"] == 1


def test_names_in_any_language_keep_their_places() -> None:
    text = inside("# 注释", "COPY 模型/权重.bin 数据/ ./", "ADD 😀.py ./")
    here = around({"模型/权重.bin": 1, "😀.py": 1})
    found = check(text, here)
    assert [(one.rule, marked(text, one)) for one in found] == [
        ("copy-missing", "数据/"),
        ("add-for-copy", "ADD"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n" * 30_000,
        "FROM a:1\n" + "RUN pip install a\n" * 30_000,
        "FROM a:1\nRUN pip install \\\n" + "  b \\\n" * 100_000,
        "FROM a:1\n" + "WORKDIR a\nCOPY b c\nRUN chown -R x /\n" * 5_000,
        "FROM a:1\nRUN " + "$(" * 100_000,
        "FROM a:1\nRUN " + "'\"" * 100_000,
        "FROM a:1\n" + "# hadolint ignore=" + " " * 500_000 + "!",
        "\x00\udcff\u2028" * 1000,
        "",
    ],
    ids=range(9),
)
def test_whatever_it_is_the_findings_are_few(text: str) -> None:
    found = check(text)
    assert len(found) <= 500
    assert all(0 <= one.span.start <= one.span.end <= len(text) for one in found)


def test_a_list_of_many_empty_lines_is_read_to_its_end(tmp_path: Path) -> None:
    text = inside("COPY . ./", "RUN pip install --no-cache-dir -r requirements.txt")
    (tmp_path / "requirements.txt").write_text("\n" * 200_000 + "numpy==2\n")
    here = around({"requirements.txt": 1, "serve.py": 1}, tmp_path)
    (found,) = check(text, here)
    assert found.fix is not None
