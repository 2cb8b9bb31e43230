"""What a trial measures with."""

from collections.abc import Callable
from dataclasses import dataclass

from modeldesk.core.trial.ports import CompressedSizes, ContentsReader, HttpAsker


@dataclass(frozen=True, slots=True)
class Tools:
    """Made when a trial begins, as reading images brings much with it."""

    contents: Callable[[], ContentsReader]
    compressed: CompressedSizes
    asker: HttpAsker
