"""What a pickle would import, read from its opcodes. Nothing is unpickled, and however large
its parts are, little of it is held in memory."""

import pickletools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

MOST_OPCODES = 300_000
_MOST_PICKLES = 8
_MOST_IMPORTS = 5_000
_LOOKED_BACK = 7
_LONGEST_NAME = 512
_LONGEST_LINE = 65_536
_MOST_REMEMBERED = 50_000
_MOST_STORAGES = 50_000
_LARGEST_STORAGE = 2**48
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
_INTEGERS = {"BININT", "BININT1", "BININT2", "LONG1"}
_STORAGES = {
    "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16",
    "DoubleStorage": "F64", "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16",
    "CharStorage": "I8", "ByteStorage": "U8", "BoolStorage": "BOOL", "QInt8Storage": "QI8",
    "QUInt8Storage": "QU8", "UntypedStorage": "U8",
}  # fmt: skip
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
    storages: Mapping[str, int] = field(default_factory=dict)
    """Parameters by precision, in the tensors that torch keeps beside the pickle."""
    opcodes: int = 0
    """How many were read."""

    @property
    def modules(self) -> frozenset[str]:
        """Top-level modules."""
        return frozenset(name.partition(".")[0] for name in self.imports)

    @property
    def unsafe(self) -> tuple[str, ...]:
        """Imports by which loading it could run commands, or that hide what they are."""
        return tuple(sorted(name for name in self.imports if _is_unsafe(name)))


def read_pickle(file: BinaryIO, most: int = MOST_OPCODES) -> PickleContent:
    """Walk the pickles at the file's position, one after the other, `most` opcodes of them."""
    seen = _Seen()
    left = most
    for _ in range(_MOST_PICKLES):
        scan = _Scan(file, seen, left)
        left = scan.run()
        if not scan.ended:
            seen.imports |= _search_raw(file)
            return seen.content(most - left, complete=False)
        if file.read(1) != b"\x80":
            return seen.content(most - left, complete=True)
        file.seek(-1, 1)
    return seen.content(most - left, complete=False)


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


@dataclass(frozen=True, slots=True)
class _Import:
    """A class or function on the stack."""

    name: str


class _Seen:
    """What the pickles of one file name."""

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self._storages: Counter[str] = Counter()
        self._keys: set[str] = set()

    def add_storage(self, kind: str, key: str, numbers: int) -> None:
        """Numbers that are kept beside the pickle; several tensors may lie in one storage."""
        precision = _STORAGES.get(kind.rpartition(".")[2])
        fits = len(self._keys) < _MOST_STORAGES and 0 <= numbers < _LARGEST_STORAGE
        if precision and fits and key not in self._keys:
            self._keys.add(key)
            self._storages[precision] += numbers

    def content(self, opcodes: int, *, complete: bool) -> PickleContent:
        return PickleContent(frozenset(self.imports), complete, dict(self._storages), opcodes)


class _Scan:
    """One pickle, up to its STOP."""

    def __init__(self, file: BinaryIO, seen: _Seen, most: int) -> None:
        self.ended = False
        self._file = file
        self._seen = seen
        self._most = most
        self._values: list[_Value] = []
        """What was put on the stack last, where it is of use."""
        self._memo: dict[int, str | _Import] = {}
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
            known = [text for text in self._values[-2:] if isinstance(text, str)]
            self._values = self._values[:-2]
            self._import(".".join(known) if len(known) == 2 else "?")
        elif name in _STRINGS:
            text = None if argument is None else argument.decode("utf-8", "replace").strip("'\"")
            self._push(text)
        elif name in _INTEGERS and argument is not None:
            self._push(int.from_bytes(argument, "little", signed=name in ("BININT", "LONG1")))
        elif name in ("BINGET", "LONG_BINGET", "GET") and argument is not None:
            self._push(self._memo.get(_index(name, argument)))
        elif name == "MEMOIZE" or name in ("BINPUT", "LONG_BINPUT", "PUT"):
            self._remember(self._puts if argument is None else _index(name, argument))
        elif name not in ("PROTO", "FRAME"):
            if name == "BINPERSID":
                self._note_storage()
            self._push(None)

    def _remember(self, at: int) -> None:
        self._puts += 1
        last = self._values[-1] if self._values else None
        if isinstance(last, str | _Import) and len(self._memo) < _MOST_REMEMBERED:
            self._memo[at] = last
        else:
            self._memo.pop(at, None)

    def _note_storage(self) -> None:
        """What torch writes of one: a word, its class, its key, where it was, its length."""
        for at in range(len(self._values) - 4):
            match self._values[at : at + 5]:
                case ["storage", _Import(name), str(key), _, int(numbers)]:
                    self._seen.add_storage(name, key, numbers)

    def _push(self, value: "_Value") -> None:
        self._values = [*self._values[1 - _LOOKED_BACK :], value]

    def _import(self, name: str) -> None:
        name = name[:_LONGEST_NAME]
        if len(self._seen.imports) < _MOST_IMPORTS:
            self._seen.imports.add(name)
        self._push(_Import(name))


_Value = str | _Import | int | None


def _index(name: str, argument: bytes) -> int:
    if name in ("GET", "PUT"):
        return int(argument) if argument.isdigit() and len(argument) < 12 else -1
    return int.from_bytes(argument, "little")
