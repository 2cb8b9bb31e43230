"""The truth as it was posted, by anybody."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.canary.feedback import (
    LONGEST_BODY,
    Feedback,
    feedback_body,
    fits,
    parse_feedback,
    read_feedback,
    same,
)
from modeldesk.core.errors import InvalidInput

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def body(**values: object) -> str:
    return json.dumps({"id": "ab12", "prediction": 1, "truth": 1} | values)


@pytest.mark.parametrize(
    ("prediction", "truth", "right"),
    [
        (1, 1, True),
        (1, 1.0, True),
        (0.1 + 0.2, 0.3, True),
        (1_000_000, 1_000_000.5, True),
        (1.0, 1.0001, False),
        (0.0, 1e-10, True),
        ("cat", "cat", True),
        ("cat", "Cat", False),
        ("1", 1, False),
        (True, 1, False),
        (True, True, True),
        (None, None, True),
        (None, 0, False),
        ([1, [2.0, "a"]], [1.0, [2, "a"]], True),
        ([1, 2], [1], False),
        ({"a": 1}, {"a": 1.0000001}, True),
        ({"a": 1}, {"b": 1}, False),
        (10**400, 1.0, False),
        (10**400, 10**400, True),
    ],
)
def test_right_is_what_equals_the_truth(prediction: Any, truth: Any, right: bool) -> None:
    found = parse_feedback(body(prediction=prediction, truth=truth))
    assert found is not None
    assert found.right is right
    assert same(truth, prediction) is right


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[1]",
        "7",
        '{"id": "a", "prediction": 1}',
        '{"id": "a", "truth": 1}',
        body(id=7),
        body(id=""),
        body(id="a" * 65),
        body(id="a\nb"),
        body(id="表"),
        body(truth="x" * LONGEST_BODY),
        body(truth="表" * 2000).replace("\\u8868", "表"),
        '{"id": "a", "prediction": NaN, "truth": 1}',
        '{"id": "a", "prediction": Infinity, "truth": 1}',
        '{"id": "a", "prediction": 1, "truth": 1e999}',
        '{"id": "a", "prediction": ' + "9" * 4200 + ', "truth": 1}',
        '{"id": "a", "prediction": 1, "truth": ' + "[" * 9 + "]" * 9 + "}",
        "[" * LONGEST_BODY,
        '{"id": "a", "truth": ' + '{"a":' * 700,
        "\ud800",
    ],
)
def test_anything_else_is_no_feedback(text: str) -> None:
    assert parse_feedback(text) is None


@given(st.text(max_size=200) | JSON.map(json.dumps))
def test_whatever_is_posted_nothing_breaks(text: str) -> None:
    parse_feedback(text)


@given(st.from_regex(r"[0-9a-f]{1,64}", fullmatch=True), JSON, JSON)
def test_what_is_written_is_read(request: str, prediction: Any, truth: Any) -> None:
    body = feedback_body(Feedback(request, prediction, truth)).decode()
    found = parse_feedback(body)
    if found is None:
        # Too deep, or too large: of such nothing can be told.
        assert body.count("[") + body.count("{") > 4 or not fits(body) or "\ufffd" in body
    else:
        assert found.request == request
        assert found.right is same(prediction, truth)


@given(JSON)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert same(value, value)


def test_a_file_of_lines_is_read_and_what_is_wrong_told() -> None:
    lines = [body(), "", "oops", body(id="cd34", truth=2), '{"id": 1}']
    found = read_feedback("truth.jsonl", "\ufeff".encode() + "\n".join(lines).encode())
    assert found.feedback == (Feedback("ab12", 1, 1), Feedback("cd34", 1, 2))
    assert found.left_out == 2
    assert found.problems == ("Line 3 is no feedback.", "Line 5 is no feedback.")


def test_so_is_one_with_a_header() -> None:
    text = 'Truth,id,note,prediction\r\ncat,a1,x,cat\r\n1.0,a2,"a, b",1\r\nnan,a3,,nan\r\nshort\r\n'
    found = read_feedback("truth.CSV", text.encode())
    assert [one.right for one in found.feedback] == [True, True, True]
    assert found.feedback[2] == Feedback("a3", "nan", "nan")
    assert found.left_out == 1


def test_only_the_first_problems_are_told() -> None:
    found = read_feedback("a.jsonl", b"\n".join([body().encode(), *[b"x"] * 50]))
    assert (found.left_out, len(found.problems)) == (50, 10)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"id,truth\n1,2\n"),
        ("a.csv", b"id,prediction,truth\n"),
        ("a.csv", b'id,prediction,truth\n"' + b"x" * 200_000),
        ("a.jsonl", b""),
        ("a.jsonl", b"\xff\xfe\x00"),
        ("a.jsonl", b"\n\n"),
    ],
)
def test_a_file_without_any_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_feedback(name, content)
    assert caught.value.hint
