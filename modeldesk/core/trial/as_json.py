"""A trial as a program reads it. Names and units do not change between versions."""

from modeldesk.core.compare.as_json import Json, folder_json, side_json
from modeldesk.core.compare.model import Side
from modeldesk.core.trial.model import Measures, Trial
from modeldesk.core.trial.words import published, sentences


def as_json(trial: Trial) -> Json:
    """Everything; sizes in bytes, times in seconds."""
    comparison = trial.comparison
    return {
        "id": trial.id,
        "started": trial.started.isoformat(),
        "folder": trial.folder,
        "model": trial.model,
        "commit": trial.commit,
        "base_image": str(trial.base),
        "engine": trial.engine,
        "page_cache": "warm",
        "request": trial.sample or None,
        "left": _recipe(comparison.left, trial.left),
        "right": _recipe(comparison.right, trial.right),
        "size_ratio": _ratio(comparison.right.size_bytes, comparison.left.size_bytes),
        "delta_bytes": comparison.delta_bytes,
        "folders": [folder_json(row) for row in comparison.folders],
        "sentences": list(sentences(trial)),
        "notes": [*trial.notes, *comparison.notes, published()],
    }


def _recipe(side: Side, measures: Measures) -> Json:
    return {
        "name": side.name,
        "stages": measures.stages.value,
        "naive": measures.naive,
        **side_json(side),
        "build_s": round(measures.build, 3),
        "rebuild_s": _rounded(measures.rebuild),
        "healthy_s": _rounded(measures.healthy),
        "predicted_s": _rounded(measures.predicted),
        "starts": [
            {"healthy_s": round(start.healthy, 4), "predicted_s": _rounded(start.predicted)}
            for start in measures.starts
        ],
        "kept_as": measures.kept_as or None,
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def _ratio(right: int, left: int) -> float | None:
    return round(right / left, 4) if left else None
