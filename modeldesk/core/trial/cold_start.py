"""How long a container of an image takes from nothing to its first answers."""

import time

from modeldesk.core.containers.model import ContainerDetail, ContainerSpec, PortBinding
from modeldesk.core.containers.reach import askable
from modeldesk.core.containers.readiness import died, has_ended, log_tail
from modeldesk.core.errors import ContainerFailed
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.labels import TRIAL_LABEL
from modeldesk.core.model_folder.model import AppEntry
from modeldesk.core.ports import ImageEngine
from modeldesk.core.trial.model import SampleRequest, Start
from modeldesk.core.trial.ports import HttpAsker, HttpRequest
from modeldesk.core.words import tr

_PAUSE_S = 0.005
_ANSWER_S = 5.0
"""What one question may take: the server is there, and may still load its model."""
_PREDICTION_S = 120.0
_LONGEST_S = 300.0
_LOOK_EVERY_S = 0.25
"""How often the engine is asked whether the container still runs."""


class ColdStarts:
    """Starts containers for one trial, one at a time, and removes each."""

    def __init__(
        self,
        engine: ImageEngine,
        asker: HttpAsker,
        app: AppEntry,
        sample: SampleRequest | None,
        trial: str,
        job: Job,
    ) -> None:
        self._engine = engine
        self._asker = asker
        self._app = app
        self._sample = sample
        self._trial = trial
        self._job = job
        self.refused: int | None = None
        """The status that the sample request was last refused with; 0 for no answer at all."""

    def measure(self, image: ImageId, name: str) -> Start:
        """One start of `image`, which a person knows as `name`. Raises `ContainerFailed` with
        its last lines of output when it ends or does not answer; `Cancelled`."""
        spec = ContainerSpec(
            image, ports=(PortBinding(self._app.port),), labels={TRIAL_LABEL: self._trial}
        )
        began = time.monotonic()
        container = self._engine.create_container(spec)
        try:
            self._job.token.raise_if_cancelled()
            self._engine.start_container(container)
            detail = self._engine.container(container)
            healthy = self._until_healthy(detail, name, began)
            return Start(healthy, self._until_predicted(detail, began))
        finally:
            self._engine.remove_container(container)

    def _until_healthy(self, detail: ContainerDetail, name: str, began: float) -> float:
        token, looked = self._job.token, time.monotonic()
        request = HttpRequest(self._app.health_path or "/")
        while True:
            token.raise_if_cancelled()
            status = self._ask(detail, request, _ANSWER_S)
            if status is not None and (status < 400 or not self._app.health_path):
                return time.monotonic() - began
            now = time.monotonic()
            if now - looked >= _LOOK_EVERY_S:
                looked = now
                self._check(detail.summary.id, name, now - began)
            token.wait(_PAUSE_S)

    def _until_predicted(self, detail: ContainerDetail, began: float) -> float | None:
        if self._sample is None:
            return None
        request = HttpRequest(self._sample.path, "POST", self._sample.body)
        status = self._ask(detail, request, _PREDICTION_S)
        if status is not None and 200 <= status < 300:
            return time.monotonic() - began
        self.refused = status or 0
        return None

    def _ask(self, detail: ContainerDetail, request: HttpRequest, timeout: float) -> int | None:
        places = askable(detail.summary.ports, self._engine.info.host)
        if not places:
            return None
        return self._asker.status(*places[0], request, timeout, self._job.token)

    def _check(self, container: ContainerId, name: str, waited: float) -> None:
        """Raise `ContainerFailed` where waiting longer makes no sense."""
        detail = self._engine.container(container)
        if has_ended(detail):
            raise ContainerFailed(
                died(detail, name),
                tr("Its last lines of output say more."),
                log_tail(self._engine, container),
            )
        if waited > _LONGEST_S:
            raise ContainerFailed(
                tr("{name} did not become healthy within {seconds} seconds.",
                   name=name, seconds=round(_LONGEST_S)),
                tr("Its last lines of output say more."),
                log_tail(self._engine, container),
            )  # fmt: skip
