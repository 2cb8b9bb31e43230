"""A layer as a person sees it: what made it, how large it is, what it is for."""

from dataclasses import dataclass

from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind


@dataclass(frozen=True, slots=True)
class Layer:
    """One file-system layer. `size_bytes` is its uncompressed content."""

    diff_id: DiffId
    instruction: str
    """As a Dockerfile would say it (``COPY serve.py /app/``); empty where nothing is known."""
    size_bytes: int
    kind: LayerKind
