"""The wire format of protocol buffers, read without its schema; what is not asked for is
skipped, not loaded."""

from collections.abc import Iterator
from typing import NamedTuple

from modeldesk.core.model_folder.headers.reading import BadHeader, Source
from modeldesk.core.words import tr

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_LONGEST_TEXT = 4096


class Field(NamedTuple):
    """One field of a message."""

    number: int
    wire: int
    value: int
    """Of a `VARINT`; of `BYTES`, where its content begins."""
    end: int
    """Of `BYTES`, where its content ends."""


def fields(source: Source, begin: int, end: int) -> Iterator[Field]:
    """The fields of the message between two places. The source may be moved meanwhile."""
    at = begin
    while at < end:
        source.go_to(at)
        key = _varint(source)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise BadHeader(tr("it is no protocol buffer"))
        value = _varint(source) if wire in (VARINT, BYTES) else 0
        at = source.at
        if wire == BYTES:
            found = Field(number, wire, at, at + value)
            at += value
        else:
            found = Field(number, wire, value, at)
            at += {VARINT: 0, FIXED64: 8, FIXED32: 4}.get(wire, end)
        if at > end:
            raise BadHeader(tr("it ends too early"))
        yield found


def text(source: Source, field: Field) -> str:
    """The beginning of a string's content."""
    source.go_to(field.value)
    content = source.exactly(min(field.end - field.value, _LONGEST_TEXT))
    return content.decode("utf-8", "replace")


def numbers(source: Source, field: Field, most: int) -> list[int]:
    """A repeated number's values, packed or not; at most about `most` of them."""
    if field.wire == VARINT:
        return [field.value]
    found: list[int] = []
    source.go_to(field.value)
    while source.at < field.end and len(found) <= most:
        found.append(_varint(source))
    return found


def _varint(source: Source) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = source.exactly(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF
    raise BadHeader(tr("it is no protocol buffer"))
