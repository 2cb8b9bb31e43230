"""What counts of labels and edits."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.metadata.merge import merged, time_for_next
from modeldesk.core.metadata.model import DATASET, Edit, Key, Section, Told, Value

ACCURACY = Key(Section.METRIC, "accuracy")
OWNER = Key(Section.TAG, "owner")
NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)
KEYS = [ACCURACY, OWNER, DATASET]


def edit(minute: int, unset: tuple[Key, ...] = (), **values: Value) -> Edit:
    names = {"accuracy": ACCURACY, "owner": OWNER, "dataset": DATASET}
    time = NOON + timedelta(minutes=minute)
    chosen = {names[name]: value for name, value in values.items()}
    return Edit(time, "Ann", "", chosen, frozenset(unset))


def test_labels_first_then_the_newest_by_key() -> None:
    first, second = edit(1, accuracy=0.5, owner="ann"), edit(2, accuracy=0.6)
    found = merged({ACCURACY: 0.1, DATASET: "clicks"}, [second, first, second])
    assert found.values == {
        ACCURACY: Told(0.6, second),
        OWNER: Told("ann", first),
        DATASET: Told("clicks", None),
    }
    assert list(found.values) == sorted(found.values, key=str)
    assert found.history == (second, first)


def test_what_is_unset_counts_no_more_until_it_is_set_again() -> None:
    gone = edit(1, (ACCURACY, OWNER))
    assert merged({ACCURACY: 0.1}, [gone]).values == {}
    back = edit(2, accuracy=0.2)
    assert merged({ACCURACY: 0.1}, [gone, back]).values == {ACCURACY: Told(0.2, back)}


def test_a_clock_ahead_does_not_undo_the_next_edit() -> None:
    ahead = edit(60, accuracy=0.9)
    time = time_for_next(NOON, [ahead])
    mine = Edit(time, "Bo", "", {ACCURACY: 0.1})
    assert merged({}, [mine, ahead]).values[ACCURACY].value == 0.1
    assert time_for_next(NOON, []) == NOON


EDITS = st.lists(
    st.builds(
        lambda minute, key, value, gone: Edit(
            NOON + timedelta(minutes=minute), "x", "", {key: value}, frozenset(gone) - {key}
        ),
        st.integers(0, 3),
        st.sampled_from(KEYS),
        st.integers(0, 9),
        st.sets(st.sampled_from(KEYS)),
    ),
    max_size=6,
)


@given(EDITS)
def test_the_order_they_came_in_does_not_matter(edits: list[Edit]) -> None:
    shuffled = edits[::-1] + edits[:2]
    assert merged({ACCURACY: 1}, shuffled) == merged({ACCURACY: 1}, edits)
