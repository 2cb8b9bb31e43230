"""Models registered: their files sent under the name of a version, the next where none is
given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from modeldesk.core.artifacts.folder import model_files
from modeldesk.core.artifacts.pushing import Pushed, PushRequest, push
from modeldesk.core.errors import InvalidVersion, NotInRegistry, TagMoved, TagTaken
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.metadata.model import Key, Value
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import Scheme, check_version, tag_of
from modeldesk.core.versioning.proposals import propose
from modeldesk.core.words import tr

_TRIES = 5
"""How often another name is looked for when somebody else was given it meanwhile."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What to register."""

    path: Path
    """A folder with a model, or the file of its weights."""
    repository: Reference
    """Without a tag."""
    version: str = ""
    """Empty: the next one."""
    scheme: Scheme = Scheme.SEMANTIC
    """How the next one is named."""
    values: Mapping[Key, Value] = field(default_factory=dict)
    """Metadata beside what the files say, and in place of it."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What came of it."""

    pushed: Pushed
    left_out: tuple[str, ...]
    """Links, which an artifact does not have."""


def register(
    registries: Registries,
    wanted: Registration,
    git_of: Callable[[Path, CancelToken], GitFacts | None],
    now: Callable[[], datetime],
    job: Job,
) -> Registered:
    """Look at the files and send them. The same model under the same name again is no error, and
    nothing moves. `git_of` is asked for names by commits alone. Raises `InvalidVersion` where the
    scheme has no name to give, and as `model_files` and `push` do."""
    if wanted.version:
        check_version(tag_of(wanted.version))
    files = model_files(wanted.path, job.token)
    left = _TRIES
    while True:
        version = wanted.version or _next(registries, wanted, git_of, now, job.token)
        target = wanted.repository.with_tag(tag_of(version))
        request = PushRequest(files, target, wanted.values, version=version)
        try:
            return Registered(push(registries, request, job), files.left_out)
        except (TagTaken, TagMoved):
            left -= 1
            if wanted.version or not left:
                raise


def _next(
    registries: Registries,
    wanted: Registration,
    git_of: Callable[[Path, CancelToken], GitFacts | None],
    now: Callable[[], datetime],
    token: CancelToken,
) -> str:
    repository = wanted.repository
    try:
        taken = registries.at(repository.registry).tags(repository.repository, token)
    except NotInRegistry:
        taken = ()
    folder = wanted.path if wanted.path.is_dir() else wanted.path.parent
    git = git_of(folder, token) if wanted.scheme is Scheme.COMMIT else None
    found = propose(wanted.scheme, taken, git, now().astimezone())
    if not found.tag:
        raise InvalidVersion(
            tr("There is no next version by that scheme: {reason}.", reason=found.reason),
            tr("Name the version."),
        )
    return found.tag
