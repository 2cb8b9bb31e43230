"""A version as a bar of the size chart (no Qt)."""

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import KeptVersion, Version
from modeldesk.ui import presentation
from modeldesk.ui.charts.bars import SizeBar


def size_bar(version: Version | KeptVersion) -> SizeBar:
    """Layers of one kind that lie on each other as one part; all of it as one while they are
    not known. Made by the thousand, so no table by kind is kept."""
    if isinstance(version, KeptVersion):
        name = presentation.printable(version.name)
        sizes = tuple(version.bytes_by_kind.items())
        return SizeBar(str(version.image), name, sizes, gone=True)
    name = presentation.printable(version.name)
    key = str(version.key.image)
    if version.layers is None:
        return SizeBar(key, name, ((LayerKind.OTHER, version.size_bytes),))
    parts: list[tuple[LayerKind, int]] = []
    kind, size = LayerKind.OTHER, 0
    for layer in version.layers:
        if layer.kind is kind:
            size += layer.size_bytes
            continue
        if size:
            parts.append((kind, size))
        kind, size = layer.kind, layer.size_bytes
    if size:
        parts.append((kind, size))
    return SizeBar(key, name, tuple(parts))
