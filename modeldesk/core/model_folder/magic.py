"""What tells weights from other files: a few bytes at their beginning, else their extension."""

import re

LARGE = 10 * 1024 * 1024
"""From this size on, a file that is neither code nor media is taken for weights."""

BY_EXTENSION = {
    ".onnx": "ONNX",
    ".cbm": "CatBoost",
    ".engine": "TensorRT",
    ".plan": "TensorRT",
    ".mlmodel": "Core ML",
    ".pte": "ExecuTorch",
    ".pmml": "PMML",
    ".ftz": "fastText",
    ".msgpack": "Flax",
    ".npz": "NumPy",
    ".ckpt": "checkpoint",
}
"""Taken at the extension's word."""
NEVER_WEIGHTS = {
    ".py", ".ipynb", ".js", ".ts", ".css", ".html", ".md", ".csv", ".tsv", ".parquet", ".jsonl",
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".mp3", ".wav", ".flac",
    ".ogg", ".mp4", ".avi", ".mov", ".mkv", ".pdf", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz",
    ".zst", ".7z", ".whl", ".so", ".dll", ".dylib", ".exe", ".log", ".db", ".sqlite", ".deb",
    ".npy", ".xml", ".yaml", ".yml", ".toml", ".svg", ".arrow", ".tfrecord", ".lmdb",
}  # fmt: skip
"""Code, media, archives and data."""

_MARKS = {
    b"CBM1": "CatBoost",
    b"\xba\x16\x4f\x2f": "fastText",
    b"ftrt": "TensorRT",
    b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.": "PyTorch",
}
_LIGHTGBM = re.compile(rb"tree\r?\n(?:[^\n]{0,200}\n){0,3}?version=")
_PMML = re.compile(rb"<PMML[\s>]")
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_FEWEST_NUMBERS = 16
_NUMBERS_SHARE = 0.6


def format_by_magic(start: bytes, extension: str) -> str:
    """The format that the beginning of a file tells; empty where it does not."""
    if start.startswith(b"GGUF"):
        return "GGUF"
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        return "Keras" if extension in (".h5", ".keras") else "HDF5"
    if start[4:8] == b"TFL3":
        return "TFLite"
    if start[4:6] == b"ET" and start[6:8].isdigit():
        return "ExecuTorch"
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return name
    if _LIGHTGBM.match(start):
        return "LightGBM"
    if start.startswith((b"<", b"\xef\xbb\xbf<")) and _PMML.search(start):
        return "PMML"
    return _by_json(start.lstrip(), extension)


def extension_of(path: str) -> str:
    """In small letters with its dot; empty for a name without one, or that begins with it."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def _by_json(start: bytes, extension: str) -> str:
    """What JSON, or the binary JSON of XGBoost (whose strings have no quotes), begins like."""
    if not start.startswith((b"{", b"[")):
        return ""
    learner = b"learner" if extension == ".ubj" else b'"learner"'
    if extension in (".json", ".model", ".ubj") and learner in start:
        return "XGBoost"
    return "JSON" if extension == ".json" and _mostly_numbers(start) else ""


def _mostly_numbers(start: bytes) -> bool:
    """Whether JSON begins like arrays of weights, and not like settings or an index of files."""
    packed = b"".join(start.split())
    numbers = _NUMBER.findall(packed)
    return len(numbers) >= _FEWEST_NUMBERS and sum(map(len, numbers)) + len(
        numbers
    ) > _NUMBERS_SHARE * len(packed)
