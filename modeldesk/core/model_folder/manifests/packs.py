"""What ships models as artefacts is told: KitOps' Kitfile, and the Modelfiles of modctl and
Ollama, which differ by their content alone."""

import re
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.documents import one_line, read_mapping, table, text
from modeldesk.core.model_folder.manifests.model import Manifest, known
from modeldesk.core.model_folder.model import Recognised
from modeldesk.core.model_folder.walk import read_text

_LONGEST = 256 * 1024
_INSTRUCTION = re.compile(r"^[ \t]*(?P<word>[A-Za-z]{3,12})[ \t]+(?P<rest>\S[^\n]*)$", re.MULTILINE)
_MODCTL = {"CONFIG", "MODEL", "CODE", "DATASET", "DOC", "NAME", "ARCH", "FAMILY", "FORMAT",
           "PARAMSIZE", "PRECISION", "QUANTIZATION"}  # fmt: skip


def read_kitfile(folder: Path, path: PurePosixPath, _: frozenset[str]) -> Manifest | None:
    """A Kitfile; None without its version, package or model."""
    content = read_mapping(folder, path)
    package, model = table(content, "package"), table(content, "model")
    version = text(content, "manifestVersion")
    if not (package or model):
        return None
    parts = [f"manifestVersion: {version}"] if version else []
    if place := text(model, "path"):
        parts.append(f"model: {place}")
    return Manifest(
        Recognised("KitOps", path, ", ".join(parts) or "package:"),
        text(model, "framework"),
        metadata=known(
            title=text(package, "name") or text(model, "name"),
            description=text(package, "description") or text(model, "description"),
            license=text(package, "license") or text(model, "license"),
            base_model=_base(text(model, "path")),
        ),
    )


def _base(place: str) -> str:
    """A model's path that is the address of another pack."""
    return place if "/" in place and ":" in place and not place.startswith((".", "/")) else ""


def read_modelfile(folder: Path, path: PurePosixPath, _: frozenset[str]) -> Manifest | None:
    """A Modelfile of either kind; None for what is neither."""
    content = read_text(folder, path, _LONGEST)
    said: dict[str, str] = {}
    for match in _INSTRUCTION.finditer(content):
        said.setdefault(match["word"].upper(), one_line(match["rest"].strip().strip("\"'")))
    if "FROM" in said:
        base = said["FROM"]
        return Manifest(
            Recognised("Ollama", path, f"FROM {base}"),
            "llama.cpp",
            metadata=known(base_model="" if base.startswith((".", "/")) else base,
                           license=said.get("LICENSE", "").strip('"')),
        )  # fmt: skip
    if not said.keys() & {"MODEL", "CONFIG"} or len(said.keys() & _MODCTL) < 2:
        return None
    shown = [f"{word} {said[word]}" for word in ("NAME", "MODEL", "FORMAT") if word in said]
    return Manifest(
        Recognised("modctl", path, ", ".join(shown) or "CONFIG"),
        metadata=known(title=said.get("NAME", ""), architecture=said.get("ARCH", ""),
                       precision=said.get("PRECISION", ""),
                       quantisation=said.get("QUANTIZATION", "")),
    )  # fmt: skip
