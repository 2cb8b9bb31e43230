"""The rules of .dockerignore, by the cases that moby/patternmatcher publishes and more."""

import time

import pytest

from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.ignore_pattern import BadPattern, _many_stars, _read, _tokens
from modeldesk.core.errors import FolderError

WHEEL = "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl"
SINGLE = [
    ("**", "file", True),
    ("**/", "file", True),
    ("**", "dir/file", True),
    ("**/", "dir/file", True),
    ("**/**", "dir/file", True),
    ("dir/**", "dir/file", True),
    ("dir/**", "dir/dir2/file", True),
    ("**/dir", "dir", True),
    ("**/dir", "dir/file", True),
    ("**/dir2/*", "dir/dir2/file", True),
    ("**/dir2/**", "dir/dir2/dir3/file", True),
    ("**file", "file", True),
    ("**file", "dir/file", True),
    ("**/file", "dir/file", True),
    ("**file", "dir/dir/file", True),
    ("**/file", "dir/dir/file", True),
    ("**/file*", "dir/dir/file", True),
    ("**/file*", "dir/dir/file.txt", True),
    ("**/file*txt", "dir/dir/file.txt", True),
    ("**/file*.txt", "dir/dir/file.txt", True),
    ("**/file*.txt*", "dir/dir/file.txt", True),
    ("**/**/*.txt", "dir/dir/file.txt", True),
    ("**/**/*.txt2", "dir/dir/file.txt", False),
    ("**/*.txt", "file.txt", True),
    ("**/**/*.txt", "file.txt", True),
    ("a**/*.txt", "a/file.txt", True),
    ("a**/*.txt", "a/dir/file.txt", True),
    ("a**/*.txt", "a/dir/dir/file.txt", True),
    ("a/*.txt", "a/dir/file.txt", False),
    ("a/*.txt", "a/file.txt", True),
    ("a/*.txt**", "a/file.txt", True),
    ("a[b-d]e", "ae", False),
    ("a[b-d]e", "ace", True),
    ("a[b-d]e", "aae", False),
    ("a[^b-d]e", "aze", True),
    (".*", ".foo", True),
    (".*", "foo", False),
    ("abc.def", "abcdef", False),
    ("abc.def", "abc.def", True),
    ("abc.def", "abcZdef", False),
    ("abc?def", "abcZdef", True),
    ("abc?def", "abcdef", False),
    (r"a\\", "a\\", True),
    ("**/foo/bar", "foo/bar", True),
    ("**/foo/bar", "dir/foo/bar", True),
    ("**/foo/bar", "dir/dir2/foo/bar", True),
    ("abc/**", "abc", False),
    ("abc/**", "abc/def", True),
    ("abc/**", "abc/def/ghi", True),
    ("**/.foo", ".foo", True),
    ("**/.foo", "bar.foo", False),
    ("a(b)c/def", "a(b)c/def", True),
    ("a(b)c/def", "a(b)c/xyz", False),
    ("a.|)$(}+{bc", "a.|)$(}+{bc", True),
    (WHEEL, WHEEL, True),
    ("dist/*.whl", WHEEL, True),
    (r"a\*b", "a*b", True),
    (r"a\*b", "ab", False),
    ("abc", "abc", True),
    ("*", "abc", True),
    ("*c", "abc", True),
    ("a*", "a", True),
    ("a*", "abc", True),
    ("a*", "ab/c", True),
    ("a*/b", "abc/b", True),
    ("a*/b", "a/c/b", False),
    ("a*b*c*d*e*/f", "axbxcxdxe/f", True),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/f", True),
    ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", False),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", False),
    ("a*b?c*x", "abxbbxdbxebxczzx", True),
    ("a*b?c*x", "abxbbxdbxebxczzy", False),
    ("ab[c]", "abc", True),
    ("ab[b-d]", "abc", True),
    ("ab[e-g]", "abc", False),
    ("ab[^c]", "abc", False),
    ("ab[^e-g]", "abc", True),
    ("a?b", "a☺b", True),
    ("a[^a]b", "a☺b", True),
    ("a???b", "a☺b", False),
    ("[a-ζ]*", "α", True),
    ("*[a-ζ]", "A", False),
    ("a?b", "a/b", False),
    ("a*b", "a/b", False),
    (r"[\]a]", "]", True),
    (r"[\-]", "-", True),
    (r"[x\-]", "x", True),
    (r"[x\-]", "z", False),
    (r"[\-x]", "-", True),
    (r"[\-x]", "a", False),
    ("*x", "xxx", True),
    # Corners that follow from the engine's regular expressions.
    (r"v\d", "v1", True),
    (r"v\d", "vd", False),
    (r"[\d]x", "7x", True),
    (r"[\W]x", "-x", True),
    ("[[:digit:]]x", "7x", True),
    ("[*]", "^]", True),
    ("[*]", "*", False),
    ("x^y*", "x^y", False),
    ("a]*", "a]b", True),
    (r"\x41*", "Ab", True),
    ("a[^x]b", "a/b", True),
    ("a?", "a\n", True),
    ("?", "\udcff", True),
    ("\udcfe?", "\udcffx", True),
    # Leading and trailing slashes, dots, blanks.
    ("/abc", "abc", True),
    ("//abc//", "abc", True),
    ("./abc/../def", "def", True),
    ("  abc \t", "abc", True),
    ("../abc", "abc", False),
    ("/", "abc", False),
    (".", "abc", False),
]
BAD = [
    "!", "! ", "!/", "[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a[",
    "[Local-Only]", r"\y", r"[\b]", "[[:nope:]]", r"\pL", "[\udcff]",
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "excluded"), SINGLE)
def test_one_pattern(pattern: str, path: str, excluded: bool) -> None:
    assert IgnoreRules.parse(pattern).excludes(path) is excluded


