"""The steps of a trial as they are told."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from modeldesk.core.build.model import StepState
from modeldesk.core.errors import Cancelled
from modeldesk.core.trial.model import TrialStep


class Steps:
    """Tells each step as it begins, and how it ended."""

    def __init__(self, on_step: Callable[[TrialStep], None]) -> None:
        self._on_step = on_step

    @contextmanager
    def step(self, key: str, text: str) -> Iterator[Callable[[str], None]]:
        """A step that lasts as long as the block. What the block is given takes a note of what
        came of it, which may be told more than once."""
        began = time.monotonic()
        step = TrialStep(key, text, StepState.RUNNING)

        def tell(state: StepState) -> None:
            self._on_step(replace(step, state=state, seconds=time.monotonic() - began))

        def note(words: str) -> None:
            nonlocal step
            step = replace(step, note=words)
            tell(StepState.RUNNING)

        self._on_step(step)
        try:
            yield note
        except Cancelled:
            tell(StepState.CANCELLED)
            raise
        except BaseException:
            tell(StepState.FAILED)
            raise
        tell(StepState.DONE)
