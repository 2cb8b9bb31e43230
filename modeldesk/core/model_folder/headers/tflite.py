"""TFLite: a flatbuffer. A tensor with a buffer that holds data is one of parameters."""

import struct

from modeldesk.core.model_folder.headers.reading import BadHeader, Header, Source, Tally
from modeldesk.core.words import tr

_SUBGRAPHS, _BUFFERS = 2, 4
_TENSORS = 0
_SHAPE, _TYPE, _BUFFER = 0, 1, 2
_DATA, _OFFSET = 0, 1
_MOST = 200_000
_TYPES = {0: "F32", 1: "F16", 2: "I32", 3: "U8", 4: "I64", 5: "string", 6: "BOOL", 7: "I16",
          8: "C64", 9: "I8", 10: "F64", 11: "C128", 12: "U64", 15: "U32", 16: "U16", 17: "I4",
          18: "BF16"}  # fmt: skip


def read(source: Source) -> Header:
    """Parameters and precision. Raises `BadHeader`."""
    source.go_to(0)
    model = _Table(source, source.number(4))
    buffers = model.tables(_BUFFERS)
    filled: dict[int, bool] = {}
    tally = Tally()
    for subgraph in model.tables(_SUBGRAPHS)[:64]:
        for at in _Table(source, subgraph).tables(_TENSORS):
            tensor = _Table(source, at)
            buffer = tensor.number(_BUFFER, 4)
            if buffer not in filled:
                filled[buffer] = buffer < len(buffers) and _has_data(source, buffers[buffer])
                if filled[buffer]:
                    kind = tensor.number(_TYPE, 1)
                    tally.add(_TYPES.get(kind, f"type {kind}"), tensor.sides(_SHAPE))
    return Header(tally.parameters, tally.precision, f"TFL3, {tally.words}")


def _has_data(source: Source, at: int) -> bool:
    buffer = _Table(source, at)
    return bool(buffer.length(_DATA) or buffer.number(_OFFSET, 8) > 1)


class _Table:
    """A table of a flatbuffer."""

    def __init__(self, source: Source, at: int) -> None:
        self._source = source
        self._at = at
        source.go_to(at)
        self._slots = at - int.from_bytes(source.exactly(4), "little", signed=True)
        source.go_to(self._slots)
        self._size = source.number(2)

    def number(self, slot: int, size: int) -> int:
        """A number that is part of the table; 0 where it is left out."""
        place = self._place(slot)
        if not place:
            return 0
        self._source.go_to(place)
        return self._source.number(size)

    def length(self, slot: int) -> int:
        """How long a vector is."""
        return self._open(slot)

    def sides(self, slot: int) -> tuple[int, ...]:
        """A short vector of 32-bit numbers."""
        count = self._open(slot)
        if count > 32:
            raise BadHeader(tr("a tensor has an impossible shape"))
        return struct.unpack(f"<{count}i", self._source.exactly(4 * count))

    def tables(self, slot: int) -> list[int]:
        """Where the tables of a vector are."""
        count = self._open(slot)
        if count > _MOST:
            raise BadHeader(tr("it names more tensors than any model has"))
        first = self._source.at
        offsets = struct.unpack(f"<{count}I", self._source.exactly(4 * count))
        return [first + 4 * number + offset for number, offset in enumerate(offsets)]

    def _open(self, slot: int) -> int:
        """Go to a vector's content; its length."""
        place = self._place(slot)
        if not place:
            return 0
        self._source.go_to(place)
        self._source.go_to(place + self._source.number(4))
        return self._source.number(4)

    def _place(self, slot: int) -> int:
        """Where a field is; 0 where it is left out."""
        if 4 + 2 * slot + 2 > self._size:
            return 0
        self._source.go_to(self._slots + 4 + 2 * slot)
        offset = self._source.number(2)
        return self._at + offset if offset else 0
