"""Signing in at a registry, for each scope by itself, when it asks for it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from modeldesk.adapters.oci_registry.challenge import Challenge, read_challenges
from modeldesk.adapters.oci_registry.errors import not_a_registry, refusal, translated
from modeldesk.adapters.oci_registry.turns import Turns
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials

FindCredentials = Callable[[str], Credentials | None]

_ITS_OWN_FAULT = (429, *range(500, 600))
_LARGEST = 1024 * 1024
_SPARE_SECONDS = 5.0
"""So long before a token ends it is no longer sent: what takes it may be slow."""
_LONGEST_S = 10.0**9
"""What is told to last longer is not told at all: no float holds every number."""
_SIGNING_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Authorization:
    """What opens a registry. `seconds` is how long; None where that is not told."""

    header: str
    seconds: float | None = None
    is_for_all: bool = False
    """Whether it is good for every scope."""
    user: str = ""
    """Whom a token was given to; empty for nobody."""


@dataclass(frozen=True, slots=True)
class _Entry:
    header: str
    user: str
    challenges: Sequence[Challenge]
    ends: float | None
    """By the monotonic clock."""

    @property
    def is_over(self) -> bool:
        return self.ends is not None and time.monotonic() >= self.ends


class SignIns:
    """Who a client is at one registry. Several threads may ask at once; one signs in for all."""

    def __init__(self, registry: str, find: FindCredentials) -> None:
        self._registry = registry
        self._find = find
        self._for_all: Authorization | None = None
        self._entries: dict[str, _Entry] = {}
        """By scope."""
        self._turns = Turns()

    def header(self, scope: str, http: httpx.Client, base: str, token: CancelToken) -> str:
        """What to send as authorization; empty while nobody asked for one. A token that is known
        to end is had anew before it does."""
        entry = self._entries.get(scope)
        if self._for_all or entry is None or not entry.is_over:
            return self._known(scope)
        with self._turns.alone(_SIGNING_IN, token):
            entry = self._entries[scope]
            if entry.is_over:
                self._sign_in(scope, entry.challenges, http, base)
        return self._known(scope)

    def has_token(self, scope: str) -> bool:
        """Whether a token was given out for it, of whatever worth."""
        return scope in self._entries

    def user(self, scope: str) -> str:
        """Whom a token for it was given to; empty for nobody."""
        entry = self._entries.get(scope)
        return entry.user if entry else ""

    def answer(
        self,
        scope: str,
        question: str,
        sent: str,
        http: httpx.Client,
        base: str,
        token: CancelToken,
    ) -> None:
        """Answer the challenge in `question`, which met the header `sent`; when nobody is known,
        as nobody. `base` is how the registry is spoken to."""
        with self._turns.alone(_SIGNING_IN, token):
            # Another thread may have met the same question meanwhile.
            if self._known(scope) != sent:
                return
            challenges = read_challenges(question)
            entry = self._entries.get(scope)
            if entry is not None and all(one.scheme != "bearer" for one in challenges):
                # Harbor asks whoever sends a token that is over for a password, also where it
                # takes none: what led to a token once leads to one again.
                challenges = (*entry.challenges, *challenges)
            self._sign_in(scope, challenges, http, base)

    def changed(self, sent: str, base: str, token: CancelToken) -> bool:
        """Whether there is another password by now than the one in the header `sent`, which was
        refused: helpers give out some that end, as ECR's, and it does not ask for another."""
        with self._turns.alone(_SIGNING_IN, token):
            before = self._for_all
            if before is None or before.header != sent:
                return before is not None and bool(sent)
            credentials = self._find(self._registry)
            found = _basic(credentials, base) if credentials is not None else None
            if found is None or found.header == sent:
                return False
            self._for_all = found
            return True

    def _known(self, scope: str) -> str:
        entry = self._entries.get(scope)
        return self._for_all.header if self._for_all else entry.header if entry else ""

    def _sign_in(
        self, scope: str, challenges: Sequence[Challenge], http: httpx.Client, base: str
    ) -> None:
        begun = time.monotonic()
        credentials = self._find(self._registry)
        answers = Answers(self._registry, http)
        found = answers.authorization(challenges, credentials, base, scope, _repository(scope))
        if found is None:
            return
        if found.is_for_all:
            self._for_all = found
            return
        seconds = found.seconds
        ends = None if seconds is None else begun + seconds - min(_SPARE_SECONDS, seconds / 2)
        self._entries[scope] = _Entry(found.header, found.user, challenges, ends)


