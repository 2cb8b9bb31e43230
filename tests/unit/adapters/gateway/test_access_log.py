"""Lines of a gateway's log, whole and broken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.gateway.access_log import LogReader
from modeldesk.core.gateway.model import Answered, FeedbackPosted

_FIELDS = {
    "t": 1795998273.404,
    "v": "r2",
    "s": 200,
    "us": "200",
    "ut": "0.004",
    "uh": "0.003",
    "ul": "100",
    "cl": "100",
    "q": "POST",
    "ok": "OK",
    "id": "b28c2e38",
    "r": "023f7112",
    "f": 0,
}


def test_a_request() -> None:
    assert _read() == Answered(1795998273.404, "r2", 200, 200, 0.004, "b28c2e38", "023f7112", False)
    assert not _read().failed


@pytest.mark.parametrize(
    ("fields", "backend_status", "seconds"),
    [
        # The canary refused the connection, and the stable version helped out.
        ({"us": "502 : 200", "ut": "0.000 : 0.002", "uh": "- : 0.002"}, None, None),
        # Tries of one group count together; the last says what came of it.
        ({"us": "502, 200", "ut": "0.001, 0.002", "uh": "-, 0.002"}, 200, 0.003),
        ({"us": "502, 502", "ut": "0.001, -", "uh": "-, -", "s": 502}, None, None),
        ({"us": "504", "ut": "60.001", "uh": "-", "s": 504}, None, None),
        # A 502 of the backend's own.
        ({"us": "502", "ut": "0.001", "uh": "0.001", "s": 502}, 502, 0.001),
        # Nobody was asked.
        ({"v": "", "us": "", "ut": "", "uh": "", "s": 503}, None, None),
        ({"us": "", "ut": "", "uh": "", "s": 501}, None, None),
        ({"us": "-", "ut": "-", "uh": "-", "s": 499, "ok": ""}, None, None),
        # The caller waited and left.
        ({"us": "-", "ut": "2.007", "uh": "-", "s": 499, "ok": ""}, None, None),
        # The caller left in the middle of the answer.
        ({"us": "200", "ut": "1.000", "uh": "0.010", "s": 499, "ok": ""}, 200, 1.0),
        ({"ul": "50", "ok": ""}, 200, 0.004),
        # The backend broke off in the middle of its answer.
        ({"ul": "50"}, None, None),
        ({"ul": "50", "cl": ""}, 200, 0.004),
        # These have no body, whatever the length they tell.
        ({"ul": "0", "q": "HEAD"}, 200, 0.004),
        ({"ul": "0", "us": "304", "s": 304}, 304, 0.004),
    ],
)
def test_what_the_backend_it_was_for_did(
    fields: dict[str, object], backend_status: int | None, seconds: float | None
) -> None:
    found = _read(**fields)
    assert found.backend_status == backend_status
    assert found.seconds == (None if seconds is None else pytest.approx(seconds))
    left = fields.get("s") == 499
    waited = left and fields["ut"] != "-"
    assert found.passed_on == (waited or fields.get("us") not in ("", "-"))
    failed = backend_status is None or backend_status >= 500
    assert found.failed == (failed and not left and found.passed_on)


def test_a_copy() -> None:
    found = _read(m=1, ok="")
    assert found.mirrored
    assert found.backend_status == 200
    reader = LogReader()
    assert reader.read(json.dumps({**_FIELDS, "m": 1, "us": "", "uh": "", "ut": ""})) is None
    assert reader.skipped == 0


def test_feedback() -> None:
    reader = LogReader()
    line = {"t": 1.5, "s": 202, "body": '{"id": 1}'}
    assert reader.read(json.dumps(line)) == FeedbackPosted(1.5, '{"id": 1}')
    assert reader.read(json.dumps({**line, "s": 413})) is None
    assert reader.skipped == 0


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nginx: [alert] something",
        "[]",
        "3",
        '"body"',
        "null",
        "[" * 100_000,
        json.dumps(_FIELDS)[:-7],
        json.dumps(_FIELDS)[9:],
        json.dumps({**_FIELDS, "s": "many"}),
        json.dumps({**_FIELDS, "v": 3}),
        json.dumps({**_FIELDS, "us": 200}),
        json.dumps({**_FIELDS, "us": "200;"}),
        json.dumps({**_FIELDS, "t": None}),
        json.dumps({key: value for key, value in _FIELDS.items() if key != "id"}),
        '{"body": 3}',
        '{"t": ' + "9" * 5000 + ', "s": 202, "body": ""}',
    ],
)
def test_broken_lines_are_passed_over_and_counted(line: str) -> None:
    reader = LogReader()
    assert reader.read(line) is None
    assert reader.skipped == 1


@given(st.text())
def test_no_text_stops_the_reader(text: str) -> None:
    LogReader().read(text)


@given(
    st.dictionaries(
        st.sampled_from([*_FIELDS, "m", "body"]),
        st.none() | st.text() | st.integers() | st.floats() | st.lists(st.text()),
    )
)
def test_no_fields_stop_the_reader(fields: dict[str, object]) -> None:
    LogReader().read(json.dumps({**_FIELDS, **fields}))


def _read(**fields: object) -> Answered:
    found = LogReader().read(json.dumps({**_FIELDS, **fields}))
    assert isinstance(found, Answered)
    return found
