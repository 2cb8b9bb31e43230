"""HTTP as uvicorn speaks it, but that nobody is waited for without end, and not everybody is let
in at once."""

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from modeldesk.core.access.limits import Limits


def patient(limits: Limits) -> type[asyncio.Protocol]:
    """A protocol within `limits`."""

    class PatientProtocol(_PatientProtocol):
        own_limits = limits

    return PatientProtocol


class _PatientProtocol(H11Protocol):
    own_limits = Limits()
    _waiting: asyncio.TimerHandle | None = None

    # As the library narrows its own: what accepts connections hands on no lesser transport.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.own_limits.connections:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # What is sent after an answer was given counts too, so that its rest is not read for ever.
        if self._waiting is None and self._is_idle:
            self._wait()
        super().data_received(data)
        if not self._is_idle:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_idle:
            self._stop_waiting()

    @property
    def _is_idle(self) -> bool:
        # None before the first request, whatever its type says.
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is None or cycle.response_complete

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.own_limits.headers_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if self._is_idle and not self.transport.is_closing():
            self.transport.abort()
