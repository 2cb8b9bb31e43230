"""A comparison as a program reads it. Names and units do not change between versions."""

from collections.abc import Sequence

from modeldesk.core.compare.causes import sentences
from modeldesk.core.compare.files import FileChange
from modeldesk.core.compare.folders import FolderDifference
from modeldesk.core.compare.layers import LayerPair
from modeldesk.core.compare.model import Comparison, FileDifference, Side
from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.contents.entries import shown
from modeldesk.core.contents.model import LayerContents

Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]


def as_json(comparison: Comparison) -> Json:
    """Everything but the bytes of files; sizes in bytes, paths from the root."""
    return {
        "left": side_json(comparison.left),
        "right": side_json(comparison.right),
        "delta_bytes": comparison.delta_bytes,
        "files_delta_bytes": comparison.files_delta,
        "reclaimable_delta_bytes": comparison.reclaimable_delta,
        "shared_bytes": comparison.shared_bytes,
        "sentences": list(sentences(comparison)),
        "layers": [_pair(pair) for pair in comparison.layers],
        "files": {
            **{
                change.name.lower(): {
                    "files": total.files,
                    "left_bytes": total.left_bytes,
                    "right_bytes": total.right_bytes,
                }
                for change, total in comparison.totals.items()
            },
            "folders": [folder_json(row) for row in comparison.folders],
            "rewritten_folders": [folder_json(row) for row in comparison.rewritten],
            "largest": [_file(one) for one in comparison.largest],
        },
        "packages": [
            {
                "manager": one.manager.value,
                "name": one.name,
                "change": one.change.value,
                "left": list(one.left),
                "right": list(one.right),
            }
            for one in comparison.packages
        ],
        "config": [
            {
                "setting": one.setting.value,
                "name": one.name,
                "left": one.left,
                "right": one.right,
            }
            for one in comparison.config
        ],
        "notes": list(comparison.notes),
    }


def side_json(side: Side) -> dict[str, Json]:
    """One of the images."""
    return {
        "source": side.source,
        "image_id": side.image,
        "size_bytes": side.size_bytes,
        "compressed_bytes": side.compressed_bytes,
        "files_bytes": side.files_bytes,
        "reclaimable_bytes": side.reclaimable_bytes,
        "unshared_bytes": side.unshared_bytes,
        "layers": side.layers,
        "files": side.files,
        "bytes_by_kind": {kind.value: size for kind, size in side.bytes_by_kind},
        "packages": {manager.value: count for manager, count in side.packages.items()},
        "user": side.user,
        "metrics": dict(side.metrics),
    }


def _pair(pair: LayerPair) -> Json:
    return {
        "state": pair.state.value,
        "left": _layer(pair.left),
        "right": _layer(pair.right),
    }


def _layer(layer: LayerContents | None) -> Json:
    if layer is None:
        return None
    return {
        "diff_id": layer.blob.diff_id,
        "instruction": without_secrets(layer.instruction),
        "size_bytes": layer.size_bytes,
        "compressed_bytes": layer.blob.compressed_bytes,
        "kind": layer.kind.value,
    }


def folder_json(row: FolderDifference) -> Json:
    """One row of what differs by folder."""
    return {
        "path": f"/{shown(row.path)}",
        "is_file": row.is_file,
        "rest": row.is_rest,
        "delta_bytes": row.delta_bytes,
        "added": row.added,
        "added_bytes": row.added_bytes,
        "removed": row.removed,
        "removed_bytes": row.removed_bytes,
        "resized": row.resized,
        "resized_delta_bytes": row.right_bytes - row.left_bytes,
        "rewritten": row.rewritten,
        "rewritten_bytes": row.rewritten_bytes,
    }


def _file(one: FileDifference) -> Json:
    return {
        "path": f"/{shown(one.path)}",
        "change": FileChange(one.change).name.lower(),
        "left_bytes": one.left_bytes,
        "right_bytes": one.right_bytes,
    }
