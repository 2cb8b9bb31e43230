"""What a pickle would import, read from its opcodes. Nothing is unpickled, and however large
its parts are, little of it is held in memory."""

import pickletools
import re
from dataclasses import dataclass
from typing import BinaryIO

_MOST_OPCODES = 300_000
_MOST_PICKLES = 8
_LONGEST_NAME = 512
_LONGEST_LINE = 65_536
_MOST_REMEMBERED = 100_000
_RAW_SEARCHED = 64 * 1024 * 1024
_OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
_LENGTH_BYTES = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
_STRINGS = {
    "UNICODE",
    "BINUNICODE",
    "SHORT_BINUNICODE",
    "BINUNICODE8",
    "STRING",
    "BINSTRING",
    "SHORT_BINSTRING",
}
_UNSAFE_MODULES = {
    "os", "posix", "nt", "posixpath", "subprocess", "sys", "shutil", "socket", "runpy", "pty",
    "importlib", "webbrowser", "ctypes", "marshal", "pickle", "_pickle", "commands", "code",
    "codeop", "pdb", "bdb", "timeit", "urllib", "http", "ftplib", "requests", "httpx", "pip",
    "pydoc", "profile", "cProfile", "multiprocessing", "asyncio", "threading", "signal",
    "tempfile", "zipfile", "tarfile", "sqlite3", "inspect", "platform", "ensurepip", "venv",
}  # fmt: skip
_UNSAFE_NAMES = {
    f"{module}.{name}"
    for module in ("builtins", "__builtin__")
    for name in (
        "eval", "exec", "execfile", "compile", "open", "file", "input", "breakpoint", "getattr",
        "setattr", "delattr", "globals", "locals", "vars", "apply", "__import__",
    )
} | {"types.CodeType", "types.FunctionType", "operator.methodcaller", "torch.load",
     "numpy.load", "joblib.load", "dill.loads", "cloudpickle.loads"}  # fmt: skip
_RAW_IMPORT = re.compile(
    rb"(?:c|\x8c.|X.\x00\x00\x00)(os|posix|nt|subprocess|builtins|__builtin__|runpy|pty|socket)"
    rb"(?:\n|\x94|q)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class PickleContent:
    """What a pickle names. `complete` is false where it could only be read in part."""

    imports: frozenset[str] = frozenset()
    """``module.name``."""
    complete: bool = True

    @property
    def modules(self) -> frozenset[str]:
        """Top-level modules."""
        return frozenset(name.partition(".")[0] for name in self.imports)

    @property
    def unsafe(self) -> tuple[str, ...]:
        """Imports by which loading it could run commands, or that hide what they are."""
        return tuple(sorted(name for name in self.imports if _is_unsafe(name)))


def read_pickle(file: BinaryIO) -> PickleContent:
    """Walk the pickles at the file's position, one after the other."""
    imports: set[str] = set()
    left = _MOST_OPCODES
    for _ in range(_MOST_PICKLES):
        scan = _Scan(file, imports, left)
        left = scan.run()
        if not scan.ended:
            imports |= _search_raw(file)
            return PickleContent(frozenset(imports), complete=False)
        if file.read(1) != b"\x80":
            return PickleContent(frozenset(imports))
        file.seek(-1, 1)
    return PickleContent(frozenset(imports), complete=False)


def _is_unsafe(name: str) -> bool:
    return name.partition(".")[0] in _UNSAFE_MODULES or name in _UNSAFE_NAMES or name == "?"


def _search_raw(file: BinaryIO) -> set[str]:
    """Dangerous imports in what is no plain pickle, such as the arrays of a joblib file."""
    found: set[str] = set()
    overlap, read = b"", 0
    while read < _RAW_SEARCHED and (piece := file.read(1024 * 1024)):
        read += len(piece)
        found |= {match[1].decode() for match in _RAW_IMPORT.finditer(overlap + piece)}
        overlap = piece[-64:]
    # builtins alone is harmless; which of its names is meant can't be told here.
    return {name for name in found if name not in ("builtins", "__builtin__")}


class _Scan:
    """One pickle, up to its STOP."""

    def __init__(self, file: BinaryIO, imports: set[str], most: int) -> None:
        self.ended = False
        self._file = file
        self._imports = imports
        self._most = most
        self._strings: list[str | None] = []
        """The last two values put on the stack, where they are strings."""
        self._memo: dict[int, str] = {}
        self._puts = 0

    def run(self) -> int:
        """Read until STOP, damage or the limit; returns how many opcodes are left."""
        left = self._most
        while left > 0:
            left -= 1
            code = self._file.read(1)
            opcode = _OPCODES.get(code)
            if opcode is None:
                return left
            if opcode.name == "STOP":
                self.ended = True
                return left
            try:
                argument = self._argument(opcode)
            except ValueError:
                return left
            self._note(opcode, argument)
        return 0

    def _argument(self, opcode: pickletools.OpcodeInfo) -> bytes | None:
        """The opcode's argument; None when it has none or is too long to be a name. Raises
        `ValueError` at a truncated file."""
        if opcode.arg is None:
            return None
        size = opcode.arg.n
        if size == pickletools.UP_TO_NEWLINE:
            lines = 2 if opcode.name in ("GLOBAL", "INST") else 1
            return b" ".join(self._line() for _ in range(lines))
        if size < 0:
            size = int.from_bytes(self._exactly(_LENGTH_BYTES[size]), "little")
        if size > _LONGEST_NAME:
            end = self._file.tell() + size
            if end > self._file.seek(0, 2):
                raise ValueError("truncated")
            self._file.seek(end)
            return None
        return self._exactly(size)

    def _line(self) -> bytes:
        line = self._file.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise ValueError("no end of line")
        return line[:-1]

    def _exactly(self, size: int) -> bytes:
        content = self._file.read(size)
        if len(content) < size:
            raise ValueError("truncated")
        return content

    def _note(self, opcode: pickletools.OpcodeInfo, argument: bytes | None) -> None:
        name = opcode.name
        if name in ("GLOBAL", "INST") and argument is not None:
            self._import(argument.decode("utf-8", "replace").replace(" ", "."))
        elif name == "STACK_GLOBAL":
            known = [text for text in self._strings if text is not None]
            self._import(".".join(known) if len(known) == 2 else "?")
        if name in _STRINGS:
            text = None if argument is None else argument.decode("utf-8", "replace").strip("'\"")
            self._push(text)
        elif name in ("BINGET", "LONG_BINGET", "GET") and argument is not None:
            self._push(self._memo.get(_index(name, argument)))
        elif name == "MEMOIZE" or name in ("BINPUT", "LONG_BINPUT", "PUT"):
            at = self._puts if argument is None else _index(name, argument)
            self._puts += 1
            last = self._strings[-1] if self._strings else None
            if last is not None and len(self._memo) < _MOST_REMEMBERED:
                self._memo[at] = last
            else:
                self._memo.pop(at, None)
        elif name not in ("PROTO", "FRAME"):
            self._push(None)

    def _push(self, text: str | None) -> None:
        self._strings = [*self._strings[-1:], text]

    def _import(self, name: str) -> None:
        if len(self._imports) < 10_000:
            self._imports.add(name[:_LONGEST_NAME])


def _index(name: str, argument: bytes) -> int:
    if name in ("GET", "PUT"):
        return int(argument) if argument.isdigit() and len(argument) < 12 else -1
    return int.from_bytes(argument, "little")
