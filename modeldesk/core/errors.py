"""Everything that can go wrong and is expected to, as one tree.

::

    ModelDeskError
    ├── Cancelled                    the person (or the end of the program) stopped the job
    ├── InvalidInput                 something typed or given can't be used
    │   ├── InvalidReference
    │   ├── InvalidVersion
    │   └── InvalidQuery             a search that can't be read, and at which column
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
    │   ├── NoSwarm                  it manages no swarm (any more)
    │   ├── ServiceChanged           a service of a swarm is not as it was looked at any more
    │   └── BuildFailed              carries the step and, when known, the Dockerfile line
    ├── RegistryError                an image registry said no, or something that can't be
    │   ├── RegistryUnavailable      it does not answer, or broke the connection
    │   │   └── RegistryUntrusted    its certificate is not one that this machine trusts
    │   ├── RegistryDenied           not signed in, or not allowed
    │   ├── RegistryBusy             too many requests, or its server fails for now
    │   ├── NotInRegistry            no such repository, tag or digest
    │   ├── TagMoved                 a tag names something else than when it was looked at
    │   ├── TagTaken                 a version's name that another image has
    │   └── RegistryLied             what it sent is not what its digest says
    ├── ArtifactError                a model artifact that can't be read, packed or written
    │   ├── NoArtifact               it is an image, or of a kind that is not known
    │   └── ArtifactUnsafe           it would write where nothing of it belongs
    ├── CredentialsError             a password can't be kept or erased
    │   └── NoKeyring                nothing on this machine could keep it
    ├── LockFailed                   requirements can't be locked
    │   ├── PackageNotFound          one of them has no wheel for the image
    │   └── NoResolver               no pip on this machine that could do it
    ├── ContainerFailed              it started and died, or never became healthy
    ├── RecordsError                 the database
    │   ├── RecordsBusy
    │   ├── RecordsDamaged
    │   └── RecordsTooNew
    ├── SettingsError
    ├── SourceControlError           git
    │   ├── NoRepository             the folder is in none that files could come from
    │   └── NoSuchRevision           no commit, tag or branch of that name
    ├── LintFailed                   another program that checks Dockerfiles gave no usable answer
    ├── ReleaseError                 a deployment or rollback that can't go on
    │   ├── NoSuchDeployment
    │   └── NothingRuns              it failed, and what ran before can't be started again yet
    ├── EventNotSent                 an event did not reach who is to be told of it
    ├── GatewayError                 a gateway that can't be had, or doesn't do as it is told
    ├── ChannelError                 a channel that can't be moved as asked
    │   ├── ChannelMoved             it names something else than was seen before
    │   └── RuleBroken               the version does not meet the channel's rules
    ├── MissingExtra                 an optional part of the program is not installed
    ├── AccessError                  whoever asks a server of ours may not
    │   ├── NotSignedIn              nobody is known by what they gave
    │   ├── NotAllowed               their roles are for other things
    │   └── TooManyFailures          they have to wait before they are heard again
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


class InvalidQuery(InvalidInput):
    """A search that can't be read. `column` counts characters from 1; `length` is at least 1."""

    def __init__(self, message: str, hint: str = "", *, column: int, length: int = 1) -> None:
        super().__init__(message, hint)
        self.column = column
        self.length = length


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


class NoSwarm(EngineError):
    """The engine is part of no swarm, or of one that others manage."""


class ServiceChanged(EngineError):
    """Somebody else has changed a service of a swarm since it was looked at."""


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


class RegistryUntrusted(RegistryUnavailable):
    """The registry's certificate is not trusted, or the certificates to trust can't be read."""


class RegistryDenied(RegistryError):
    """The registry wants a sign-in, or does not allow what was asked."""


class RegistryBusy(RegistryError):
    """The registry has had too many requests, or fails at its own end."""


class NotInRegistry(RegistryError):
    """The registry has no such repository, tag or digest."""


class TagMoved(RegistryError):
    """A tag in a registry names something else than when it was looked at."""


class TagTaken(RegistryError):
    """A version's name in a registry, which another image has: it is never given again."""


class RegistryLied(RegistryError):
    """What came is not what its digest says."""


class ArtifactError(ModelDeskError):
    """A model artifact that can't be read, packed, or written to a folder."""


class NoArtifact(ArtifactError):
    """What was named is an image, or an artifact of a kind that is not known."""


class ArtifactUnsafe(ArtifactError):
    """An artifact whose names lead out of the folder it is pulled to."""


class CredentialsError(ModelDeskError):
    """What keeps passwords refused, failed, or does not answer."""


class NoKeyring(CredentialsError):
    """This machine has no keyring that could keep a password."""


class LockFailed(ModelDeskError):
    """Requirements that can't be locked; `detail` has pip's own words."""


class PackageNotFound(LockFailed):
    """No wheel of a package does for the image. `requirement` is what was asked for."""

    def __init__(self, requirement: str, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint, detail)
        self.requirement = requirement


class NoResolver(LockFailed):
    """There is no pip on this machine, or none that is new enough."""


class ContainerFailed(ModelDeskError):
    """A container died at start or never became healthy; `detail` holds what its health check said
    last, where it said something, and its last log lines. `checked` is the former alone."""

    def __init__(
        self, message: str, hint: str = "", detail: str = "", *, checked: str = ""
    ) -> None:
        super().__init__(message, hint, detail)
        self.checked = checked


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


class NoRepository(SourceControlError):
    """Git is asked of a folder that is not there, or that no files could be checked out for: it is
    in no repository, or is a bare one."""


class NoSuchRevision(SourceControlError):
    """The repository has no commit of that name, or the commit has not what is asked for."""


class LintFailed(ModelDeskError):
    """A program that checks Dockerfiles could not be run, or gave no usable answer."""


class ReleaseError(ModelDeskError):
    """A deployment or rollback can't be done as asked."""


class NoSuchDeployment(ReleaseError):
    """There is no deployment of that name."""


class NothingRuns(ReleaseError):
    """A release failed, and what ran before could not be started again."""


class EventNotSent(ModelDeskError):
    """A receiver of events can't be reached, does not answer in time, or can't be given its
    secret."""


class GatewayError(ModelDeskError):
    """A gateway did not start, or did not take over a routing: what held before holds."""


class ChannelError(ModelDeskError):
    """A channel can't be moved, finished or taken back as asked."""


class ChannelMoved(ChannelError):
    """A channel's tag names something else than what was seen before. `expected` and `found` are
    digests or image ids; empty for nothing."""

    def __init__(self, expected: str, found: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.expected = expected
        self.found = found


class RuleBroken(ChannelError):
    """A version that does not meet the rules of the channel it was to get."""


class MissingExtra(ModelDeskError):
    """What is asked for needs a library that is only installed on wish."""


class AccessError(ModelDeskError):
    """Whoever asks a server of ours may not have what they ask for."""


class NotSignedIn(AccessError):
    """No token was given, or none that is valid."""


class NotAllowed(AccessError):
    """The token is valid, and its roles are for other things."""


class TooManyFailures(AccessError):
    """Too many tries without a valid token. `wait_s` is how long nobody listens."""

    def __init__(self, wait_s: float, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.wait_s = wait_s


class AlreadyRunning(ModelDeskError):
    """Another running program of ours holds what is asked for."""
