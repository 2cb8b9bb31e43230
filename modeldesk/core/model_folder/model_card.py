"""What a model card (README.md) says before and in its text."""

import re
from collections.abc import Iterator
from pathlib import Path

from modeldesk.core.labels import MOST_METRICS
from modeldesk.core.model_folder.documents import (
    Document,
    finite,
    inside,
    one_line,
    text,
    texts,
)
from modeldesk.core.model_folder.walk import read_text
from modeldesk.core.model_folder.yaml_reader import read_yaml

CARDS = ("README.md", "readme.md", "MODEL_CARD.md", "model_card.md", "modelcard.md")
_FRONT_MATTER = re.compile(r"\A---\r?\n(?P<lines>.*?)^---\s*$", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^#[ \t]+(?P<title>\S.*)$", re.MULTILINE)
_KEYS = {"license": "license", "pipeline_tag": "task", "base_model": "base model",
         "library_name": "library", "datasets": "data sets", "language": "language"}  # fmt: skip
_MOST_RESULTS = 20


def read_card(folder: Path, name: str) -> tuple[dict[str, str], dict[str, float]]:
    """Facts (``license``, ``task``, ``title`` …) and metrics of the card called `name`."""
    content = read_text(folder, name)
    facts: dict[str, str] = {}
    metrics: dict[str, float] = {}
    if match := _FRONT_MATTER.match(content):
        front = read_yaml(match["lines"])
        if isinstance(front, dict):
            facts = {
                label: one_line(", ".join(said))
                for key, label in _KEYS.items()
                if (said := texts(front, key))
            }
            metrics = dict(list(_results(front))[:MOST_METRICS])
        content = content[match.end() :]
    if title := _TITLE.search(content):
        facts["title"] = one_line(title["title"])
    return facts, metrics


def _results(front: Document) -> Iterator[tuple[str, float]]:
    """The metrics of the card's model-index, by their kind."""
    for model in _listed(front, "model-index")[:_MOST_RESULTS]:
        for result in _listed(model, "results")[:_MOST_RESULTS]:
            for metric in _listed(result, "metrics")[:MOST_METRICS]:
                value = _number(text(metric, "value"))
                if value is not None and (kind := text(metric, "type")):
                    yield kind, value


def _listed(content: object, key: str) -> list[object]:
    found = inside(content, key)
    return found if isinstance(found, list) else []


def _number(words: str) -> float | None:
    try:
        return finite(float(words)) if len(words) < 40 else None
    except ValueError:
        return None
