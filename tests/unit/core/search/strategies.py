"""Queries and versions of every kind, for tests by hypothesis."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.model import (
    KINDS,
    SECTIONS,
    And,
    Attribute,
    Comparison,
    Entry,
    Everything,
    Fact,
    Field,
    Kind,
    Not,
    Number,
    Operator,
    Or,
    Query,
    Span,
    Text,
    Word,
)

NOW = datetime(2026, 4, 5, 12, 30, tzinfo=UTC)
_FEW_TEXTS = st.sampled_from(
    ["stable", "Stable", "v1.2.0", "1.0", "90%", "clicks-2025-11", "PyTorch", "and", "ß", "É", "É",
     "a b", 'say "hi"', "\\", "100%", "_", "'; DROP TABLE entry; --", "registry.lan:5000/rec"]
)  # fmt: skip
_ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXTS = _FEW_TEXTS | _ANY_TEXT
_NAMES = st.sampled_from(
    ["accuracy", "Accuracy", "val.acc", "f1", "model", "tag.x", "x y", "9", "ß"]
) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(
    str.strip
)
_FIGURES = st.sampled_from([0.0, 0.9, 1.0, -1.0, 1e-7, 2e9, 32.0]) | st.floats(
    allow_nan=False, allow_infinity=False, width=32
)
_DAYS = st.integers(-400, 400).map(lambda days: NOW + timedelta(days=days, seconds=days * 7))
_ATTRIBUTES = st.builds(Attribute, st.sampled_from([None, *SECTIONS]), _NAMES)
_PLAIN = [one for one in Operator if one not in (Operator.HAS, Operator.LACKS)]
_OF_TEXT = [one for one in Operator if not one.orders]


def _span(text: str, start: datetime, length: timedelta) -> Span:
    return Span(text, start, start + length)


_SPANS = _DAYS.map(
    lambda day: _span(
        f"{day:%Y-%m-%d}",
        day.replace(hour=0, minute=0, second=0),
        timedelta(days=1),
    )
) | _DAYS.map(
    lambda moment: _span(f"{moment:%Y-%m-%dT%H:%M:%SZ}", moment, timedelta(seconds=1))
)  # fmt: skip
_POSITIVE = st.integers(0, 10**13).map(float) | st.sampled_from([0.5, 90.0, 5400.0, 86_400.0])


def _of_field(field: Field) -> st.SearchStrategy[Query]:
    kind = KINDS[field]
    if kind is Kind.TEXT:
        return st.builds(Comparison, st.just(field), st.sampled_from(_OF_TEXT), TEXTS.map(Text))
    value: st.SearchStrategy[Number | Span] = _SPANS
    if kind is Kind.SIZE:
        value = _POSITIVE.map(lambda figure: Number(float(int(figure))))
    elif kind is Kind.DURATION:
        value = _POSITIVE.map(Number)
    return st.builds(Comparison, st.just(field), st.sampled_from(_PLAIN), value)


_OF_FIELDS = st.sampled_from(list(Field)).flatmap(_of_field)
_OF_NUMBERS = st.builds(Comparison, _ATTRIBUTES, st.sampled_from(_PLAIN), _FIGURES.map(Number))
_OF_FACT_TEXTS = st.builds(
    Comparison,
    _ATTRIBUTES.filter(lambda one: one.section is not Section.METRIC),
    st.sampled_from(_OF_TEXT),
    TEXTS.map(Text),
)
_ONES: st.SearchStrategy[Query] = st.one_of(
    TEXTS.map(Word), _OF_FIELDS, _OF_NUMBERS, _OF_FACT_TEXTS
)


def _more(part: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    return st.one_of(
        part.map(Not),
        st.lists(part.filter(lambda one: not isinstance(one, And)), min_size=2, max_size=4).map(
            lambda parts: And(tuple(parts))
        ),
        st.lists(part.filter(lambda one: not isinstance(one, Or)), min_size=2, max_size=4).map(
            lambda parts: Or(tuple(parts))
        ),
    )


QUERIES: st.SearchStrategy[Query] = st.just(Everything()) | st.recursive(_ONES, _more, max_leaves=8)
_FACTS = st.lists(
    st.builds(Fact, st.just(Section.METRIC), _NAMES, _FIGURES)
    | st.builds(Fact, st.sampled_from([Section.PARAMETER, Section.TAG]), _NAMES, _FIGURES | TEXTS),
    max_size=5,
).map(tuple)
_TUPLES = st.lists(TEXTS, max_size=3).map(tuple)
_SIZES = st.none() | st.integers(0, 10**13)
ENTRIES: st.SearchStrategy[Entry] = st.builds(
    Entry,
    model=TEXTS.map(ModelName),
    image=st.integers(0, 2**64).map(lambda number: ImageId(f"sha256:{number:064x}")),
    name=TEXTS,
    reference=st.sampled_from(["rec:v1", "registry.lan:5000/rec:v1.2.0", "sha256:0011"]),
    local=st.booleans(),
    repositories=st.lists(st.sampled_from(["registry.lan:5000/rec", "r.lan/x"]), max_size=2).map(
        tuple
    ),
    created=_DAYS,
    versions=_TUPLES,
    channels=_TUPLES,
    framework=TEXTS,
    dataset=TEXTS,
    commit=TEXTS,
    digests=_TUPLES,
    size_bytes=_SIZES,
    compressed_bytes=_SIZES,
    training_s=st.none() | st.floats(0, 1e6, allow_nan=False),
    facts=_FACTS,
)
