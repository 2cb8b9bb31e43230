"""Errors as answers: problem documents (RFC 9457) that say what is wrong, why, and what to do."""

from dataclasses import dataclass, field
from http import HTTPStatus

from modeldesk.core.errors import (
    AlreadyRunning,
    ArtifactError,
    Cancelled,
    ChannelError,
    ChannelMoved,
    DiskFull,
    FolderError,
    InvalidInput,
    InvalidQuery,
    ModelDeskError,
    NotAllowed,
    NotInRegistry,
    NotSignedIn,
    RecordsError,
    RegistryBusy,
    RegistryDenied,
    RegistryError,
    RegistryUnavailable,
    RuleBroken,
    TagMoved,
    TagTaken,
    TooManyFailures,
)
from modeldesk.core.words import tr

PROBLEM_TYPE = "application/problem+json"
TRY_AGAIN_S = 5

_KINDS: tuple[tuple[type[ModelDeskError], HTTPStatus, str], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED, "not-signed-in"),
    (NotAllowed, HTTPStatus.FORBIDDEN, "not-allowed"),
    (TooManyFailures, HTTPStatus.TOO_MANY_REQUESTS, "too-many-failures"),
    (InvalidQuery, HTTPStatus.BAD_REQUEST, "invalid-query"),
    (InvalidInput, HTTPStatus.BAD_REQUEST, "invalid-input"),
    (ArtifactError, HTTPStatus.BAD_REQUEST, "invalid-model"),
    (FolderError, HTTPStatus.BAD_REQUEST, "invalid-model"),
    (NotInRegistry, HTTPStatus.NOT_FOUND, "not-found"),
    (TagTaken, HTTPStatus.CONFLICT, "version-taken"),
    (TagMoved, HTTPStatus.PRECONDITION_FAILED, "moved-meanwhile"),
    (ChannelMoved, HTTPStatus.PRECONDITION_FAILED, "moved-meanwhile"),
    (RuleBroken, HTTPStatus.CONFLICT, "rule-broken"),
    (ChannelError, HTTPStatus.CONFLICT, "channel"),
    (AlreadyRunning, HTTPStatus.CONFLICT, "under-way"),
    (RegistryBusy, HTTPStatus.SERVICE_UNAVAILABLE, "registry-busy"),
    (RegistryUnavailable, HTTPStatus.SERVICE_UNAVAILABLE, "registry-unavailable"),
    (RegistryDenied, HTTPStatus.BAD_GATEWAY, "registry-denied"),
    (RegistryError, HTTPStatus.BAD_GATEWAY, "registry-error"),
    (DiskFull, HTTPStatus.INSUFFICIENT_STORAGE, "disk-full"),
    (RecordsError, HTTPStatus.SERVICE_UNAVAILABLE, "records"),
    (Cancelled, HTTPStatus.SERVICE_UNAVAILABLE, "cancelled"),
)
_AGAIN = (HTTPStatus.SERVICE_UNAVAILABLE,)


@dataclass(eq=False)
class Problem(Exception):
    """An answer that says what is wrong."""

    status: HTTPStatus
    kind: str
    """One word for programs."""
    message: str
    hint: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    column: int | None = None
    """Of a query, where it can't be read."""

    @property
    def document(self) -> dict[str, object]:
        """As it is sent."""
        document: dict[str, object] = {
            "type": f"urn:modeldesk:{self.kind}",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.message,
            "hint": self.hint,
        }
        if self.column is not None:
            document["column"] = self.column
        return document


def problem_of(error: ModelDeskError) -> Problem:
    """What an error of the program is for whoever asked."""
    status, kind = next(
        ((status, kind) for known, status, kind in _KINDS if isinstance(error, known)),
        (HTTPStatus.BAD_GATEWAY, "failed"),
    )
    headers: dict[str, str] = {}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="modeldesk"'
    if isinstance(error, TooManyFailures):
        headers["Retry-After"] = str(int(error.wait_s) + 1)
    if status in _AGAIN:
        headers["Retry-After"] = str(TRY_AGAIN_S)
    column = error.column if isinstance(error, InvalidQuery) else None
    return Problem(status, kind, error.message, error.hint, headers, column)


def invalid(message: str, hint: str = "") -> Problem:
    """Something that was sent can't be used."""
    return Problem(HTTPStatus.BAD_REQUEST, "invalid-input", message, hint)


def too_large(most: int) -> Problem:
    """More was sent than is taken."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-large",
        tr("More than {count} bytes are not taken.", count=most),
        tr("Whoever runs this server can raise that with --max-upload."),
    )


def too_slow() -> Problem:
    """What was to be sent did not come."""
    return Problem(
        HTTPStatus.REQUEST_TIMEOUT,
        "too-slow",
        tr("Nothing came for too long."),
        tr("Send it again without a pause."),
    )


def busy() -> Problem:
    """As many are served as can be."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "busy",
        tr("Too many requests are under way."),
        tr("Try again in a moment."),
        {"Retry-After": str(TRY_AGAIN_S)},
    )


def took_too_long() -> Problem:
    """The registry did not answer in time."""
    return Problem(
        HTTPStatus.GATEWAY_TIMEOUT,
        "took-too-long",
        tr("The registry took too long to answer."),
        tr("Try again later."),
    )


def a_bug() -> Problem:
    """What should never happen: its reason is in the server's log alone."""
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "bug",
        tr("Something went wrong that should not."),
        tr("The server’s log says what. Please report it."),
    )
