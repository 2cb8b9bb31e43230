"""Hard links of one layer."""

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.paths import clean


def linked_file(layer: LayerIndex, row: int) -> int | None:
    """The row of the file that a hard link names, perhaps by way of others; None where the
    layer has none."""
    seen = {row}
    while layer.types[row] == FileType.HARD_LINK:
        found = layer.row(clean(layer.links.get(row, b"")))
        if found is None or found in seen:
            return None
        seen.add(found)
        row = found
    return row if layer.types[row] == FileType.FILE else None
