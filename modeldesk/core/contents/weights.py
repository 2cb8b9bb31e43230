"""Recognising model weights in an image, by the few bytes that are kept of large files."""

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.runs import run_of
from modeldesk.core.model_folder.magic import (
    BY_EXTENSION,
    LARGE,
    NEVER_WEIGHTS,
    extension_of,
    format_by_magic,
)

LOOKED_AT = 1024 * 1024
"""Bytes from which a file may hold weights; of such the beginning is kept."""
_LONGEST_HEADER = 100 * 1024 * 1024
_TORCH = {".pt", ".pth", ".bin", ".ckpt"}
_PICKLES = {".pkl", ".pickle", ".joblib", ".dill", ".sav", *_TORCH}
_PROGRAMS = (b"\x7fELF", b"#!", b"MZ", b"!<arch>", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_CODE = (b".py", b".so", b".js")


def format_of(path: bytes, size: int, start: bytes) -> str:
    """The format of weights that begin with `start`; empty for what is none, or can't be told."""
    extension = extension_of(path.decode("latin-1"))
    if name := format_by_content(extension, size, start):
        return name
    if b"/variables/variables.data-" in path:
        return "TensorFlow SavedModel"
    return BY_EXTENSION.get(extension, "")


def format_by_content(extension: str, size: int, start: bytes) -> str:
    """As `format_of`, not taking the name's word for it."""
    if name := format_by_magic(start, extension):
        return name
    header = int.from_bytes(start[:8], "little")
    if start[8:9] == b"{" and 2 <= header <= min(_LONGEST_HEADER, size - 8):
        return "safetensors"
    if start.startswith(b"PK\x03\x04"):
        return _zipped(extension, start)
    if extension in _PICKLES and start[:1] == b"\x80":
        return "PyTorch" if extension in _TORCH else "pickle"
    return ""


def looks_like_weights(layer: LayerIndex, row: int) -> bool:
    """Whether a file of no known format is likely weights: large, neither code nor media nor a
    program, in a folder without code."""
    path = layer.paths[row]
    if layer.sizes[row] < LARGE or layer.types[row] != FileType.FILE:
        return False
    if extension_of(path.decode("latin-1")) in NEVER_WEIGHTS:
        return False
    if layer.kept.get(path, b"").startswith(_PROGRAMS):
        return False
    folder = path.rpartition(b"/")[0]
    depth = path.count(b"/")
    run = run_of(layer.paths, folder)
    beside = (other for other in layer.paths[run.start : run.stop] if other.endswith(_CODE))
    return not any(other.count(b"/") == depth for other in beside)


def _zipped(extension: str, start: bytes) -> str:
    if b"constants.pkl" in start or b"/code/" in start:
        return "TorchScript"
    if b"data.pkl" in start or extension in (".pt", ".pth", ".pt2", ".ckpt"):
        return "PyTorch"
    if extension == ".keras" or b"model.weights.h5" in start:
        return "Keras"
    return "NumPy" if extension == ".npz" else ""
