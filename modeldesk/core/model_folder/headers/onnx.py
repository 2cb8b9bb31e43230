"""ONNX: a protocol buffer whose initialisers have types and shapes; large models keep their
data in files beside it."""

from modeldesk.core.model_folder.headers.protobuf import BYTES, VARINT, Field, fields, numbers, text
from modeldesk.core.model_folder.headers.reading import BadHeader, Header, Source, Tally
from modeldesk.core.words import tr

_INITIALIZER = 5
_DIMS, _DATA_TYPE, _EXTERNAL = 1, 2, 13
_NEWEST_IR = 100
_MOST_NEEDED = 100
_MOST_OPSETS = 20
_TYPES = {
    1: "F32", 2: "U8", 3: "I8", 4: "U16", 5: "I16", 6: "I32", 7: "I64", 8: "string", 9: "BOOL",
    10: "F16", 11: "F64", 12: "U32", 13: "U64", 14: "C64", 15: "C128", 16: "BF16",
    17: "F8_E4M3", 18: "F8_E4M3FNUZ", 19: "F8_E5M2", 20: "F8_E5M2FNUZ", 21: "U4", 22: "I4",
    23: "F4_E2M1",
}  # fmt: skip


def is_onnx(start: bytes) -> bool:
    """Whether a file begins as ONNX does: its version, and who wrote it, in plain letters."""
    if len(start) < 5:
        return False
    length = start[3]
    name = start[4 : 4 + length]
    return (
        start[:1] == b"\x08"
        and 0 < start[1] < _NEWEST_IR
        and start[2] == 0x12
        and 0 < length < 64
        and name.isascii()
        and name.decode("latin-1").isprintable()
    )


def read(source: Source) -> Header:
    """Parameters, precision and the files its data is in. Raises `BadHeader`."""
    tally, needs = Tally(), dict[str, None]()
    version, producer = 0, ""
    opsets: list[str] = []
    for field in fields(source, 0, source.size):
        match field.number, field.wire:
            case (1, 0):
                version = field.value
            case (2, 2):
                producer = text(source, field)[:60]
            case (7, 2):
                _graph(source, field, tally, needs)
            case (8, 2) if len(opsets) < _MOST_OPSETS:
                opsets.append(_opset(source, field))
    if not 0 < version < _NEWEST_IR:
        raise BadHeader(tr("it is no ONNX model"))
    said = [f"ir_version {version}"]
    if opsets:
        said.append(f"opset {', '.join(opsets[:3])}")
    if producer:
        said.append(producer)
    parameters = tally.parameters if tally.tensors else None
    return Header(parameters, tally.precision, ", ".join(said), needs=tuple(needs))


def _opset(source: Source, opset: Field) -> str:
    domain, version = "", ""
    for field in fields(source, opset.value, opset.end):
        if field.number == 1 and field.wire == BYTES:
            domain = text(source, field)[:40]
        elif field.number == 2 and field.wire == VARINT:
            version = str(field.value)
    return f"{domain} {version}".strip()


def _graph(source: Source, graph: Field, tally: Tally, needs: dict[str, None]) -> None:
    for field in fields(source, graph.value, graph.end):
        if field.number == _INITIALIZER and field.wire == BYTES:
            _tensor(source, field, tally, needs)


def _tensor(source: Source, tensor: Field, tally: Tally, needs: dict[str, None]) -> None:
    shape: list[int] = []
    kind = 0
    for field in fields(source, tensor.value, tensor.end):
        if field.number == _DIMS:
            shape += numbers(source, field, 32)
        elif field.number == _DATA_TYPE and field.wire == VARINT:
            kind = field.value
        elif field.number == _EXTERNAL and field.wire == BYTES and len(needs) < _MOST_NEEDED:
            needs |= dict.fromkeys(_location(source, field))
        if len(shape) > 64:
            raise BadHeader(tr("a tensor has an impossible shape"))
    tally.add(_TYPES.get(kind, f"type {kind}"), shape)


def _location(source: Source, entry: Field) -> tuple[str, ...]:
    """The file that an entry of external data names; none for any other entry."""
    key = value = ""
    for field in fields(source, entry.value, entry.end):
        if field.wire == BYTES and field.number == 1:
            key = text(source, field)
        elif field.wire == BYTES and field.number == 2:
            value = text(source, field)
    return (value,) if key == "location" and value else ()
