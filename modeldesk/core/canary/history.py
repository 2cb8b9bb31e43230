"""All that is known of a rollout."""

from dataclasses import dataclass

from modeldesk.core.canary.model import Evaluation, Rollout, RolloutChange, RolloutCheck


@dataclass(frozen=True, slots=True)
class RolloutHistory:
    """A rollout with what came about and what was seen, each in its order."""

    rollout: Rollout
    changes: tuple[RolloutChange, ...]
    checks: tuple[RolloutCheck, ...]
    evaluation: Evaluation | None = None

    @property
    def deciding(self) -> RolloutCheck | None:
        """The check with numbers that came last, which is what ended it if something did."""
        return next((one for one in reversed(self.checks) if one.numbers), None)
