"""What tells weights from other files: a few bytes at their beginning, else their extension."""

LARGE = 10 * 1024 * 1024
"""From this size on, a file that is neither code nor media is taken for weights."""

BY_EXTENSION = {
    ".onnx": "ONNX",
    ".cbm": "CatBoost",
    ".ubj": "XGBoost",
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


def format_by_magic(start: bytes, extension: str) -> str:
    """The format that the beginning of a file tells; empty where it does not."""
    if start.startswith(b"GGUF"):
        return "GGUF"
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        return "Keras" if extension in (".h5", ".keras") else "HDF5"
    if start[4:8] == b"TFL3":
        return "TFLite"
    if start.startswith(b"CBM1"):
        return "CatBoost"
    if start.startswith(b"\xba\x16\x4f\x2f"):
        return "fastText"
    if start.startswith(b"tree\n") and b"version=" in start[:200]:
        return "LightGBM"
    head = start.lstrip()[:1]
    if head == b"{" and extension in (".json", ".model") and b'"learner"' in start:
        return "XGBoost"
    return ""


def extension_of(path: str) -> str:
    """In small letters with its dot; empty for a name without one, or that begins with it."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""
