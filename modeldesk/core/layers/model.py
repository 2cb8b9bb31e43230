"""A layer as a person sees it: what made it, how large it is, what it is for."""

from dataclasses import dataclass

from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import Parts, Told, kind_of, scaled


@dataclass(frozen=True, slots=True)
class Layer:
    """One file-system layer. `size_bytes` is its uncompressed content."""

    diff_id: DiffId
    instruction: str
    """As a Dockerfile would say it (``COPY serve.py /app/``); empty where nothing is known."""
    size_bytes: int
    kind: LayerKind
    """By content where that is known, else by the instruction."""
    mixed: Parts = ()
    """Its bytes by kind where it is known to hold several; they add up to its size."""

    @property
    def parts(self) -> Parts:
        """Its bytes by kind, largest first."""
        return self.mixed or ((self.kind, self.size_bytes),)

    def judged(self, told: Told) -> "Layer":
        """The layer with the kinds that its content tells."""
        parts = told.parts_with(self.kind)
        kind = kind_of(parts, self.kind)
        mixed = scaled(parts, self.size_bytes) if kind is not LayerKind.BASE_IMAGE else ()
        return Layer(
            self.diff_id, self.instruction, self.size_bytes, kind, mixed if len(mixed) > 1 else ()
        )
