"""Rules of .dockerignore, with generated patterns and paths."""

from hypothesis import assume, example, given
from hypothesis import strategies as st

from modeldesk.core.build_context.ignore import IgnoreRules, literal_rule
from modeldesk.core.build_context.ignore_pattern import BadPattern, any_of, compile_pattern

_PIECES = ("a", "ab", "b", ".x", "*", "?", "**", "[ab]", "^", "é", "\udce9", "\\*", "\n", ".")
_PATHS = st.lists(
    st.lists(
        st.sampled_from(("a", "ab", "b", ".x", "^", "é", "\udce9", "*", "\n")), min_size=1
    ).map("".join),
    min_size=1,
    max_size=4,
).map("/".join)
_PATTERNS = st.lists(
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=3).map("".join), min_size=1, max_size=3
).map("/".join)
_NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=12)


@given(patterns=st.lists(_PATTERNS, max_size=5), path=_PATHS)
def test_all_at_once_is_as_one_by_one(patterns: list[str], path: str) -> None:
    compiled = []
    for pattern in patterns:
        try:
            compiled.append((pattern, compile_pattern(pattern)))
        except BadPattern:
            continue
    assert any_of(compiled)[0](path) == any(matches(path) for _, matches in compiled)


@given(names=st.lists(_NAMES, min_size=1, max_size=3), other=_NAMES)
@example(names=["!a", "#b"], other="a")
@example(names=["#b"], other="b")
@example(names=[" a ", "\tb"], other="a")
@example(names=["[x]", "\\d", "^"], other="x")
@example(names=["line\r", "\nbreak"], other="line")
@example(names=["\ufeffmark"], other="mark")
def test_a_literal_rule_keeps_its_path_out(names: list[str], other: str) -> None:
    assume(not {".", ".."} & {*names, other})
    path = "/".join(names)
    rules = IgnoreRules.parse(literal_rule(path))
    assert rules.excludes(path)
    assert rules.excludes(f"{path}/{other}")
    assert not rules.excludes(f"{path}{other}")
    assert len(other) == len(path) or not rules.excludes(other)
