"""Output comes in pieces that begin and end anywhere; lines come out."""

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.docker_engine.logs import LONGEST_LINE, frames, joined
from modeldesk.core.containers.model import LogLine


def framed(error: bool, content: bytes) -> bytes:
    return bytes([2 if error else 1, 0, 0, 0]) + len(content).to_bytes(4, "big") + content


@given(
    pieces=st.lists(st.tuples(st.booleans(), st.binary(max_size=20))),
    cuts=st.lists(st.integers(1, 12), min_size=1),
)
def test_frames_are_found_however_they_are_cut(
    pieces: list[tuple[bool, bytes]], cuts: list[int]
) -> None:
    whole = b"".join(framed(error, content) for error, content in pieces)
    chunks, start, turn = [], 0, 0
    while start < len(whole):
        size = cuts[turn % len(cuts)]
        chunks.append(whole[start : start + size])
        start, turn = start + size, turn + 1
    assert list(frames(chunks)) == pieces


def test_lines_of_both_outputs_are_put_together_apart() -> None:
    pieces = [(False, b"one\ntw"), (True, b"err"), (False, b"o\n\nthr"), (True, b"or\n")]
    assert list(joined(pieces)) == [
        LogLine("one"),
        LogLine("two"),
        LogLine(""),
        LogLine("error", error=True),
        LogLine("thr"),
    ]


def test_a_letter_cut_in_two_and_bytes_that_are_no_text() -> None:
    letter = "é".encode()
    pieces = [(False, letter[:1]), (False, letter[1:] + b"\n\xff\xfe!\n")]
    assert [line.text for line in joined(pieces)] == ["é", "\ufffd\ufffd!"]


def test_lines_of_a_terminal() -> None:
    assert list(joined([(False, b"one\r\ntwo\r\n")])) == [LogLine("one"), LogLine("two")]


def test_a_line_without_end_is_cut() -> None:
    lines = list(joined([(False, b"x" * 16384)] * 9))
    assert [len(line.text) for line in lines] == [LONGEST_LINE, LONGEST_LINE, 16384]
