"""Trying a registry out, one step at a time, each where its own fault can be told."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import TypeVar

import httpx

from modeldesk.adapters.oci_registry import check_words as words
from modeldesk.adapters.oci_registry.certificate import fingerprint
from modeldesk.adapters.oci_registry.challenge import Challenge, read_challenges
from modeldesk.adapters.oci_registry.errors import certificate_problem
from modeldesk.adapters.oci_registry.proxies import Endpoint, endpoint_of
from modeldesk.adapters.oci_registry.sign_in import Answers
from modeldesk.adapters.oci_registry.transport import address_of, may_be_plain, open_http
from modeldesk.adapters.within import within
from modeldesk.core.errors import RegistryDenied, RegistryError, RegistryUntrusted
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.check import CheckReport, CheckStep, OnStep, Outcome, Step
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry

T = TypeVar("T")

_CONNECT_SECONDS = 6.0
_ANSWER_SECONDS = 12.0
_STEP_SECONDS = 20.0
"""What one step may take: a name that nobody resolves, or an answer drop by drop."""
_MOST_NAMED = 5
_CATALOG_SCOPE = "registry:catalog:*"


class HttpRegistryChecker:
    """Implements `RegistryChecker`."""

    def check(
        self,
        known: KnownRegistry,
        credentials: Credentials | None,
        on_step: OnStep,
        token: CancelToken,
    ) -> CheckReport:
        """See `modeldesk.core.registry.check.RegistryChecker`."""
        attempt = _Attempt(known, credentials, token)
        taken: list[CheckStep] = []
        with closing(attempt):
            for step in attempt.steps():
                taken.append(step)
                on_step(step)
                if step.outcome is Outcome.FAILED:
                    break
        left = list(Step)[len(taken) :]
        steps = (*taken, *(CheckStep(step, Outcome.NOT_RUN) for step in left))
        return CheckReport(known.host, steps, attempt.accepted)


class _Attempt:
    """One run. What a step found is there for the next one."""

    def __init__(
        self, known: KnownRegistry, credentials: Credentials | None, token: CancelToken
    ) -> None:
        self.accepted = False
        self._known = known
        self._credentials = credentials
        self._token = token
        self._http: httpx.Client | None = None
        self._base = ""
        self._answer: httpx.Response | None = None
        self._challenges: tuple[Challenge, ...] = ()
        self._authorization = ""

    def steps(self) -> Iterator[CheckStep]:
        """Take them, one for each `next`."""
        endpoint = endpoint_of(self._known)
        yield self._address(endpoint)
        yield self._port(endpoint)
        yield self._encryption()
        yield self._registry()
        yield self._scheme()
        yield self._sign_in()
        yield self._list()

    def close(self) -> None:
        """Let go of every connection."""
        if self._http is not None:
            self._http.close()

    def _address(self, endpoint: Endpoint) -> CheckStep:
        try:
            found = self._within(lambda: _resolve(endpoint))
        except (OSError, UnicodeError) as error:
            return words.no_address(endpoint, str(error))
        return words.address(endpoint, found)

    def _port(self, endpoint: Endpoint) -> CheckStep:
        last = ""
        ports = [endpoint.port]
        if endpoint.may_be_other_port and may_be_plain(self._known):
            ports.append(80)
        for port in ports:
            try:
                self._within(partial(_connect, endpoint.host, port))
            except OSError as error:
                last = str(error)
            else:
                return words.port(port)
        return words.no_port(endpoint, last)

    def _encryption(self) -> CheckStep:
        timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
        try:
            self._http = open_http(self._known, timeout)
        except RegistryUntrusted as error:
            return words.no_certificates(error)
        address = address_of(self._known.host)
        try:
            return self._encrypted(f"https://{address}")
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError) as error:
            problem = certificate_problem(error)
            if problem is not None:
                url = f"https://{address}/v2/"
                print_of = self._within(lambda: fingerprint(url, self._known))
                return words.untrusted(self._known, problem, print_of)
            if not may_be_plain(self._known):
                return words.no_encryption(self._known, str(error))
        except (httpx.HTTPError, TimeoutError) as error:
            return words.silent(Step.ENCRYPTION, str(error))
        try:
            self._ask_first(f"http://{address}")
        except (httpx.HTTPError, TimeoutError) as error:
            return words.silent(Step.ENCRYPTION, str(error))
        return words.plain(self._known)

    def _encrypted(self, base: str) -> CheckStep:
        answer = self._ask_first(base)
        stream = answer.extensions.get("network_stream")
        layer = stream.get_extra_info("ssl_object") if stream is not None else None
        return words.encrypted(self._known, str(layer.version()) if layer is not None else "TLS")

    def _ask_first(self, base: str) -> httpx.Response:
        self._answer = self._get(f"{base}/v2/")
        self._base = base
        return self._answer

    def _registry(self) -> CheckStep:
        assert self._answer is not None
        status, headers = self._answer.status_code, self._answer.headers
        asks = headers.get("www-authenticate", "")
        if "text/html" in headers.get("content-type", "") and not asks:
            return words.a_web_page(status)
        if status == 200 or (status == 401 and asks):
            self._challenges = read_challenges(asks) if status == 401 else ()
            return words.a_registry(headers.get("docker-distribution-api-version", ""))
        return words.no_registry(status)

    def _scheme(self) -> CheckStep:
        assert self._answer is not None
        if self._answer.status_code == 200:
            return words.no_scheme()
        for challenge in self._challenges:
            if challenge.scheme == "basic":
                return words.basic()
            if challenge.scheme == "bearer" and challenge.parameters.get("realm"):
                return words.bearer(challenge.parameters["realm"])
        return words.unknown_scheme([one.scheme for one in self._challenges])

    def _sign_in(self) -> CheckStep:
        assert self._answer is not None
        if self._answer.status_code == 200:
            return words.nobody_asked(self._credentials)
        try:
            self._authorization = self._authorize("")
            answer = self._get(f"{self._base}/v2/")
        except RegistryDenied as error:
            return words.refused(self._known, self._credentials, error.detail)
        except (RegistryError, httpx.HTTPError, TimeoutError) as error:
            return words.no_token(self._challenges, error)
        # As nobody, only what is public is open, and this page may not be.
        if answer.status_code == 200 or (self._credentials is None and self._authorization):
            self.accepted = self._credentials is not None
            return words.accepted(self._credentials)
        return words.refused(self._known, self._credentials, str(answer.status_code))

    def _list(self) -> CheckStep:
        try:
            self._authorize_for(_CATALOG_SCOPE)
            answer = self._get(f"{self._base}/v2/_catalog?n=1")
        except (RegistryError, httpx.HTTPError, TimeoutError):
            answer = None
        if answer is not None and _lists(answer):
            return words.lists()
        closed = [one for one in self._known.repositories[:_MOST_NAMED] if not self._open(one)]
        return words.lists_nothing(self._known, closed)

    def _open(self, repository: str) -> bool:
        """Whether the tags of a repository can be read."""
        try:
            self._authorize_for(f"repository:{repository}:pull")
            return self._get(f"{self._base}/v2/{repository}/tags/list").status_code == 200
        except (RegistryError, httpx.HTTPError, TimeoutError):
            return False

    def _authorize_for(self, scope: str) -> None:
        if any(one.scheme == "bearer" for one in self._challenges):
            self._authorization = self._authorize(scope)

    def _authorize(self, scope: str) -> str:
        assert self._http is not None
        answers = Answers(self._known.host, self._http)
        return self._within(
            lambda: answers.header(
                self._challenges, self._credentials, self._base, scope, self._known.host
            )
        )

    def _get(self, url: str) -> httpx.Response:
        http = self._http
        assert http is not None
        headers = {"Authorization": self._authorization} if self._authorization else {}
        return self._within(lambda: http.get(url, headers=headers))

    def _within(self, work: Callable[[], T]) -> T:
        return within(_STEP_SECONDS, work, self._token, "registry-check")


def _resolve(endpoint: Endpoint) -> str:
    found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


def _connect(host: str, port: int) -> None:
    socket.create_connection((host, port), _CONNECT_SECONDS).close()


def _lists(answer: httpx.Response) -> bool:
    try:
        return answer.status_code == 200 and "repositories" in answer.json()
    except (ValueError, TypeError):
        return False
