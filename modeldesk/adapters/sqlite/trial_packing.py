"""A trial as JSON can hold it, and back."""

from typing import Any

from modeldesk.core.compare.files import FileChange
from modeldesk.core.compare.folders import FolderDifference
from modeldesk.core.compare.model import ChangeTotal, Comparison, Side
from modeldesk.core.contents.packages import Manager
from modeldesk.core.ids import ImageId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.references import Reference
from modeldesk.core.trial.model import Measures, Start, Trial, TrialSummary

Packed = dict[str, Any]


def packed_trial(trial: Trial) -> Packed:
    """All of it but what a summary tells."""
    base = trial.base
    return {
        "base": (base.registry, base.repository, base.tag, base.digest),
        "engine": trial.engine,
        "sample": trial.sample,
        "notes": trial.notes,
        "left": _packed_measures(trial.left),
        "right": _packed_measures(trial.right),
        "comparison": _packed_comparison(trial.comparison),
    }


def unpacked_trial(summary: TrialSummary, packed: Packed) -> Trial:
    """What `packed_trial` was given. Raises `LookupError`, `TypeError` or `ValueError` for
    anything else."""
    return Trial(
        summary.id,
        summary.started,
        summary.folder,
        summary.model,
        summary.commit,
        Reference(*packed["base"]),
        packed["engine"],
        _comparison(packed["comparison"]),
        _measures(packed["left"]),
        _measures(packed["right"]),
        packed["sample"],
        tuple(packed["notes"]),
    )


def _packed_measures(measures: Measures) -> Packed:
    return {
        "stages": measures.stages.value,
        "naive": measures.naive,
        "build": measures.build,
        "rebuild": measures.rebuild,
        "starts": [(start.healthy, start.predicted) for start in measures.starts],
        "kept_as": measures.kept_as,
    }


def _measures(packed: Packed) -> Measures:
    return Measures(
        Stages(packed["stages"]),
        packed["naive"],
        packed["build"],
        packed["rebuild"],
        tuple(Start(*start) for start in packed["starts"]),
        packed["kept_as"],
    )


def _packed_comparison(comparison: Comparison) -> Packed:
    return {
        "left": _packed_side(comparison.left),
        "right": _packed_side(comparison.right),
        "totals": [
            (change.value, total.files, total.left_bytes, total.right_bytes)
            for change, total in comparison.totals.items()
        ],
        "folders": [_packed_folder(row) for row in comparison.folders],
        "notes": comparison.notes,
    }


def _comparison(packed: Packed) -> Comparison:
    return Comparison(
        _side(packed["left"]),
        _side(packed["right"]),
        (),
        {FileChange(change): ChangeTotal(*total) for change, *total in packed["totals"]},
        tuple(map(_folder, packed["folders"])),
        (),
        (),
        (),
        (),
        tuple(packed["notes"]),
    )


def _packed_side(side: Side) -> list[Any]:
    return [
        side.name,
        side.source,
        side.image,
        side.size_bytes,
        side.compressed_bytes,
        side.files_bytes,
        side.files,
        side.layers,
        side.unshared_bytes,
        [(kind.value, size) for kind, size in side.bytes_by_kind],
        [(manager.value, count) for manager, count in side.packages.items()],
        side.user,
        dict(side.metrics),
    ]


def _side(packed: list[Any]) -> Side:
    name, source, image, size, compressed, in_files, files, layers, unshared, *rest = packed
    kinds, packages, user, metrics = rest
    return Side(
        name,
        source,
        ImageId(image),
        size,
        compressed,
        in_files,
        files,
        layers,
        unshared,
        tuple((LayerKind(kind), size) for kind, size in kinds),
        {Manager(manager): count for manager, count in packages},
        user,
        metrics,
    )


def _packed_folder(row: FolderDifference) -> list[Any]:
    return [
        row.path.decode("utf-8", "surrogateescape"),
        row.is_file,
        row.is_rest,
        row.added,
        row.added_bytes,
        row.removed,
        row.removed_bytes,
        row.resized,
        row.left_bytes,
        row.right_bytes,
        row.rewritten,
        row.rewritten_bytes,
        row.is_new,
        row.is_gone,
    ]


def _folder(packed: list[Any]) -> FolderDifference:
    path, *rest = packed
    return FolderDifference(path.encode("utf-8", "surrogateescape"), *rest)
