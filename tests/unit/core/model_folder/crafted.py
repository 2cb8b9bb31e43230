"""Weights written byte by byte, as their libraries write them."""

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Iterable, Mapping

from tests.unit.core.model_folder import hdf5_samples


def safetensors(header: object, data: int = 0) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(data)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def proto(*fields: tuple[int, int | bytes]) -> bytes:
    """A protocol buffer of numbers and byte strings."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def onnx_tensor(dims: Iterable[int], kind: int, data: int = 0, beside: str = "") -> bytes:
    fields: list[tuple[int, int | bytes]] = [(1, side) for side in dims]
    fields += [(2, kind), (8, b"weight"), (9, bytes(data))]
    if beside:
        fields.append((13, proto((1, b"location"), (2, beside.encode()))))
    return proto(*fields)


def onnx(*tensors: bytes) -> bytes:
    graph = proto((1, proto((4, b"Gemm"))), *((5, one) for one in tensors))
    return proto((1, 8), (2, b"pytorch"), (7, graph), (8, proto((1, b""), (2, 17))))


def gguf(
    tensors: Iterable[tuple[Iterable[int], int]], texts: Mapping[str, str], file_type: int = 15
) -> bytes:
    def text(words: str) -> bytes:
        return struct.pack("<Q", len(words.encode())) + words.encode()

    listed = list(tensors)
    keys = b"".join(text(key) + struct.pack("<I", 8) + text(value) for key, value in texts.items())
    keys += text("general.file_type") + struct.pack("<II", 4, file_type)
    keys += text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")
    keys += text("scores") + struct.pack("<IIQ", 9, 6, 2) + bytes(8)
    table = b""
    for shape, kind in listed:
        sides = list(shape)
        table += text("blk") + struct.pack("<I", len(sides))
        table += struct.pack(f"<{len(sides)}QIQ", *sides, kind, 0)
    return b"GGUF" + struct.pack("<IQQ", 3, len(listed), len(texts) + 3) + keys + table


def tflite() -> bytes:
    """A model with one tensor of 2 × 3 numbers and one without data. Each part lies behind what
    points to it."""
    made = bytearray(struct.pack("<I", 8) + b"TFL3")

    def table(fields: Iterable[int | None]) -> list[int]:
        """A table whose fields are four bytes each, None for one that is left out; the places of
        the fields."""
        listed = list(fields)
        slots = 4 + 2 * len(listed)
        at = len(made)
        made.extend(struct.pack("<i", -(4 + 4 * len(listed))))
        made.extend(b"".join(struct.pack("<I", value or 0) for value in listed))
        offsets = [0 if value is None else 4 + 4 * n for n, value in enumerate(listed)]
        made.extend(struct.pack(f"<HH{len(listed)}H", slots, 4 + 4 * len(listed), *offsets))
        return [at + 4 + 4 * n for n in range(len(listed))]

    def vector(field: int, numbers: Iterable[int]) -> list[int]:
        """What `field` points to; the places of its numbers."""
        listed = list(numbers)
        struct.pack_into("<I", made, field, len(made) - field)
        at = len(made)
        made.extend(struct.pack(f"<I{len(listed)}I", len(listed), *listed))
        return [at + 4 + 4 * n for n in range(len(listed))]

    def points(field: int) -> None:
        struct.pack_into("<I", made, field, len(made) - field)

    model = table((3, None, 1, None, 1))
    (graph,) = vector(model[2], (0,))
    empty, filled = vector(model[4], (0, 0))
    points(empty)
    table(())
    points(filled)
    vector(table((1,))[0], (0,) * 6)
    points(graph)
    tensors = vector(table((1,))[0], (0, 0))
    for place, (sides, buffer) in zip(tensors, (((2, 3), 1), ((9, 9), 0)), strict=True):
        points(place)
        vector(table((1, 0, buffer))[0], sides)
    return bytes(made)


def keras(
    version: str = "3.5.0", weights: bytes = hdf5_samples.KERAS, *, packed: bool = False
) -> bytes:
    made = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(made, "w", kind) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps({"class_name": "Functional"}))
        archive.writestr("model.weights.h5", weights)
    return made.getvalue()


def npy(descr: str = "'<f4'", shape: str = "(3, 4)", *, data: int = 48, version: int = 1) -> bytes:
    """An array as NumPy saves it; `descr` and `shape` in Python's notation."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode() + b"  \n"
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + bytes(data)


def npz(*arrays: bytes, packed: bool = False) -> bytes:
    made = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(made, "w", kind) as archive:
        for number, array in enumerate(arrays):
            archive.writestr(f"arr_{number}.npy", array)
    return made.getvalue()


class Storage:
    """Numbers that torch keeps beside the pickle."""

    def __init__(self, kind: type, key: str, numbers: int) -> None:
        self.id = ("storage", kind, key, "cpu", numbers)


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: object) -> object:
        return obj.id if isinstance(obj, Storage) else None


def pickled(content: object, protocol: int = 2) -> bytes:
    """A pickle as torch writes it."""
    made = io.BytesIO()
    _Pickler(made, protocol).dump(content)
    return made.getvalue()


def zipped(*names: str, pickle: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, pickle if name.endswith("data.pkl") else b"x")
    return made.getvalue()
