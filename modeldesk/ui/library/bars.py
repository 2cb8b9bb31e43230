"""A version as a bar of the size chart (no Qt)."""

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.history import GoneVersion, Past
from modeldesk.core.library.model import Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.ui import presentation
from modeldesk.ui.charts.bars import BarState, SizeBar


def size_bar(version: Past) -> SizeBar:
    """A version as a bar, wherever it is."""
    match version:
        case GoneVersion():
            state = BarState.GONE_IN_REGISTRY if version.in_registry else BarState.GONE
            kept = version.kept
            name, sizes = presentation.printable(kept.name), tuple(kept.bytes_by_kind.items())
            return SizeBar(str(kept.image), name, sizes, state)
        case RemoteVersion():
            # A tag is printable by the registry's rules.
            sizes = tuple(version.compressed_by_kind.items())
            return SizeBar(str(version.image), version.tag, sizes, BarState.REMOTE)
    return _local_bar(version)


def _local_bar(version: Version) -> SizeBar:
    """Layers of one kind that lie on each other as one part, and a layer of several kinds as
    several; all of it as one while they are not known. Made by the thousand, so no table by kind
    is kept."""
    name = presentation.printable(version.name)
    key = str(version.key.image)
    if version.layers is None:
        return SizeBar(key, name, ((LayerKind.OTHER, version.size_bytes),))
    parts: list[tuple[LayerKind, int]] = []
    kind, size = LayerKind.OTHER, 0
    for layer in version.layers:
        if layer.mixed:
            parts.extend(layer.mixed)
            continue
        if layer.kind is kind:
            size += layer.size_bytes
            continue
        if size:
            parts.append((kind, size))
        kind, size = layer.kind, layer.size_bytes
    if size:
        parts.append((kind, size))
    return SizeBar(key, name, tuple(parts))
