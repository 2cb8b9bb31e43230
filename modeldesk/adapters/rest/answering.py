"""Replies as they are sent."""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping

from starlette.types import Receive, Scope, Send

from modeldesk.adapters.rest.operations import JSON_TYPE, Reply
from modeldesk.adapters.rest.problems import PROBLEM_TYPE, Problem
from modeldesk.adapters.rest.workers import Workers
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken

logger = logging.getLogger(__name__)

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    # Nothing here is a page.
    "Content-Security-Policy": "default-src 'none'",
}


async def send_problem(problem: Problem, send: Send) -> None:
    """An answer that says what is wrong."""
    await _send_document(
        problem.document, problem.status, {**problem.headers, "Content-Type": PROBLEM_TYPE}, send
    )


async def send_reply(reply: Reply, send: Send) -> None:
    """An answer that is at hand."""
    if reply.document is None:
        await _start(reply.status, {"Content-Length": "0", **reply.headers}, send)
        await send({"type": "http.response.body"})
        return
    await _send_document(
        reply.document, reply.status, {"Content-Type": JSON_TYPE, **reply.headers}, send
    )


async def send_stream(
    reply: Reply,
    first: bytes,
    rest: Iterator[bytes],
    send: Send,
    workers: Workers,
    token: CancelToken,
    pause_s: float,
) -> None:
    """An answer that comes piece by piece. What breaks in the middle is cut off there, so that
    nobody takes it for whole."""
    await _start(reply.status, reply.headers, send)
    piece: bytes | None = first
    while piece is not None and not token.cancelled:
        message = {"type": "http.response.body", "body": piece, "more_body": True}
        try:
            await asyncio.wait_for(send(message), pause_s)
            piece = await workers.run(next, rest, None)
        except TimeoutError:
            logger.info("an answer was not taken for too long")
            return
        except ModelDeskError as error:
            if not token.cancelled:
                logger.error("a download broke off: %s", error)
            return
    if not token.cancelled:
        await send({"type": "http.response.body"})


async def until_left(receive: Receive, token: CancelToken) -> None:
    """Cancel `token` when the other side is gone."""
    while not token.cancelled:
        message = await receive()
        if message["type"] == "http.disconnect":
            token.cancel()


def header(scope: Scope, name: str) -> str | None:
    """A header’s value; of one that is given several times, all of them."""
    wanted = name.lower().encode("ascii")
    found = [value.decode("latin-1") for key, value in scope["headers"] if key == wanted]
    return ", ".join(found) if found else None


async def _send_document(
    document: object, status: int, headers: Mapping[str, str], send: Send
) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    content = text.encode("utf-8", "replace")
    await _start(status, {**headers, "Content-Length": str(len(content))}, send)
    await send({"type": "http.response.body", "body": content})


async def _start(status: int, headers: Mapping[str, str], send: Send) -> None:
    told = {**_ALWAYS, **headers}
    encoded = [
        (name.lower().encode("ascii"), text.encode("latin-1")) for name, text in told.items()
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": encoded})
