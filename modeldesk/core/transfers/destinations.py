"""Where a version can go: the repositories that the library knows of (pure)."""

from collections.abc import Iterable

from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import Group, LibrarySnapshot
from modeldesk.core.library.remote_versions import remote_repositories
from modeldesk.core.references import Reference
from modeldesk.core.registry.known import KnownRegistry


def destinations(
    snapshot: LibrarySnapshot, model: ModelName, known: Iterable[KnownRegistry] = ()
) -> tuple[str, ...]:
    """Repositories with their registry, the model's own first, then where it would lie beside
    each other model, and in the registries that a person has named. Nothing is asked of one."""
    own: list[str] = []
    beside: list[str] = []
    for entry in snapshot.models:
        found = remote_repositories(entry)
        if entry.name == model:
            own += found
        elif entry.group is Group.MODEL:
            beside += [f"{name.rpartition('/')[0]}/{_path(model)}" for name in found]
    named = [f"{one.host}/{_path(model)}" for one in known]
    every = dict.fromkeys((*own, *sorted(beside), *named))
    return tuple(name for name in every if _can_be(name))


def _path(model: ModelName) -> str:
    """A model's name as the last part of a repository."""
    return model.rpartition("/")[2].lower()


def _can_be(name: str) -> bool:
    try:
        Reference.parse(name)
    except InvalidReference:
        return False
    return True
