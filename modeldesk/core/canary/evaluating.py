"""Asking both versions of a rollout an evaluation set, apart from the callers' traffic."""

from collections.abc import Callable
from datetime import datetime

from modeldesk.core.canary.evaluation_set import Case, EvaluationSet, prediction_of
from modeldesk.core.canary.feedback import same
from modeldesk.core.canary.model import Evaluation, Rollout, VersionEvaluation
from modeldesk.core.canary.ports import Traffic
from modeldesk.core.canary.quantiles import Bins, bin_of, quantiles
from modeldesk.core.errors import ReleaseError
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.words import tr

PREDICT = "/predict"
TIMEOUT_S = 30.0
_REPORT_EVERY = 10


class _Tally:
    """What one version did so far."""

    def __init__(self, release: int | None) -> None:
        self.release = release
        self.failed = self.unread = self.right = self.asked = 0
        self.latencies: Bins = {}

    def result(self) -> VersionEvaluation:
        p50, p95 = quantiles(self.latencies, 0.5, 0.95)
        return VersionEvaluation(self.asked, self.failed, self.unread, self.right, p50, p95)


def evaluate(
    traffic: Traffic,
    rollout: Rollout,
    questions: EvaluationSet,
    clock: Callable[[], datetime],
    job: Job,
    path: str = PREDICT,
) -> Evaluation:
    """Ask both versions every case of the set by POST to `path`, one after the other and each first
    every other time, so that neither is asked on a warmer or busier machine. The requests name
    their version, so that no number of the rollout counts them. Raises `ReleaseError` when the
    canary does not run, `Cancelled`."""
    if not rollout.release or not rollout.open:
        raise ReleaseError(
            tr("The canary of “{name}” does not run.", name=rollout.deployment.name),
            tr("Evaluate while it does."),
        )
    stable, canary = _Tally(None), _Tally(rollout.release)
    total = len(questions.cases)
    for number, case in enumerate(questions.cases):
        if number % _REPORT_EVERY == 0:
            job.report(Progress(tr("Asking both versions"), number, total))
        for tally in (stable, canary) if number % 2 else (canary, stable):
            job.token.raise_if_cancelled()
            _ask(traffic, rollout, tally, case, path, job)
    job.report(Progress(tr("Asking both versions"), total, total))
    return Evaluation(clock(), questions.name, stable.result(), canary.result())


def _ask(
    traffic: Traffic, rollout: Rollout, tally: _Tally, case: Case, path: str, job: Job
) -> None:
    request = SmokeRequest("POST", path, case.body)
    answer = traffic.ask(rollout.deployment, tally.release, request, TIMEOUT_S, job.token)
    tally.asked += 1
    if answer.status is None or not 200 <= answer.status < 300:
        tally.failed += 1
        return
    latency = bin_of(answer.seconds * 1000)
    tally.latencies[latency] = tally.latencies.get(latency, 0) + 1
    found, prediction = prediction_of(answer.body, alone=case.alone)
    if not found:
        tally.unread += 1
    elif same(prediction, case.truth):
        tally.right += 1
