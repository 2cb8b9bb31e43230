"""What is asked of the records, and of an engine."""

from typing import Protocol

from modeldesk.core.channels.model import Move
from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.images import ImageSummary
from modeldesk.core.references import Reference


class TagEngine(Protocol):
    """The part of `modeldesk.core.ports.ImageEngine` that tags are moved by."""

    def identity(self) -> EngineIdentity: ...
    def list_images(self) -> tuple[ImageSummary, ...]: ...
    def image_summary(self, image: ImageId) -> ImageSummary | None: ...
    def tag_image(self, image: ImageId, reference: Reference) -> None: ...
    def remove_image(self, name: str, *, force: bool = False) -> None: ...


class ChannelRecords(Protocol):
    """The history of every channel. What is written is on the disk when the call returns."""

    def add_move(self, move: Move) -> int:
        """Store a new move (its `id` is ignored) and return its id: a `new_move_id`, and
        larger than those before it."""
        ...

    def save_move(self, move: Move) -> None:
        """Replace the move with the same id."""
        ...

    def moves(self, model: ModelName, channel: str = "") -> tuple[Move, ...]:
        """Of one channel, or of all of a model, on whatever engine; newest first."""
        ...
