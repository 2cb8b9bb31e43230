"""How often containers were restarted lately (pure)."""

from dataclasses import dataclass

LOOP_RESTARTS = 3
"""So many in `LOOP_SECONDS` are a loop."""
LOOP_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A container's count at a time, in seconds of a clock that only goes forward."""

    at: float
    restarts: int


@dataclass(frozen=True, slots=True)
class RestartHistory:
    """The samples of one container, oldest first."""

    samples: tuple[Sample, ...] = ()

    def with_sample(self, sample: Sample) -> "RestartHistory":
        """With one more, and without those that tell nothing any more."""
        since = sample.at - LOOP_SECONDS
        old = [one for one in self.samples if one.at < since]
        # The last before the time is what the count has grown from.
        return RestartHistory(
            (*old[-1:], *(one for one in self.samples if one.at >= since), sample)
        )

    def lately(self, now: float) -> int:
        """How often it was restarted in the last `LOOP_SECONDS`, as far as that was seen."""
        seen = [one for one in self.samples if one.at >= now - LOOP_SECONDS]
        if not seen:
            return 0
        return seen[-1].restarts - self._before(now).restarts

    def is_still(self, now: float) -> bool:
        """Whether it was watched for as long as is looked back, and not restarted."""
        return now - self.samples[0].at >= LOOP_SECONDS and not self.lately(now)

    def _before(self, now: float) -> Sample:
        old = [one for one in self.samples if one.at < now - LOOP_SECONDS]
        return old[-1] if old else self.samples[0]
