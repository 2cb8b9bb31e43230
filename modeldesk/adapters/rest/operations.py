"""What an operation of the API is: its routes and its description are made of the same table."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from typing import Any

from modeldesk.core.access.audit import Act
from modeldesk.core.access.model import Caller, Role
from modeldesk.core.access.service import Asker
from modeldesk.core.jobs import CancelToken, Job

Schema = Mapping[str, Any]
JSON_TYPE = "application/json"
TAR_TYPE = "application/x-tar"
BYTES_TYPE = "application/octet-stream"


class Where(Enum):
    """Where a parameter stands."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that is given beside the body."""

    name: str
    where: Where
    description: str
    schema: Schema
    required: bool = False


class Takes(Enum):
    """What body an operation takes."""

    NOTHING = "nothing"
    JSON = "json"
    FILE = "file"
    """Of any size, kept on the disk while it is worked on."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that an operation may give."""

    description: str
    schema: Schema | None = None
    media_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    """Name → what it says."""


@dataclass(slots=True)
class Reply:
    """An answer."""

    document: object = None
    status: HTTPStatus = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)
    stream: Generator[bytes, None, None] | None = None
    """In place of a document; its length is among the headers."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and allowed."""

    asker: Asker
    values: Mapping[str, str]
    """Parameters that were given, by name."""
    token: CancelToken
    content: Mapping[str, Any] = field(default_factory=dict)
    """A JSON body."""
    file: Path | None = None
    """Where what was sent lies; whoever moves it away may."""
    media_type: str = ""
    is_head: bool = False

    @property
    def caller(self) -> Caller:
        return self.asker.caller

    @property
    def model(self) -> str:
        return self.values["model"]

    @property
    def job(self) -> Job:
        return Job(self.token)

    def number(self, name: str, usual: int) -> int:
        """A parameter that is a whole number, which was looked at before."""
        return int(self.values.get(name, usual))

    def is_set(self, name: str) -> bool:
        """A parameter that is yes or no."""
        return self.values.get(name) == "true"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for."""

    name: str
    method: str
    path: str
    """As OpenAPI writes it."""
    summary: str
    handle: Callable[[Call], Reply]
    answers: Mapping[HTTPStatus, Told]
    role: Role | None = None
    """That it needs, for the model in its path, or else for every model; None: it is for
    everybody."""
    act: Act = Act.LOOK
    parameters: tuple[Parameter, ...] = ()
    takes: Takes = Takes.NOTHING
    body: Schema | None = None
    precheck: Callable[[Call], None] | None = None
    """Looks at a call before its body is read."""
    any_model: bool = False
    """Whether it is allowed whatever the models are: its answer has only what may be seen."""
