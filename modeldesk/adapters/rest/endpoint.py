"""One path of the API: who asks is known, what is asked is looked at, and done in a thread."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from modeldesk.adapters.rest.answering import (
    header,
    send_problem,
    send_reply,
    send_stream,
    until_left,
)
from modeldesk.adapters.rest.bodies import Body
from modeldesk.adapters.rest.checking import read_body
from modeldesk.adapters.rest.operations import JSON_TYPE, Call, Operation, Reply, Takes, Where
from modeldesk.adapters.rest.parameters import read_parameters
from modeldesk.adapters.rest.problems import (
    Problem,
    a_bug,
    invalid,
    problem_of,
    took_too_long,
)
from modeldesk.adapters.rest.workers import Workers
from modeldesk.core.access.limits import Limits
from modeldesk.core.access.listening import names_loopback
from modeldesk.core.access.model import OPEN_CALLER, Caller
from modeldesk.core.access.service import Access, Asker
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

_MOST_FIELDS = 50
_NOBODY = Caller("", ())


@dataclass(frozen=True, slots=True)
class Site:
    """What all paths share."""

    access: Access
    workers: Workers
    limits: Limits
    uploads: Path
    """A folder for what is being sent."""
    open: bool
    """Whether nobody has to say who they are."""


class Endpoint:
    """An ASGI application for the operations of one path."""

    def __init__(self, site: Site, operations: Mapping[str, Operation]) -> None:
        """`operations` by method."""
        self._site = site
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        request = _Request(self._site, self._operations[method], scope, receive, send)
        try:
            with self._site.workers.under_way() as token:
                await request.serve(token)
        except Problem as problem:
            await request.refuse(problem)
        except ModelDeskError as error:
            await request.refuse(problem_of(error))
        except Exception:
            logger.exception("a bug in %s", request.operation.name)
            await request.refuse(a_bug())


class _Request:
    def __init__(
        self, site: Site, operation: Operation, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.operation = operation
        self._site = site
        self._scope = scope
        self._receive = receive
        self._send = send
        self._has_begun = False

    async def refuse(self, problem: Problem) -> None:
        """Say what is wrong, where nothing was said yet."""
        if not self._has_begun:
            self._has_begun = True
            await send_problem(problem, self._send)

    async def serve(self, token: CancelToken) -> None:
        """Answer. Raises `Problem` and `ModelDeskError` for what can't be done."""
        site, operation = self._site, self.operation
        asker = await self._who()
        values = self._values()
        call = Call(
            asker,
            values,
            token,
            media_type=(header(self._scope, "Content-Type") or "").partition(";")[0].strip(),
            is_head=self._scope["method"] == "HEAD",
        )
        await site.workers.run(self._check_allowed, call)
        if operation.precheck is not None:
            await site.workers.run(operation.precheck, call)
        async with self._with_body(call) as whole:
            await self._answer(whole)

    async def _who(self) -> Asker:
        client = self._scope.get("client")
        address = client[0] if client else ""
        if self.operation.role is None:
            return Asker(_NOBODY, address)
        if self._site.open:
            if not names_loopback(header(self._scope, "Host") or ""):
                raise Problem(
                    HTTPStatus.FORBIDDEN,
                    "not-this-machine",
                    tr("This server is asked for under another name than this machine’s."),
                    tr("Without tokens it answers to localhost and 127.0.0.1 alone."),
                )
            return Asker(OPEN_CALLER, address)
        scheme, _, given = (header(self._scope, "Authorization") or "").partition(" ")
        token = given.strip() if scheme.lower() == "bearer" else ""
        caller = await self._site.workers.run(self._site.access.who, token, address)
        return Asker(caller, address)

    def _values(self) -> dict[str, str]:
        try:
            query = parse_qsl(
                self._scope["query_string"].decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_MOST_FIELDS,
            )
        except ValueError:
            raise invalid(tr("What stands behind the “?” can’t be read.")) from None
        wanted = self.operation.parameters
        headers = {
            one.name: value
            for one in wanted
            if one.where is Where.HEADER and (value := header(self._scope, one.name)) is not None
        }
        return read_parameters(wanted, self._scope["path_params"], query, headers)

    def _check_allowed(self, call: Call) -> None:
        operation = self.operation
        if operation.role is None or operation.any_model:
            return
        model = call.values.get("model", "")
        subject = call.values.get("version") or call.values.get("channel", "")
        self._site.access.check(call.asker, operation.role, operation.act, model, subject)

    @asynccontextmanager
    async def _with_body(self, call: Call) -> AsyncIterator[Call]:
        takes, limits = self.operation.takes, self._site.limits
        length = header(self._scope, "Content-Length") or ""
        if takes is Takes.FILE:
            body = Body(self._receive, length, limits.upload_bytes, limits.pause_s)
            room = Path(await self._site.workers.run(tempfile.mkdtemp, dir=self._site.uploads))
            try:
                file = room / "sent"
                await body.to_file(file, self._site.workers)
                yield replace(call, file=file)
            finally:
                await self._site.workers.run(shutil.rmtree, room, ignore_errors=True)
            return
        body = Body(self._receive, length, limits.json_bytes, limits.pause_s)
        content = await body.whole()
        if takes is Takes.NOTHING:
            if content:
                raise invalid(tr("No body is taken here."))
            yield call
            return
        if call.media_type.lower() != JSON_TYPE:
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "media-type",
                tr("“{type}” is not taken here.", type=call.media_type[:80]),
                tr("Send {type}.", type=JSON_TYPE),
            )
        yield replace(call, content=read_body(content, self.operation.body or {}))

    async def _answer(self, call: Call) -> None:
        left = asyncio.ensure_future(until_left(self._receive, call.token))
        try:
            await self._answer_while_there(call)
        finally:
            left.cancel()
            with suppress(asyncio.CancelledError):
                await left

    async def _answer_while_there(self, call: Call) -> None:
        workers, limits = self._site.workers, self._site.limits
        late: list[bool] = []

        def end() -> None:
            late.append(True)
            call.token.cancel()

        timer = None
        if self.operation.takes is not Takes.FILE:
            timer = asyncio.get_running_loop().call_later(limits.answer_s, end)
        stream: Generator[bytes, None, None] | None = None
        try:
            try:
                reply = await workers.run(self.operation.handle, call)
                stream = reply.stream
                first = b"" if stream is None else await workers.run(next, stream, b"")
            except ModelDeskError:
                if late:
                    raise took_too_long() from None
                raise
            finally:
                if timer is not None:
                    timer.cancel()
            await self._say(reply, first, call)
        finally:
            if stream is not None:
                await workers.run(stream.close)

    async def _say(self, reply: Reply, first: bytes, call: Call) -> None:
        self._has_begun = True
        if reply.stream is None:
            await send_reply(reply, self._send)
            return
        await send_stream(
            reply,
            first,
            reply.stream,
            self._send,
            self._site.workers,
            call.token,
            self._site.limits.pause_s,
        )
