"""Tags of every kind, made by Hypothesis."""

from hypothesis import strategies as st


def unpadded(word: str) -> str:
    """SemVer's numbers have no leading zeros."""
    return str(int(word)) if word.isdigit() else word


numbers = st.integers(0, 10**6)
word = st.text("0123456789abcrxyzABZ-", min_size=1, max_size=12).map(unpadded)
semantic = st.builds(
    lambda v, major, minor, patch, pre, build: (
        f"{v}{major}.{minor}{patch}{'-' + '.'.join(pre) if pre else ''}{build}"
    ),
    st.sampled_from(["v", ""]),
    numbers,
    numbers,
    st.one_of(st.just(""), numbers.map(lambda n: f".{n}")),
    st.lists(word, max_size=3),
    st.one_of(st.just(""), word.map(lambda w: f"_{w}")),
)
any_tag = st.one_of(semantic, st.text(max_size=140), st.sampled_from(["latest", "stable"]))