class Answers:
    """What is said to a registry's question who is there."""

    def __init__(self, registry: str, http: httpx.Client) -> None:
        self._registry = registry
        self._http = http

    def header(
        self,
        challenges: Sequence[Challenge],
        credentials: Credentials | None,
        base: str,
        scope: str,
        what: str,
    ) -> str:
        """As `authorization`; empty for none."""
        found = self.authorization(challenges, credentials, base, scope, what)
        return found.header if found is not None else ""

    def authorization(
        self,
        challenges: Sequence[Challenge],
        credentials: Credentials | None,
        base: str,
        scope: str,
        what: str,
    ) -> Authorization | None:
        """What answers the first challenge that can be answered; None when none can. `scope` is
        asked for beside what the challenge names (empty: just who it is), for `what`. Raises
        `RegistryDenied`, and what else asking for a token can."""
        for challenge in challenges:
            if challenge.scheme == "basic" and credentials is not None and credentials.user:
                return _basic(credentials, base)
            if challenge.scheme == "bearer" and challenge.parameters.get("realm"):
                return self._token(challenge, credentials, base, scope, what)
        return None

    def _token(
        self,
        challenge: Challenge,
        credentials: Credentials | None,
        base: str,
        scope: str,
        what: str,
    ) -> Authorization:
        realm = challenge.parameters["realm"]
        if not _may_be_asked(realm, base):
            raise not_a_registry(self._registry, f"sign-in at {realm}")
        service = challenge.parameters.get("service", "")
        asked = [("service", service)] if service else []
        asked += [("scope", one) for one in _scopes(scope, challenge)]
        answer = self._ask_for_token(realm, asked, credentials)
        if answer.status_code != 200:
            status = answer.status_code if answer.status_code in _ITS_OWN_FAULT else 401
            raise refusal(self._registry, what, status, answer.text)
        try:
            found = answer.json()
            token = found.get("token") or found.get("access_token")
            seconds = found.get("expires_in")
        except (ValueError, AttributeError, RecursionError) as error:
            raise not_a_registry(self._registry, "no token") from error
        if not isinstance(token, str) or not token.isprintable() or not token.isascii():
            raise not_a_registry(self._registry, "no token")
        is_told = isinstance(seconds, int | float) and 0 < seconds <= _LONGEST_S
        return Authorization(
            f"Bearer {token}",
            float(seconds) if is_told else None,
            user=credentials.user if credentials is not None else "",
        )

    def _ask_for_token(
        self, realm: str, asked: list[tuple[str, str]], credentials: Credentials | None
    ) -> httpx.Response:
        auth = None
        method, url, form = "GET", httpx.URL(realm), None
        if credentials is not None and credentials.identity_token:
            method = "POST"
            form = {
                "scope": " ".join(value for name, value in asked if name == "scope"),
                **{name: value for name, value in asked if name != "scope"},
                "grant_type": "refresh_token",
                "refresh_token": credentials.identity_token,
                "client_id": "modeldesk",
            }
        else:
            url = url.copy_merge_params([*asked])
            if credentials is not None:
                auth = httpx.BasicAuth(credentials.user, credentials.password)
        # Elsewhere goes no authorization, but all that is in a form.
        follows = form is None
        with (
            translated(self._registry),
            self._http.stream(
                method, url, data=form, auth=auth, follow_redirects=follows
            ) as answer,
        ):
            if answer.is_redirect:
                there = answer.headers.get("location", "")
                raise not_a_registry(self._registry, f"sign-in sent on to {there}")
            found = bytearray()
            for piece in answer.iter_bytes():
                found += piece
                if len(found) > _LARGEST:
                    raise not_a_registry(self._registry, f"more than {_LARGEST} bytes")
            return httpx.Response(answer.status_code, content=bytes(found))


def _basic(credentials: Credentials, base: str) -> Authorization:
    flow = httpx.BasicAuth(credentials.user, credentials.password)
    request = next(flow.auth_flow(httpx.Request("GET", base)))
    header = str(request.headers["Authorization"])
    return Authorization(header, is_for_all=True)


def _scopes(scope: str, challenge: Challenge) -> list[str]:
    """What is needed, with what the registry says that it wants: each resource once. Registries
    name its actions in any order, and not always in the same."""
    wanted: dict[str, set[str]] = {}
    for one in (*challenge.parameters.get("scope", "").split(), *scope.split()):
        resource, _, actions = one.rpartition(":")
        wanted.setdefault(resource, set()).update(actions.split(","))
    return [f"{resource}:{','.join(sorted(actions))}" for resource, actions in wanted.items()]


def _repository(scope: str) -> str:
    return scope.split(maxsplit=1)[0].split(":")[1]


def _may_be_asked(realm: str, base: str) -> bool:
    """Whether a name and password may be sent there: in the clear only where the registry
    itself is spoken to so."""
    try:
        url = httpx.URL(realm)
    except httpx.InvalidURL:
        return False
    return url.scheme == "https" or (url.scheme == "http" and base.startswith("http://"))