@pytest.mark.parametrize(("pattern", "path", "excluded"), SINGLE)
def test_trying_all_ways_at_once_gives_the_same(pattern: str, path: str, excluded: bool) -> None:
    cleaned = pattern.strip().strip("/")
    kind, expression = _read(cleaned)
    if kind.value != "expression":
        return
    matches = _many_stars(list(_tokens(expression.replace("\udcfe", "\ufffd"))))
    parts = path.split("/")
    found = any(matches("/".join(parts[: n + 1])) for n in range(len(parts)))
    assert found is excluded


@pytest.mark.parametrize("pattern", BAD)
def test_malformed_patterns_are_refused_by_line(pattern: str) -> None:
    with pytest.raises(FolderError, match=r"Line 3 of \.dockerignore"):
        IgnoreRules.parse(f"# first\nok\n{pattern}\n")


@pytest.mark.parametrize(
    ("patterns", "path", "excluded"),
    [
        (["**", "!util/docker/web"], "util/docker/web/foo", False),
        (["**", "!util/docker/web", "util/docker/web/foo"], "util/docker/web/foo", True),
        (["**", f"!{WHEEL}"], WHEEL, False),
        (["**", "!dist/*.whl"], WHEEL, False),
        (["!fileutils.go", "*.go"], "fileutils.go", True),
        (["*.go", "!fileutils.go"], "fileutils.go", False),
        (["docs", "!docs/README.md"], "docs/README.md", False),
        (["docs/", "!docs/README.md"], "docs/README.md", False),
        (["docs/*", "!docs/README.md"], "docs/README.md", False),
        (["  !docs/README.md", "docs"], "docs/README.md", True),
        (["docs", "! /docs/README.md  "], "docs/README.md", False),
        (["docs", "!docs", "docs/a"], "docs/a/b", True),
        (["docs", "/!docs"], "docs", False),
        (["# docs"], "# docs", False),
        ([" # docs"], "# docs", True),
        (["\ufeffdocs"], "docs", True),
        (["docs\r"], "docs", True),
        (["", "   "], "docs", False),
    ],
)
def test_several_patterns(patterns: list[str], path: str, excluded: bool) -> None:
    assert IgnoreRules.parse("\n".join(patterns)).excludes(path) is excluded


def test_excluded_folders_are_entered_only_for_exceptions_that_could_match_inside() -> None:
    assert not IgnoreRules.parse("data").may_keep_inside("data")
    assert not IgnoreRules.parse("data\n!docs/a").may_keep_inside("data")
    assert IgnoreRules.parse("data\n!data/a").may_keep_inside("data")
    assert IgnoreRules.parse("*\n!data/**").may_keep_inside("data")
    assert IgnoreRules.parse("data\n!**/*.md").may_keep_inside("data")
    assert not IgnoreRules.parse("data\n!**/*.md", classic=True).may_keep_inside("data")
    assert IgnoreRules.parse("data\n!data/*.md", classic=True).may_keep_inside("data")


def test_no_pattern_takes_long() -> None:
    """Tried one way after the other, each of these would take longer than a life."""
    rules = IgnoreRules.parse("\n".join(["*a" * 40 + "b", "**/a*" * 20 + "b", "a?*" * 30 + "b"]))
    began = time.monotonic()
    assert not rules.excludes("/".join(["a" * 250] * 3))
    assert time.monotonic() - began < 2


def test_a_malformed_pattern_is_known_as_such() -> None:
    with pytest.raises(BadPattern):
        list(_tokens("[z-a]"))


def test_the_line_that_decides_is_told() -> None:
    rules = IgnoreRules.parse("# words\ndocs\n!docs/*.md\n*.tmp\n")
    told = {
        path: (verdict.excluded, verdict.line)
        for path in ("docs/a.txt", "docs/a.md", "x.tmp", "serve.py")
        for verdict in [rules.verdict(path)]
    }
    assert told == {
        "docs/a.txt": (True, 2),
        "docs/a.md": (False, 3),
        "x.tmp": (True, 4),
        "serve.py": (False, 0),
    }


def test_a_line_of_many_stars_is_read_to_its_end() -> None:
    rules = IgnoreRules.parse(f"{'*' * 1_000_000}a")
    assert rules.excludes("b/a")
    assert not rules.excludes("b/c")
