"""What a single click does: the finding goes, none comes, and the file stays one."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.dockerfile.read import read
from modeldesk.core.lint.model import Finding, apply
from modeldesk.core.lint.rules.syntax import INSTRUCTIONS
from tests.unit.core.lint.parts import around, check, check_ignore, rules

LINES = (
    "RUN apt-get update && apt-get install curl",
    "RUN apt-get update \\\n    # gcc\n    && apt-get install -y gcc=1 \\\n    && echo done",
    "RUN apt-get update; apt-get -y install --no-install-recommends x=1",
    "RUN <<EOF\napt-get update\napt install y\npip install z==1\nEOF",
    "run apk add git",
    "RUN pip install numpy",
    'RUN ["python", "-m", "pip", "install", "a==1"]',
    "RUN pip install --user a==1 && pip3 install \\\n  -r requirements.txt",
    "RUN pip install -r requirements.txt",
    "COPY . .",
    "COPY --from=build /opt/venv /opt/venv",
    "COPY --from=build /root/.local /root/.local",
    "ADD 数据.csv ./",
    "ADD serve.py /app/",
    "RUN chown -R app /app",
    "RUN useradd -u 100001 app",
    "RUN useradd --uid 20000 模型 && useradd me",
    "ENV API_TOKEN=abc\\\n def",
    "WORKDIR /app",
    "USER app",
    "USER root",
    "EXPOSE 5000",
    "HEALTHCHECK CMD true",
    "CMD python serve.py",
    "ENTRYPOINT python \\\n  serve.py # x",
    'CMD ["python", "serve.py"]',
    "RNU echo",
    "VOLUM /x",
    "# hadolint ignore=DL3042",
    "",
)
BASES = ("python:3.11-slim", "python:3.11-alpine", "python:latest", "debian:12", "build",
         "python:3.12-slim")  # fmt: skip
LAID_BARE = {
    # What comes back may have files in it that were kept out by this line alone.
    "ignore-keeps-source": ("ignore-top-only", "ignore-missing"),
    # It stood between two equal lines, and another of them decides.
    "ignore-exception": ("ignore-twice", "ignore-keeps-source"),
}
stages = st.lists(
    st.tuples(
        st.sampled_from(BASES), st.sampled_from(("", " AS build", " AS final")),
        st.lists(st.sampled_from(LINES), max_size=7),
    ),
    min_size=1, max_size=3,
)  # fmt: skip
PATTERNS = (
    "a[", "*.pyc", "__pycache__", "**/__pycache__", "*.{a,b}", "../x", "a\\b", "x # y", " # z", "*",
    "!serve.py", "!src", "src", "weights", "**/.git", ".git", "# words", "", "serve.py", "!a b",
    "data/", "**/*.py", "!**/*.bin", "权重",
)  # fmt: skip
FILES = {
    "serve.py": 1, "src/a.py": 2, "src/__pycache__/a.pyc": 3, "src/words.json": 4,
    "weights/m.bin": 30_000_000, ".git/HEAD": 1, "sub/.env": 1, "权重/w.bin": 20_000_000,
    "requirements.txt": 9,
}  # fmt: skip


def clicked(text: str, found: Finding) -> str:
    assert found.fix is not None
    assert found.fix.title
    assert found.fix.edits
    spans = [(edit.start, edit.end) for edit in found.fix.edits]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    return apply(text, found.fix)


def gone_and_none_come(rule: str, before: Counter[str], after: Counter[str]) -> None:
    assert after[rule] < before[rule], (rule, before, after)
    assert after <= before, (rule, after - before)


@given(stages, st.sampled_from(("\n", "\r\n")), st.booleans())
def test_fixes_of_dockerfiles(
    made: list[tuple[str, str, list[str]]], end: str, known: bool
) -> None:
    text = "\n".join(
        line for base, name, lines in made for line in (f"FROM {base}{name}", *lines)
    ).replace("\n", end)
    here = around(FILES) if known else None
    found = check(text, here)
    before = rules(found)
    words = Counter(one.word for one in read(text).instructions)
    for one in found:
        if one.fix is None:
            continue
        mended = clicked(text, one)
        gone_and_none_come(one.rule, before, rules(check(mended, here)))
        after = read(mended).instructions
        lost = words - Counter(one.word for one in after)
        assert sum(lost.values()) <= 1, "one may become another"
        known_before = sum(count for word, count in words.items() if word in INSTRUCTIONS)
        assert sum(one.word in INSTRUCTIONS for one in after) >= known_before


@given(st.lists(st.sampled_from(PATTERNS), max_size=8), st.sampled_from(("\n", "\r\n")),
       st.booleans(), st.booleans())  # fmt: skip
def test_fixes_of_ignore_files(lines: list[str], end: str, closed: bool, known: bool) -> None:
    text = end.join(lines) + (end if closed else "")
    here = around(FILES) if known else None
    dockerfile = "FROM a\nCOPY serve.py src ./\n"
    found = check_ignore(text, here, dockerfile)
    before = rules(found)
    for one in found:
        if one.fix is not None:
            mended = clicked(text, one)
            after = rules(check_ignore(mended, here, dockerfile))
            for rule in LAID_BARE.get(one.rule, ()):
                after[rule] = min(after[rule], before[rule])
            gone_and_none_come(one.rule, before, after)


def test_copying_the_list_first_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("a==1\n")
    here = around({"requirements.txt": 5}, tmp_path)
    text = "FROM a:1\nWORKDIR /app\nCOPY . .\n# why\nRUN pip install -r requirements.txt\n"
    found = check(text, here)
    (one,) = [one for one in found if one.rule == "code-before-dependencies"]
    gone_and_none_come(one.rule, rules(found), rules(check(clicked(text, one), here)))
