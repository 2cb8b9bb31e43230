"""Weights in pickles: what a look at their opcodes says of them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.headers.reading import Allowance
from modeldesk.core.model_folder.model import Finding, Severity, WeightFile
from modeldesk.core.model_folder.pickles import MOST_OPCODES, PickleContent, read_pickle
from modeldesk.core.model_folder.walk import opened
from modeldesk.core.text import printable
from modeldesk.core.words import tr

PICKLES = {".pkl", ".pickle", ".joblib", ".dill", ".sav", ".pt", ".pth", ".bin", ".ckpt"}
_WORK_OF_AN_OPCODE = 64
_SHOWN = 6
_OF_TENSORS = {"torch", "collections", "numpy", "_codecs"}


@dataclass(frozen=True, slots=True)
class Pickled:
    """A pickle that was looked at."""

    content: PickleContent

    @property
    def imports(self) -> frozenset[str]:
        """``module.name``."""
        return self.content.imports

    @property
    def modules(self) -> frozenset[str]:
        """Top-level modules."""
        return self.content.modules

    @property
    def holds_tensors_alone(self) -> bool:
        """Whether it is a state dict, without the classes of a model."""
        return bool(self.content.storages) and self.modules <= _OF_TENSORS

    def describe(self, weight: WeightFile) -> WeightFile:
        """`weight` with what the pickle says."""
        storages = self.content.storages
        named = sorted(printable(name) for name in self.imports if name != "?")
        shown = ", ".join(named[:_SHOWN])
        evidence = tr("imports {names}", names=shown) if named else tr("a pickle without imports")
        precision = max(storages, key=lambda name: storages[name], default="")
        return replace(
            weight,
            modules=tuple(sorted(self.modules - {"?"})),
            evidence=weight.evidence or evidence,
            parameters=weight.parameters or sum(storages.values()) or None,
            precision=weight.precision or precision,
        )


def looks_pickled(start: bytes) -> bool:
    """Whether a file begins as pickles do."""
    return start[:1] in b"\x80(]}c"


def read_part(folder: Path, path: PurePosixPath, allowance: Allowance) -> Pickled | None:
    """The pickle in a file; None when the file can't be read."""
    try:
        with opened(folder, path) as file:
            return _charged(read_pickle(file, _most(allowance)), allowance)
    except OSError:
        return None


def read_bytes(content: bytes, allowance: Allowance) -> Pickled:
    """The pickle in `content`."""
    return _charged(read_pickle(io.BytesIO(content), _most(allowance)), allowance)


def pickle_findings(weight: WeightFile, content: PickleContent) -> Iterator[Finding]:
    """What would be unsafe about loading it, or is not known."""
    path = printable(str(weight.path))
    if unsafe := content.unsafe:
        names = ", ".join(printable(name) for name in unsafe[:5])
        text = tr("{path} would call {names} when it is loaded, which could run commands. Use it "
                  "only if you trust where it comes from.", path=path, names=names)  # fmt: skip
        yield Finding(Severity.WARNING, text, weight.path)
    elif not content.complete and weight.format != "joblib":
        text = tr("Only a part of {path} could be checked for what it would import when loaded.",
                  path=path)  # fmt: skip
        yield Finding(Severity.INFO, text, weight.path)


def _most(allowance: Allowance) -> int:
    return max(1_000, min(MOST_OPCODES, allowance.left // _WORK_OF_AN_OPCODE))


def _charged(content: PickleContent, allowance: Allowance) -> Pickled:
    allowance.left = max(0, allowance.left - content.opcodes * _WORK_OF_AN_OPCODE)
    return Pickled(content)
