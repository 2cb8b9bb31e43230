"""What files are by their names, where nothing better tells."""

_CODE = frozenset(
    [
        ".py",
        ".pyx",
        ".pyi",
        ".ipynb",
        ".sh",
        ".bash",
        ".js",
        ".mjs",
        ".ts",
        ".jsx",
        ".tsx",
        ".html",
        ".css",
        ".go",
        ".rs",
        ".java",
        ".kt",
        ".scala",
        ".c",
        ".cc",
        ".cpp",
        ".h",
        ".hpp",
        ".cu",
        ".r",
        ".jl",
        ".lua",
        ".pl",
        ".rb",
        ".php",
        ".sql",
        ".proto",
        ".so",
    ]
)
_DOCUMENTS = frozenset([".md", ".rst", ".pdf", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"])
_DOCUMENT_NAMES = frozenset(
    {"license", "licence", "notice", "authors", "changelog", "readme", "metrics.json"}
)


def is_document(path: str) -> bool:
    """Whether it is for people to read, or a picture for them."""
    name, stem, ending = _parts(path)
    return ending in _DOCUMENTS or name in _DOCUMENT_NAMES or stem in _DOCUMENT_NAMES


def is_code(path: str) -> bool:
    """Whether it is a program, or part of one."""
    return _parts(path)[2] in _CODE


def _parts(path: str) -> tuple[str, str, str]:
    """The name, what is before its ending, and that with its dot, in small letters."""
    name = path.rpartition("/")[2].lower()
    stem, dot, ending = name.rpartition(".")
    return name, stem, f"{dot}{ending}" if dot else ""
