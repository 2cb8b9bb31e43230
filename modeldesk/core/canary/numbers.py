"""The numbers of both versions, taken from what the gateway tells of requests."""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modeldesk.core.canary.answers import Counted, counted_as
from modeldesk.core.canary.buckets import Bucket, Sliding, Thinning, numbers_of
from modeldesk.core.canary.feedback import Feedback, parse_feedback
from modeldesk.core.canary.model import VersionNumbers, WindowNumbers
from modeldesk.core.canary.quantiles import bin_of
from modeldesk.core.gateway.model import Answered, FeedbackPosted

RECENT = 20
"""So many of the canary's newest requests can stop it at once."""
_PARTS = 100
"""Of a window; its beginning is as exact as one of them."""
_LONGEST_WINDOWS = 3
"""A window that is held for more requests is so many times as long at most."""
_MOST_POINTS = 240
_REMEMBERED = 50_000
"""So many of a version's newest requests, at least, can still be told the truth about."""
_WAITING = 1_000
"""Feedback whose request is not known yet: several processes write one log."""
_HELD = 10_000
"""Requests of a routing that is not known yet: the gateway is faster than who tells of it."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The canary's newest requests, `RECENT` at most, and how many of them were errors.
    `unanswered`: so many of its newest callers, one after another, had no answer of it, as they
    left before, say."""

    requests: int = 0
    errors: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a rollout is judged by."""

    window: WindowNumbers
    recent: Recent


@dataclass(frozen=True, slots=True)
class Point:
    """Both versions in a short time that begins at `time`, in seconds since the epoch."""

    time: float
    stable: VersionNumbers
    canary: VersionNumbers


class _Remembered:
    """The newest `_REMEMBERED` requests at least, twice as many at most, by a hash of theirs."""

    def __init__(self) -> None:
        self._newer: set[int] = set()
        self._older: set[int] = set()

    def __contains__(self, request: str) -> bool:
        key = hash(request)
        return key in self._newer or key in self._older

    def add(self, request: str) -> None:
        if len(self._newer) >= _REMEMBERED:
            self._older, self._newer = self._newer, set()
        self._newer.add(hash(request))


class _Version:
    """What is kept of one version."""

    def __init__(self, width_s: float) -> None:
        self.known = _Remembered()
        self.forget(width_s)

    def forget(self, width_s: float) -> None:
        self.window = Sliding(width_s, _PARTS * _LONGEST_WINDOWS + 1)


class Numbers:
    """Takes what the gateway tells and gives what a check needs. Its memory is bounded, however
    much is told. Safe to call from several threads.

    Requests that asked for a version are not counted, nor are those of an older routing, which
    went by another split; a request that is told of twice counts once.
    """

    def __init__(self, canary: str, window_s: float) -> None:
        """`canary` is its backend's name; every other backend's requests are stable's."""
        self._canary_name = canary
        self._width_s = window_s / _PARTS
        self._lock = threading.Lock()
        self._stable, self._canary = _Version(self._width_s), _Version(self._width_s)
        self._series = Thinning(max(1.0, self._width_s), _MOST_POINTS)
        self._told = _Remembered()
        self._waiting: OrderedDict[str, Feedback] = OrderedDict()
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._unanswered = 0
        self._revisions: set[str] = set()
        self._held: deque[Answered] = deque(maxlen=_HELD)
        self._newest = 0.0
        self._recent_since = 0.0

    def begin(self, revision: str) -> None:
        """A new window begins, with a routing of this revision. What the canary's newest requests
        were, and which can be told the truth about, stays known."""
        with self._lock:
            self._revisions = {revision}
            self._stable.forget(self._width_s)
            self._canary.forget(self._width_s)
            self._take_held()

    def accept(self, revision: str) -> None:
        """The same split is at work by a routing of this revision too."""
        with self._lock:
            if revision not in self._revisions:
                self._revisions.add(revision)
                self._take_held()

    def forget_recent(self, before: float) -> None:
        """What was answered before that time (in seconds since the epoch) is none of the canary's
        newest requests, even if it is told of only now."""
        with self._lock:
            self._recent.clear()
            self._unanswered = 0
            self._recent_since = before

    @property
    def newest(self) -> float:
        """When the newest of all that was told happened, in seconds since the epoch; 0: nothing
        was told."""
        with self._lock:
            return self._newest

    def add(self, told: Sequence[Answered | FeedbackPosted]) -> None:
        """Count what the gateway told, in the order of its log."""
        with self._lock:
            for one in told:
                self._newest = max(self._newest, one.time)
                if isinstance(one, Answered):
                    self._answered(one)
                else:
                    self._posted(one)

    def measured(self, begin: float, end: float) -> Measured:
        """Both versions from `begin` to `end`, which lies where the gateway's clock is when that is
        ahead of ours."""
        with self._lock:
            end = max(end, self._newest)
            window = WindowNumbers(
                begin,
                end,
                self._stable.window.between(begin, end),
                self._canary.window.between(begin, end),
            )
            recent = Recent(len(self._recent), sum(self._recent), self._unanswered)
            return Measured(window, recent)

    def series(self) -> tuple[Point, ...]:
        """All there was since the first request, in a few hundred points at most, in the order of
        time."""
        with self._lock:
            return tuple(
                Point(time, numbers_of((pair.stable,)), numbers_of((pair.canary,)))
                for time, pair in self._series.points()
            )

    def _take_held(self) -> None:
        held, self._held = self._held, deque(maxlen=_HELD)
        for one in held:
            self._answered(one)

    def _answered(self, one: Answered) -> None:
        if one.forced:
            return
        if one.revision not in self._revisions:
            self._held.append(one)
            return
        ours = one.backend == self._canary_name
        version = self._canary if ours else self._stable
        if one.request:
            # The truth about a copy is about whose answer the caller got.
            name = f"copy {one.request}" if one.mirrored else one.request
            if name in version.known:
                return
            version.known.add(name)
        counted = counted_as(one)
        latency = None
        if counted is Counted.SUCCESS and one.seconds is not None:
            latency = bin_of(one.seconds * 1000)
        for bucket in self._buckets(version, one.time):
            _count(bucket, counted, latency)
        recent = one.time >= self._recent_since
        if ours and recent and one.passed_on:
            self._unanswered = self._unanswered + 1 if one.backend_status is None else 0
            if counted in (Counted.SUCCESS, Counted.ERROR):
                self._recent.append(counted is Counted.ERROR)
        waiting = None if one.mirrored else self._waiting.pop(one.request, None)
        if waiting is not None:
            self._label(version, one.time, waiting)

    def _posted(self, one: FeedbackPosted) -> None:
        feedback = parse_feedback(one.body)
        if feedback is None or feedback.request in self._told:
            return
        for version in (self._canary, self._stable):
            if feedback.request in version.known:
                self._label(version, one.time, feedback)
                return
        self._waiting[feedback.request] = feedback
        if len(self._waiting) > _WAITING:
            self._waiting.popitem(last=False)

    def _label(self, version: _Version, time: float, feedback: Feedback) -> None:
        self._told.add(feedback.request)
        for bucket in self._buckets(version, time):
            bucket.labelled += 1
            bucket.right += feedback.right

    def _buckets(self, version: _Version, time: float) -> Iterator[Bucket]:
        pair = self._series.at(time)
        yield pair.canary if version is self._canary else pair.stable
        in_window = version.window.at(time)
        if in_window is not None:
            yield in_window


def _count(bucket: Bucket, counted: Counted, latency: int | None) -> None:
    if counted is Counted.REFUSED:
        bucket.refused += 1
    elif counted is Counted.CANCELLED:
        bucket.cancelled += 1
    else:
        bucket.requests += 1
        bucket.errors += counted is Counted.ERROR
        if latency is not None:
            bucket.latencies[latency] = bucket.latencies.get(latency, 0) + 1
