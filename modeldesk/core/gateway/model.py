"""What a gateway is told to do with requests, and what it tells of them."""

from dataclasses import dataclass
from enum import Enum

from modeldesk.core.containers.model import PortBinding
from modeldesk.core.ids import DeploymentName

VERSION_HEADER = "X-ModelDesk-Version"
"""A request that carries it, with a backend's name or version, goes to that backend whatever the
split says; an answer tells in it who answered."""
MISSING_HEADER = "X-ModelDesk-Missing"
"""An answer carries it where the version that was asked for is not in service, so that whoever the
request was for anyhow has answered: one that is passed on with its headers must not fail."""
MISSING_TEXT = "version"
REQUEST_HEADER = "X-ModelDesk-Request"
"""An answer tells in it the id by which feedback names the request."""
FEEDBACK_PATH = "/_modeldesk/feedback"
"""Where the truth about a request is posted to: ``{"id", "prediction", "truth"}``."""
CALLER_LEFT = 499
"""The status of a request whose caller did not wait for the answer."""
FIRST_FAILURE = 500
WHOLE = 10_000
"""All requests, in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class GatewaySpec:
    """The gateway that a deployment has. `image` is an image id or ``repository@digest``. Each of
    `ports` is listened on, and passed on to the same container port of a backend."""

    deployment: DeploymentName
    image: str
    ports: tuple[PortBinding, ...]


@dataclass(frozen=True, slots=True)
class Backend:
    """A version's container behind the gateway, at a fixed address of the deployment's network."""

    name: str
    """Lower-case letters, digits and dashes; unique in the deployment for ever: ``r12``."""
    address: str
    version: str
    """What people call it: ``v1.4.0``."""
    others: tuple[str, ...] = ()
    """Further addresses that answer the same, as tasks of a service do; requests go to all."""


class SplitKey(Enum):
    """What makes two requests one caller's."""

    ADDRESS = "address"
    HEADER = "header"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Split:
    """A share of the callers for the canary; a caller stays where it is when the share grows."""

    canary: str
    """A backend's name."""
    share: int
    """In hundredths of a percent, 0 to `WHOLE`."""
    key: SplitKey = SplitKey.ADDRESS
    field: str = ""
    """The header's or cookie's name."""
    salt: str = ""
    """Constant within a rollout, another for the next, so that not always the same callers are
    the first."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Where requests go. Requests for which the canary gives no answer get the stable one's."""

    stable: str
    """A backend's name; empty: there is nobody, and callers get 503."""
    backends: tuple[Backend, ...]
    split: Split | None = None
    mirror: str = ""
    """A backend that gets a copy of each request, and whose answers nobody gets."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request as the gateway's log tells of it."""

    time: float
    """When it was answered, in seconds since the epoch."""
    backend: str
    """Whom it was for, whoever answered in the end."""
    status: int
    """What the caller got."""
    backend_status: int | None
    """What the backend it was for answered; None where it did not answer at all."""
    seconds: float | None
    """What the backend it was for took; None where it did not answer."""
    request: str
    revision: str
    """Of the routing that sent it there."""
    forced: bool
    """Whether it asked for a version, and so tells nothing of the split."""
    mirrored: bool = False
    """Whether it was a copy, whose answer nobody got."""
    passed_on: bool = True
    """Whether a backend was asked at all; what the gateway refuses by itself is nobody's doing."""

    @property
    def failed(self) -> bool:
        """Whether the backend it was for did not do its work: no answer, or one of 5xx. A
        caller who left before the answer (499) is no failure of it, and neither is what it was
        never asked."""
        if not self.passed_on:
            return False
        if self.status == CALLER_LEFT and self.backend_status is None:
            return False
        return self.backend_status is None or self.backend_status >= FIRST_FAILURE


@dataclass(frozen=True, slots=True)
class FeedbackPosted:
    """Truth about a request, as it was posted: text from outside, not looked at yet."""

    time: float
    body: str
