"""GGUF: keys with values, then a table of tensors with their shapes and quantisation."""

import struct

from modeldesk.core.model_folder.headers.reading import BadHeader, Header, Source, Tally
from modeldesk.core.words import tr

_STRING, _ARRAY = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_SIGNED = {1, 3, 5, 11}
_REALS = {6: "<f", 12: "<d"}
_LONGEST_STRING = 64 * 1024 * 1024
_KEPT = 300
_LONGEST_NAME = 65_535
_MOST_ENTRIES = 1_000_000
_MOST_STRINGS = 3_000_000
_TENSOR_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1",
    10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS",
    17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S",
    23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 30: "BF16",
    34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
}  # fmt: skip
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip
_NAMED = {
    "general.name": "title",
    "general.architecture": "architecture",
    "general.license": "license",
    "general.base_model.0.name": "base model",
}


def read(source: Source) -> Header:
    """Parameters and quantisation. Raises `BadHeader`. Files of the first version, and those of
    big-endian machines, are known by their magic alone."""
    source.skip(4)
    version = source.number(4)
    if version not in (2, 3):
        return Header(evidence="GGUF")
    tensors, keys = source.number(8), source.number(8)
    if max(tensors, keys) > _MOST_ENTRIES:
        raise BadHeader(tr("it names more tensors than any model has"))
    values = dict(_entry(source) for _ in range(keys))
    tally = Tally()
    for _ in range(tensors):
        _tensor(source, tally)
    facts = {
        name: value
        for key, name in _NAMED.items()
        if isinstance(value := values.get(key), str) and value
    }
    file_type = values.get("general.file_type")
    precision = _FILE_TYPES.get(file_type, "") if isinstance(file_type, int) else ""
    said = [f"GGUF v{version}", *([facts["architecture"]] if "architecture" in facts else [])]
    return Header(
        tally.parameters if tensors else None,
        precision or tally.precision,
        f"{', '.join(said)}, {tally.words}",
        facts,
    )


def _entry(source: Source) -> tuple[str, object]:
    key = _text(source, _LONGEST_NAME)
    return key, _value(source, source.number(4), key in _NAMED or key == "general.file_type")


def _value(source: Source, kind: int, wanted: bool) -> object:
    if kind == _STRING:
        return _text(source, _LONGEST_STRING if wanted else source.size)
    if kind == _ARRAY:
        _skip_array(source)
        return None
    if kind not in _SIZES:
        raise BadHeader(tr("a value is of an unknown kind"))
    content = source.exactly(_SIZES[kind])
    if kind in _REALS:
        return struct.unpack(_REALS[kind], content)[0]
    return int.from_bytes(content, "little", signed=kind in _SIGNED)


def _skip_array(source: Source) -> None:
    kind, count = source.number(4), source.number(8)
    if kind in _SIZES:
        source.skip(count * _SIZES[kind])
    elif kind == _STRING and count <= _MOST_STRINGS:
        for _ in range(count):
            _skip_text(source)
    else:
        raise BadHeader(tr("a value is of an unknown kind"))


def _skip_text(source: Source) -> None:
    source.skip(source.number(8))


def _text(source: Source, longest: int) -> str:
    length = source.number(8)
    if length > longest:
        raise BadHeader(tr("a name in it is too long"))
    content = source.exactly(min(length, _KEPT))
    source.skip(length - len(content))
    return content.decode("utf-8", "replace")


def _tensor(source: Source, tally: Tally) -> None:
    _text(source, _LONGEST_NAME)
    sides = source.number(4)
    if sides > 8:
        raise BadHeader(tr("a tensor has an impossible shape"))
    shape = struct.unpack(f"<{sides}Q", source.exactly(8 * sides))
    kind = source.number(4)
    source.skip(8)
    tally.add(_TENSOR_TYPES.get(kind, f"type {kind}"), shape)
