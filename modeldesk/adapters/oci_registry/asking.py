"""Asking a registry: at the right address, signed in, and again when that is worth it."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx

from modeldesk.adapters.oci_registry.errors import (
    BROKEN,
    certificate_problem,
    not_a_registry,
    translated,
)
from modeldesk.adapters.oci_registry.line import Body, Line, Lines, drain, origin
from modeldesk.adapters.oci_registry.sign_in import FindCredentials, SignIns
from modeldesk.adapters.oci_registry.transport import address_of, may_be_plain
from modeldesk.core.errors import RegistryError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.known import KnownRegistry

ANSWER_SECONDS = 15.0
"""Without a byte of an answer, after which a registry is told to be silent."""
TRIES = 4
WORTH_TRYING_AGAIN = (429, 500, 502, 503, 504)

_LONGEST_WAIT_S = 20.0
_BEGINNING = 2048

# They tell every address and what was answered, and those of blobs are signed: whoever has one
# may read it.
for _told_by in ("httpx", "httpcore"):
    logging.getLogger(_told_by).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Question:
    """What a registry is asked."""

    method: str
    path: str
    """From the root of the registry on; or a whole address."""
    scope: str
    """What a token must be for, as ``repository:team/model:pull``."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = b""
    patience: float = ANSWER_SECONDS
    """In seconds, for each byte."""
    again: bool = True
    """Whether it may be asked again after a broken connection or a failure: with no other end
    than when it is asked once."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was read to its end, or as far as it matters."""

    status: int
    headers: httpx.Headers
    url: httpx.URL
    """Where it came from."""
    body: str
    """Its first words."""
    user: str = ""
    """Who asked, with a token of theirs; empty for nobody."""

    @property
    def is_page(self) -> bool:
        """Whether it is meant for a browser."""
        return "text/html" in self.headers.get("content-type", "")


class Asking:
    """Questions to one registry, from any number of threads."""

    def __init__(
        self,
        known: KnownRegistry,
        find: FindCredentials,
        transport: httpx.BaseTransport | None,
        connect_seconds: float,
    ) -> None:
        self.registry = known.host
        self._host = address_of(known.host)
        self._may_be_plain = may_be_plain(known)
        self.base = ""
        """How it is spoken to, once that is known: scheme and host."""
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=connect_seconds)
        self._lines = Lines(known, timeout, transport)
        self._sign_ins = SignIns(known.host, find)

    @contextmanager
    def answer(self, question: Question, token: CancelToken) -> Iterator[httpx.Response]:
        """An answer of whatever status, opened."""
        token.raise_if_cancelled()
        with self._lines.lent() as line, token.closing(line.cut):
            try:
                answer = self._answered(line, question, token)
                try:
                    yield answer
                finally:
                    drain(answer)
            except RegistryError:
                # A cancel breaks the connection, and that is what the asker met.
                token.raise_if_cancelled()
                raise

    def reply(self, question: Question, token: CancelToken) -> Reply:
        """An answer whose status and headers are what matters."""
        with self.answer(question, token) as answer:
            user = self.user(question.scope)
            return Reply(answer.status_code, answer.headers, answer.url, beginning(answer), user)

    def close(self) -> None:
        """Let go of every connection."""
        self._lines.close()

    def is_ours(self, url: httpx.URL) -> bool:
        """Whether an address is this registry's, who may see its own token."""
        return origin(url) == origin(httpx.URL(self.base))

    def has_token(self, scope: str) -> bool:
        """Whether a token was given out for it, of whatever worth."""
        return self._sign_ins.has_token(scope)

    def user(self, scope: str) -> str:
        """Whom a token for it was given to, who is known then; empty for nobody."""
        return self._sign_ins.user(scope)

    def _answered(self, line: Line, question: Question, token: CancelToken) -> httpx.Response:
        signed_in = False
        attempt = 0
        while True:
            known = self._sign_ins.header(question.scope, line.http, self.base, token)
            attempt += 1
            is_last = attempt >= TRIES or not question.again
            with translated(self.registry):
                was_there = bool(self.base)
                try:
                    answer = self._send(line, question, known)
                except (*BROKEN, httpx.ConnectError) as error:
                    may_come = not isinstance(error, httpx.ConnectError) or (
                        # It may be started again just now; who never was is not waited for.
                        was_there and certificate_problem(error) is None
                    )
                    if is_last or not may_come or token.wait(0.1 * 2.0**attempt):
                        raise
                    continue
            if answer.status_code == 401 and not signed_in and self.is_ours(answer.url):
                signed_in = True
                asked = answer.headers.get("www-authenticate", "")
                drain(answer)
                self._sign_ins.answer(question.scope, asked, known, line.http, self.base, token)
                if question.again:
                    attempt -= 1
                    continue
                return answer
            if (
                answer.status_code == 403
                and question.again
                and not signed_in
                and self.is_ours(answer.url)
                and self._sign_ins.changed(known, self.base, token)
            ):
                signed_in = True
                drain(answer)
                attempt -= 1
                continue
            if answer.status_code not in WORTH_TRYING_AGAIN or is_last:
                return answer
            drain(answer)
            if token.wait(pause(answer.headers, attempt)):
                token.raise_if_cancelled()

    def _send(self, line: Line, question: Question, known: str) -> httpx.Response:
        def sent(base: str) -> httpx.Response:
            url = httpx.URL(base).join(question.path)
            headers = dict(question.headers)
            if known and origin(url) == origin(httpx.URL(base)):
                headers["Authorization"] = known
            return line.send(question.method, str(url), headers, question.body, question.patience)

        known_base = self.base
        base = known_base or f"https://{self._host}"
        try:
            answer = sent(base)
        except (httpx.ConnectError, httpx.RemoteProtocolError) as error:
            if known_base or not self._may_be_plain or certificate_problem(error):
                raise
            base = f"http://{self._host}"
            answer = sent(base)
        self.base = base
        return answer


def content(registry: str, answer: httpx.Response, largest: int) -> bytes:
    """The whole of an answer. Raises `RegistryError` for more than `largest` bytes."""
    found = bytearray()
    with translated(registry):
        for piece in answer.iter_bytes():
            found += piece
            if len(found) > largest:
                raise not_a_registry(registry, f"more than {largest} bytes")
    return bytes(found)


def beginning(answer: httpx.Response) -> str:
    """Its first words, whatever it is."""
    with suppress(httpx.HTTPError, httpx.StreamError):
        for piece in answer.iter_bytes(_BEGINNING):
            return piece.decode("utf-8", "replace")
    return ""


def pause(headers: Mapping[str, str], attempt: int) -> float:
    """How long to wait after that many attempts, in seconds."""
    said = headers.get("retry-after", "")
    seconds = float(said) if said.isdecimal() else 0.25 * 2.0**attempt
    return min(seconds, _LONGEST_WAIT_S)
