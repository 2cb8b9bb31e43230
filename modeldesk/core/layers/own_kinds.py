"""What the layers of an image's own are for, judged by what made them and those below.

A layer that only gives files to another owner, or other permissions, holds them a second time: it
is for whatever those it copied are for.
"""

import re
from collections.abc import Sequence

from modeldesk.core.layers.align import AlignedLayer
from modeldesk.core.layers.classify import own_kind
from modeldesk.core.layers.copying import copied
from modeldesk.core.layers.kinds import LayerKind

_COPYING = re.compile(r"(?<![\w./-])(?:chown|chmod|chgrp)(?![\w-])(?P<words>[^|;&]*)")
_RECURSIVE = re.compile(r"\s(?:-[A-Za-z]*R[A-Za-z]*|--recursive)(?=\s|$)")


def own_kinds(layers: Sequence[AlignedLayer]) -> list[LayerKind]:
    """The kind of each layer (base first), as `own_kind` has it where nothing tells better."""
    kinds = list(map(own_kind, layers))
    for number, layer in enumerate(layers):
        if kinds[number] is LayerKind.OTHER and layer.instruction.startswith("RUN "):
            below = list(zip(layers[:number], kinds[:number], strict=True))
            kinds[number] = _kind_of_copies(layer.instruction, below)
    return kinds


def _kind_of_copies(instruction: str, below: Sequence[tuple[AlignedLayer, LayerKind]]) -> LayerKind:
    """That of the largest of the layers below which brought what is given away here."""
    best, largest = LayerKind.OTHER, -1
    for words in (match["words"] for match in _COPYING.finditer(instruction)):
        is_recursive = _RECURSIVE.search(words) is not None
        paths = [word.strip("\"'") for word in words.split()]
        paths = [path for path in paths if path.startswith("/")]
        for layer, kind in below:
            found = copied(layer.instruction)
            if (
                found is not None
                and kind not in (LayerKind.OTHER, LayerKind.BASE_IMAGE)
                and layer.size_bytes > largest
                and _meets(found.target, paths, is_recursive)
            ):
                best, largest = kind, layer.size_bytes
    return best


def _meets(target: str, paths: Sequence[str], is_recursive: bool) -> bool:
    """Whether what was copied to `target` may be at one of `paths`. Where either is relative to a
    working directory that nobody knows, it may be for all that is known."""
    target = target.strip("\"'[]")
    if not target.startswith("/") or not paths:
        return is_recursive
    return any(_is_in(target, path) or _is_in(path, target) for path in paths)


def _is_in(path: str, folder: str) -> bool:
    return f"{path.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")
