"""Generated .dockerignore files: what people write, and what they might.

Left out is what `modeldesk.core.build_context.ignore_pattern` says it reads in its own way.
"""

from hypothesis import strategies as st

from tests.engine.sent_contexts import FILES

_NAMES = sorted({part for name in FILES for part in name.split("/") if part.isascii()})
_PLAIN = [name for name in _NAMES if not set(name) & set("[]*?\\^!#")]
_LITERAL = [name for name in FILES if not set(name) & set("\\[]*?^!#\udce9")]
_CLASSES = ("[a-c]", "[^a-m]", "[abv]", "[0-9]", "[.]", "[A-Z]")


@st.composite
def _wild(draw: st.DrawFn) -> str:
    """A name with a part of it replaced by something that matches more."""
    name = draw(st.sampled_from(_PLAIN))
    begin = draw(st.integers(0, len(name)))
    end = draw(st.integers(begin, len(name)))
    wildcard = draw(st.sampled_from(("*", "?", "**", "??", *_CLASSES)))
    return name[:begin] + wildcard + name[end:]


@st.composite
def _escaped(draw: st.DrawFn) -> str:
    """A name with every character escaped that could mean something."""
    name = draw(st.sampled_from(_NAMES))
    return "".join(f"\\{char}" if char in "[]*?\\^!#-" else char for char in name)


_SEGMENTS = st.one_of(
    st.sampled_from(_PLAIN),
    st.sampled_from(_PLAIN),
    _wild(),
    _escaped(),
    st.sampled_from(("*", "**", "?", "*.*", "**.py", ".", "..")),
)


@st.composite
def _existing(draw: st.DrawFn) -> str:
    """A path that is there, or the beginning of one, perhaps with a wildcard for a folder."""
    parts = draw(
        st.sampled_from([name for name in FILES if not set(name) & set("\\[]*?^!#\udce9")])
    )
    names = parts.split("/")
    names = names[: draw(st.integers(1, len(names)))]
    at = draw(st.integers(0, len(names)))
    if at < len(names):
        names[at] = draw(st.sampled_from((names[at], "*", "**", names[at][:1] + "*")))
    return "/".join(names)


@st.composite
def _line(draw: st.DrawFn) -> str:
    pattern = draw(
        st.one_of(_existing(), st.lists(_SEGMENTS, min_size=1, max_size=4).map("/".join))
    )
    before = draw(st.sampled_from(("", "", "", "", "!", "!", "!", "/", "./", "!/", " ", "! ")))
    after = draw(st.sampled_from(("", "", "", "", "/", "/*", "/**", " ", "\r")))
    return before + pattern + after


def plain_ignore_files() -> st.SearchStrategy[str]:
    """Texts that every docker command line reads alike. Until Docker 25 those with BuildKit took
    ``**a`` for ``**/a``, looked for no exception with wildcards in a folder that is kept out, let
    one of a folder bring back more, and read those before the last exclusion in another way."""
    first = st.sampled_from(("", "*\n", "**\n", "# a comment\n", "data\n"))
    out = st.lists(_existing(), min_size=1, max_size=4).map("\n".join)
    back = st.lists(st.sampled_from(_LITERAL).map("!{}".format), max_size=3).map("\n".join)
    return st.builds("{}{}\n{}".format, first, out, back)


def ignore_files() -> st.SearchStrategy[str]:
    """Texts of one to six lines, often with something kept out that a later line brings back."""
    first = st.sampled_from(("", "", "*\n", "**\n", "# a comment\n", "data\n", "src\nmodels\n"))
    lines = st.lists(_line(), min_size=1, max_size=6).map("\n".join)
    return st.builds(str.__add__, first, lines)
