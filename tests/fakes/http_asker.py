"""Servers at published ports that answer as a test says."""

from collections.abc import Mapping

from modeldesk.core.jobs import CancelToken
from modeldesk.core.trial.ports import HttpRequest


class FakeHttpAsker:
    """Implements `HttpAsker`: a request to a path of `statuses` is answered with what stands
    there, once the first `refusals` to it were refused. Whatever else is asked gets no answer.
    `asked` keeps every request."""

    def __init__(self, statuses: Mapping[str, int], refusals: int = 0) -> None:
        self.statuses = dict(statuses)
        self.refusals = refusals
        self.asked: list[HttpRequest] = []
        self._refused = 0

    def status(
        self, address: str, port: int, request: HttpRequest, timeout_s: float, token: CancelToken
    ) -> int | None:
        token.raise_if_cancelled()
        self.asked.append(request)
        if self._refused < self.refusals:
            self._refused += 1
            return None
        self._refused = 0
        return self.statuses.get(request.path)
