"""Progress records of BuildKit, decoded."""

import random

import pytest

from modeldesk.adapters.docker_engine.buildkit_trace import (
    Trace,
    Vertex,
    VertexLog,
    VertexStatus,
    decode,
)


def varint(number: int) -> bytes:
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*data, number])


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def stamp(seconds: int, nanoseconds: int) -> bytes:
    return field(1, seconds) + field(2, nanoseconds)


def test_every_part_of_a_record() -> None:
    vertex = (
        field(1, "sha256:aa") + field(2, "sha256:in1") + field(2, "sha256:in2")
        + field(3, "[2/5] RUN écho") + field(4, 1) + field(5, stamp(100, 500_000_000))
        + field(6, stamp(103, 250_000_000)) + field(7, "exit code: 1")
    )  # fmt: skip
    status = field(1, "layer") + field(2, "sha256:aa") + field(4, 3 << 40) + field(5, 9 << 40)
    log = field(1, "sha256:aa") + field(2, stamp(1, 2)) + field(3, 2) + field(4, b"half a \xc3")
    warning = field(1, "sha256:aa") + field(2, 1) + field(3, "a secret in ENV") + field(5, "url")
    record = field(1, vertex) + field(2, status) + field(3, log) + field(4, warning)
    assert decode(record) == Trace(
        (
            Vertex(
                "sha256:aa",
                "[2/5] RUN écho",
                True,
                100.5,
                103.25,
                "exit code: 1",
                ("sha256:in1", "sha256:in2"),
            ),
        ),
        (VertexStatus("layer", "sha256:aa", 3 << 40, 9 << 40),),
        (VertexLog("sha256:aa", b"half a \xc3"),),
        ("a secret in ENV",),
    )


def test_what_is_missing_reads_as_not_yet() -> None:
    assert decode(field(1, field(1, "sha256:aa"))).vertexes == (
        Vertex("sha256:aa", "", False, None, None, ""),
    )
    assert decode(b"") == Trace()


def test_fields_of_later_versions_are_passed_over() -> None:
    later = field(9, b"new") + varint(10 << 3 | 1) + bytes(8) + varint(11 << 3 | 5) + bytes(4)
    record = later + field(1, later + field(1, "sha256:aa") + field(20, 7)) + field(30, 1)
    assert decode(record).vertexes[0].digest == "sha256:aa"


@pytest.mark.parametrize("record", [b"\x0a\x05abc", b"\x0a", b"\x80" * 20, b"\x0b\x00", b"\x09abc"])
def test_what_is_cut_short_or_no_protobuf(record: bytes) -> None:
    with pytest.raises(ValueError, match=r"record|wire"):
        decode(record)


def test_noise_never_raises_anything_else() -> None:
    noise = random.Random(3)
    for _ in range(3000):
        try:
            decode(noise.randbytes(noise.randrange(60)))
        except ValueError:
            continue
