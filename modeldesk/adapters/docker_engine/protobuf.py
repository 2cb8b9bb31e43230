"""Protobuf messages, read and written without a protobuf library: numbered fields that hold
integers, or bytes for texts and messages. Readers pass over fields they don't need."""

from collections.abc import Iterator

_VARINT, _EIGHT_BYTES, _COUNTED, _FOUR_BYTES = 0, 1, 2, 5
Value = int | bytes


def fields(message: bytes) -> Iterator[tuple[int, Value]]:
    """Field numbers with their values: integers, or bytes for everything else."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire_type = key & 7
        if wire_type == _VARINT:
            number, at = _varint(message, at)
            yield key >> 3, number
            continue
        if wire_type == _COUNTED:
            length, at = _varint(message, at)
        elif wire_type in (_EIGHT_BYTES, _FOUR_BYTES):
            length = 8 if wire_type == _EIGHT_BYTES else 4
        else:
            raise ValueError(f"unknown wire type {wire_type}")
        if at + length > len(message):
            raise ValueError("the record is cut short")
        yield key >> 3, message[at : at + length]
        at += length


def number(field: int, value: int) -> bytes:
    """A field with a number; 0 is what a missing one means, and is left out."""
    return _varint_bytes(field << 3 | _VARINT) + _varint_bytes(value) if value else b""


def counted(field: int, value: bytes) -> bytes:
    """A field with bytes, a text or a message, empty or not."""
    return counted_head(field, len(value)) + value


def counted_head(field: int, length: int) -> bytes:
    """What stands before `length` bytes of a field."""
    return _varint_bytes(field << 3 | _COUNTED) + _varint_bytes(length)


def _varint_bytes(value: int) -> bytes:
    """Negative numbers are written as the 64 bits they are kept in."""
    value &= (1 << 64) - 1
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where it ends."""
    number = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
    raise ValueError("the record is cut short")
