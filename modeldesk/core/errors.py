"""Everything that can go wrong and is expected to, as one tree.

::

    ModelDeskError
    ├── Cancelled                    the person (or the end of the program) stopped the job
    ├── InvalidInput                 something typed or given can't be used
    │   ├── InvalidReference
    │   └── InvalidVersion
    ├── FolderError                  a model folder can't be read or streamed
    ├── ArchiveError                 an image archive can't be read
    │   └── ArchiveDamaged           it ends early, or is not what it says it is
    ├── ExtractFailed                files of an image can't be written out
    ├── EngineError                  the container engine said no, or said nothing
    │   ├── EngineUnavailable        not found, stopped, or gone in the middle
    │   ├── EngineNotPermitted       its socket can't be opened by this user
    │   ├── EngineTooOld
    │   ├── NotFound                 an image or container that is not (or no longer) there
    │   ├── InUse                    removal refused: containers or images depend on it
    │   ├── PortTaken
    │   ├── DiskFull                 on the engine's side
    │   └── BuildFailed              carries the step and, when known, the Dockerfile line
    ├── RegistryError                an image registry said no, or something that can't be
    │   ├── RegistryUnavailable      it does not answer, or the connection broke
    │   ├── RegistryDenied           not signed in, or not allowed
    │   ├── RegistryBusy             too many requests, or its server fails for now
    │   ├── NotInRegistry            no such repository, tag or digest
    │   └── RegistryLied             what it sent is not what its digest says
    ├── ContainerFailed              it started and died, or never became healthy
    ├── RecordsError                 the database
    │   ├── RecordsBusy
    │   ├── RecordsDamaged
    │   └── RecordsTooNew
    ├── SettingsError
    ├── SourceControlError           git
    ├── ReleaseError                 a deployment or rollback that can't go on
    │   ├── NoSuchDeployment
    │   └── NothingRuns              it failed, and what ran before can't be started again yet
    └── AlreadyRunning               another window of the program holds what is asked for

Adapters translate their library's errors into these at the border. Anything else that is raised
is a bug of ours.
"""


class ModelDeskError(Exception):
    """Something expected went wrong.

    `message` is one sentence that says what and why, `hint` one that says what to do (may be
    empty), `detail` the outside world's own words (log lines, a library's text; may be empty).
    """

    def __init__(self, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.hint) if part)


class Cancelled(ModelDeskError):
    """The job was stopped on purpose; nothing of it is left behind."""

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message)


class InvalidInput(ModelDeskError):
    """Something typed or given can't be used."""


class InvalidReference(InvalidInput):
    """Not a name an image can have."""


class InvalidVersion(InvalidInput):
    """Not a name a version can have."""


class FolderError(ModelDeskError):
    """A model folder that is gone, unreadable, or can't be streamed."""


class ArchiveError(ModelDeskError):
    """An archive of images, or an image inside one, that can't be read."""


class ArchiveDamaged(ArchiveError):
    """Data that ends early, was changed, or breaks the rules of its format."""


class ExtractFailed(ModelDeskError):
    """Files of an image that can't be written to where they were wanted."""


class EngineError(ModelDeskError):
    """The container engine refused, failed, or can't be reached."""


class EngineUnavailable(EngineError):
    """No engine answers: none found, stopped, or the connection broke."""


class EngineNotPermitted(EngineError):
    """The engine is there but this user may not talk to it."""


class EngineTooOld(EngineError):
    """The engine speaks an API older than the oldest we support."""


class NotFound(EngineError):
    """The image or container is not, or no longer, on the engine."""


class InUse(EngineError):
    """Removal refused because something depends on it."""


class PortTaken(EngineError):
    """A host port is already bound. `port` is its number."""

    def __init__(self, port: int, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint, detail)
        self.port = port


class DiskFull(EngineError):
    """The engine has no room left."""


class BuildFailed(EngineError):
    """A step of a build failed. `step` is its name; `line` the Dockerfile line (1-based);
    `base` the base image that could not be had, where that is why."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        detail: str = "",
        *,
        step: str = "",
        line: int | None = None,
        base: str = "",
    ) -> None:
        super().__init__(message, hint, detail)
        self.step = step
        self.line = line
        self.base = base


class RegistryError(ModelDeskError):
    """An image registry that refuses, or answers what no registry would."""


class RegistryUnavailable(RegistryError):
    """Nobody answers at the registry's address, or the connection broke."""


class RegistryDenied(RegistryError):
    """The registry wants a sign-in, or does not allow what was asked."""


class RegistryBusy(RegistryError):
    """The registry has had too many requests, or fails at its own end."""


class NotInRegistry(RegistryError):
    """The registry has no such repository, tag or digest."""


class RegistryLied(RegistryError):
    """What came is not what its digest says."""


class ContainerFailed(ModelDeskError):
    """A container died at start or never became healthy; `detail` holds its last log lines."""


class RecordsError(ModelDeskError):
    """The database can't be used."""


class RecordsBusy(RecordsError):
    """Another process holds the database longer than we wait."""


class RecordsDamaged(RecordsError):
    """The database file is damaged; it has been kept aside."""


class RecordsTooNew(RecordsError):
    """The database was written by a newer version of the program; it is left as it is."""


class SettingsError(ModelDeskError):
    """The settings file can't be read or written."""


class SourceControlError(ModelDeskError):
    """Git facts can't be read."""


class ReleaseError(ModelDeskError):
    """A deployment or rollback can't be done as asked."""


class NoSuchDeployment(ReleaseError):
    """There is no deployment of that name."""


class NothingRuns(ReleaseError):
    """A release failed, and what ran before could not be started again."""


class AlreadyRunning(ModelDeskError):
    """Another running program of ours holds what is asked for."""
