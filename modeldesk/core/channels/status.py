"""Where the channels of a model are."""

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.core.channels.history import standing, unfinished
from modeldesk.core.channels.model import ChannelStatus, Move, RegistryAnswer
from modeldesk.core.channels.tags import is_left_over, registry_digest
from modeldesk.core.errors import RegistryError, RegistryUnavailable
from modeldesk.core.ids import NO_ENGINE, EngineId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import Model, Version
from modeldesk.core.library.remote_versions import remote_repositories
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.versioning.channels import channel_of, channel_tag, known_channels


@dataclass(slots=True)
class Looker:
    """One look. `moves` are those of the model, newest first."""

    registries: Registries
    moves: tuple[Move, ...]
    engine: EngineId

    def look(self, model: Model, token: CancelToken) -> tuple[ChannelStatus, ...]:
        """Each channel in its order; one that several versions have, once for each."""
        away: dict[str, RegistryError] = {}
        return tuple(
            self._status(model, channel, version, away, token)
            for channel in known_channels()
            for version in _versions_in(model, channel)
        )

    def _status(
        self,
        model: Model,
        channel: str,
        version: Version | None,
        away: dict[str, RegistryError],
        token: CancelToken,
    ) -> ChannelStatus:
        tag = channel_tag(channel, version.name if version else "")
        held = (
            {one for one in version.references if channel_of(one.tag) == channel} if version else ()
        )
        mine = [
            move
            for move in self.moves
            if move.engine in (self.engine, NO_ENGINE)
            and move.channel == channel
            and (not held or any(step.reference in held for step in move.steps))
        ]
        return ChannelStatus(
            channel,
            version.name if version else "",
            version.key.image if version else "",
            tuple(
                self._asked(Reference.parse(name).with_tag(tag), model, version, away, token)
                for name in remote_repositories(model)
                if not _is_others(model, version, Reference.parse(name).with_tag(tag))
            ),
            standing(mine),
            next(iter(unfinished(mine)), None),
        )

    def _asked(
        self,
        reference: Reference,
        model: Model,
        version: Version | None,
        away: dict[str, RegistryError],
        token: CancelToken,
    ) -> RegistryAnswer:
        # A registry that is away is waited for once.
        if reference.registry in away:
            return RegistryAnswer(reference, problem=away[reference.registry])
        try:
            digest = registry_digest(self.registries, reference, token)
            there = next((one for one in model.versions if _has(one, reference, digest)), None)
            if digest and there is None and is_left_over(self.registries, reference, digest, token):
                digest = ""
        except RegistryError as error:
            if isinstance(error, RegistryUnavailable):
                away[reference.registry] = error
            return RegistryAnswer(reference, problem=error)
        if not digest:
            return RegistryAnswer(reference)
        known = there is not None or (version is not None and _is_known(version, reference))
        return RegistryAnswer(
            reference,
            digest,
            there.name if there else "",
            (there is not None and there is version) if known else None,
        )


def _versions_in(model: Model, channel: str) -> Sequence[Version | None]:
    found = [version for version in model.versions if channel in version.channels]
    return found or (None,)


def _is_others(model: Model, version: Version | None, reference: Reference) -> bool:
    """Whether another version has that tag here: what a registry says of it is told with that
    one, as a model may lie in several repositories."""
    return any(reference in one.references for one in model.versions if one is not version)


def _has(version: Version, reference: Reference, digest: str) -> bool:
    return any(one.name == reference.name and one.digest == digest for one in version.digests)


def _is_known(version: Version, reference: Reference) -> bool:
    return any(one.name == reference.name for one in version.digests)
