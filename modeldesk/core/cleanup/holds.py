"""What keeps a version from being removed, in words (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from modeldesk.core.ids import DeploymentName, EngineId, ImageId, ModelName
from modeldesk.core.library.model import Group, LibrarySnapshot, Version
from modeldesk.core.library.removal import in_use_reason
from modeldesk.core.library.sizes import LayerTree
from modeldesk.core.releases.model import Deployment, VersionTarget
from modeldesk.core.versioning.channels import moving_channels
from modeldesk.core.versioning.names import LATEST
from modeldesk.core.words import tr, trn

WAYS_BACK = 3
"""So many earlier versions of a deployment are held for going back to."""
_NAMED = 3


class Deployments(Protocol):
    """What is asked of `modeldesk.core.releases.service.ReleaseService`."""

    def deployments(self, engine: EngineId) -> tuple[Deployment, ...]: ...

    def earlier_versions(self, deployment: Deployment) -> tuple[VersionTarget, ...]: ...


@dataclass(frozen=True, slots=True)
class ServiceNeeds:
    """What a deployment runs, and what it can go back to (nearest first)."""

    deployment: DeploymentName
    current: VersionTarget | None
    earlier: Sequence[VersionTarget] = ()


def needs_of(releases: Deployments, engine: EngineId) -> tuple[ServiceNeeds, ...]:
    """What every deployment of an engine runs and can go back to. Raises `RecordsError`: without
    it nothing may be called removable."""
    return tuple(
        ServiceNeeds(d.name, d.current, releases.earlier_versions(d))
        for d in releases.deployments(engine)
    )


class Holds:
    """Why versions of a snapshot can't be picked."""

    def __init__(
        self, snapshot: LibrarySnapshot, tree: LayerTree, needs: Iterable[ServiceNeeds]
    ) -> None:
        self._services = _by_image(needs)
        self._standing = _standing_on(snapshot, tree)

    def reason(self, version: Version) -> str:
        """One sentence, the strongest reason first; empty when nothing holds the version."""
        if version.containers:
            return in_use_reason(version.containers)
        if version.key.image in self._services:
            return self._services[version.key.image]
        for channel in (*moving_channels(), LATEST):
            if channel in version.channels:
                return tr("{channel} points at it. Move the tag first.", channel=channel)
        standing = self._standing.get(version.key.image, ())
        return _base_reason(standing) if standing else ""


def _by_image(needs: Iterable[ServiceNeeds]) -> dict[ImageId, str]:
    found: dict[ImageId, str] = {}
    for need in needs:
        for target in need.earlier[:WAYS_BACK]:
            found.setdefault(target.image, tr("{name} can roll back to it.", name=need.deployment))
    for need in needs:
        if need.current is not None:
            found[need.current.image] = tr("{name} is to run it.", name=need.deployment)
    return found


def _base_reason(standing: Sequence[str]) -> str:
    names = ", ".join(standing[:_NAMED])
    more = len(standing) - _NAMED
    if more > 0:
        names = trn("{names} and {count} more", "{names} and {count} more", more, names=names)
    return tr("Base of {names}; removing it would free nothing.", names=names)


def _standing_on(snapshot: LibrarySnapshot, tree: LayerTree) -> Mapping[ImageId, list[str]]:
    """For each image the named versions of other models whose lower layers are all of its own.
    Their layers stay with them, and the next build would look for their base in vain."""
    everything = [(m, v) for m in (*snapshot.models, *snapshot.others) for v in m.versions]
    tops: dict[int, list[tuple[ImageId, ModelName]]] = {}
    for model, version in everything:
        path = tree.paths.get(version.key.image)
        if path:
            tops.setdefault(path[-1], []).append((version.key.image, model.name))
    found: dict[ImageId, list[str]] = {}
    for model, version in everything:
        if model.group is Group.UNTAGGED:
            continue
        for number in tree.paths.get(version.key.image, ())[:-1]:
            for image, home in tops.get(number, ()):
                if home != model.name:
                    found.setdefault(image, []).append(f"{model.name}:{version.name}")
    return found
