"""The API over a registry in memory, asked without a network."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from modeldesk.adapters.rest.app import make_app
from modeldesk.adapters.rest.endpoint import Site
from modeldesk.adapters.rest.workers import Workers
from modeldesk.core.access.failures import Failures
from modeldesk.core.access.limits import Limits
from modeldesk.core.access.model import Grant, Role
from modeldesk.core.access.service import Access
from tests.fakes.access_records import FakeAccessRecords
from tests.unit.core.hub.hubs import Desk

ADDRESS = "http://127.0.0.1"
LIMITS = Limits(upload_bytes=100_000, json_bytes=10_000, requests=4, pause_s=1.0)


@dataclass(frozen=True)
class Answered:
    """An answer."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def kind(self) -> str:
        """Of a problem."""
        return str(self.json["type"]).removeprefix("urn:modeldesk:")


class Api:
    """A server without a network."""

    def __init__(self, uploads: Path, *, open: bool = False, limits: Limits = LIMITS) -> None:  # noqa: A002
        self.desk = Desk()
        self.records = FakeAccessRecords()
        self.access = Access(
            self.records, self.records, Failures(lambda: self.desk.seconds), lambda: self.desk.now
        )
        self.uploads = uploads
        self.workers = Workers(limits.requests)
        self.app = make_app(self.desk.hub(), Site(self.access, self.workers, limits, uploads, open))
        self.runner = asyncio.Runner()

    def token(self, *grants: Grant, lasts: timedelta | None = None) -> str:
        return self.access.add("ci", grants or (Grant(Role.ADMINISTER),), lasts)[1]

    def ask(
        self,
        method: str,
        path: str,
        token: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: object = None,
    ) -> Answered:
        """`path` is sent as it stands."""
        given = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        url = httpx.URL(ADDRESS).copy_with(raw_path=path.encode())
        return self.runner.run(self._ask(method, url, given, content, json))

    def close(self) -> None:
        self.runner.close()
        self.workers.close()

    async def _ask(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | None,
        document: object,
    ) -> Answered:
        transport = httpx.ASGITransport(self.app, client=("192.0.2.7", 5))
        async with httpx.AsyncClient(transport=transport) as client:
            # Absence and null are two bodies.
            body: dict[str, Any] = {} if document is None else {"json": document}
            if content is not None:
                body["content"] = content
            answer = await client.request(method, url, headers=dict(headers), **body)
            return Answered(answer.status_code, answer.headers, answer.content)
