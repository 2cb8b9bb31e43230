"""Messages as gRPC frames them: a mark for compression, four bytes of length, the message."""

import struct

_HEAD = struct.Struct(">BI")
_LONGEST = 16 << 20


def frame_head(length: int) -> bytes:
    """What stands before a message of `length` bytes."""
    return _HEAD.pack(0, length)


def frame(message: bytes) -> bytes:
    """A message, ready to be sent."""
    return frame_head(len(message)) + message


class Frames:
    """Pieces of a stream in, whole messages out."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, piece: bytes) -> list[bytes]:
        """The messages that `piece` completes. Raises `ValueError` for one that is compressed,
        which nobody was asked to do, or of no sane size."""
        self._rest += piece
        found = []
        at = 0
        while len(self._rest) - at >= _HEAD.size:
            compressed, length = _HEAD.unpack_from(self._rest, at)
            if compressed or length > _LONGEST:
                raise ValueError("a message that can't be read")
            end = at + _HEAD.size + length
            if end > len(self._rest):
                break
            found.append(bytes(self._rest[at + _HEAD.size : end]))
            at = end
        del self._rest[:at]
        return found
