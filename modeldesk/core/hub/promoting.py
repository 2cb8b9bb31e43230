"""Channels of a hub: where they are, how they got there, and moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.artifacts.catalogue import HeldVersion
from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.channels.model import Move, MovePlan, Place, Step
from modeldesk.core.channels.names import check_channel
from modeldesk.core.channels.no_engine import NoEngine
from modeldesk.core.channels.ports import ChannelRecords
from modeldesk.core.channels.rules import Judged
from modeldesk.core.channels.service import ChannelService
from modeldesk.core.channels.tags import registry_digest
from modeldesk.core.errors import ChannelMoved, NotInRegistry
from modeldesk.core.hub.listing import Listed
from modeldesk.core.hub.names import Shelf
from modeldesk.core.ids import ModelName, short
from modeldesk.core.jobs import Job
from modeldesk.core.metadata.model import Section
from modeldesk.core.ports import DeploymentLocks
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.versioning.channels import DEPRECATED, channel_tag, known_channels
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class ChannelAt:
    """Where a channel is now."""

    channel: str
    digest: str
    """Empty for nothing; of `deprecated` the first of its versions'."""
    versions: tuple[str, ...]
    """By name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A channel that is to be somewhere else."""

    channel: str
    expected: str | None
    """The digest it was seen at, empty for nothing; None: wherever it is."""
    who: str
    why: str
    override: bool = False
    """Whether its rules may be overruled."""


class Promoter:
    """Safe to call from several threads, and from several programs over one registry."""

    def __init__(
        self,
        shelf: Shelf,
        registries: Registries,
        records: ChannelRecords,
        locks: DeploymentLocks,
        clock: Callable[[], datetime],
        rules: Callable[[], Mapping[str, ChannelRule]],
    ) -> None:
        self._shelf = shelf
        self._registries = registries
        self._records = records
        self._locks = locks
        self._clock = clock
        self._rules = rules

    def channels(self, listed: Listed) -> tuple[ChannelAt, ...]:
        """All there are, those that name nothing too."""
        return tuple(_at(listed, channel) for channel in known_channels())

    def channel(self, listed: Listed, channel: str) -> ChannelAt:
        """One of them. Raises `NotInRegistry` for no channel."""
        if channel not in known_channels():
            raise NotInRegistry(
                tr("There is no channel “{name}”.", name=channel),
                tr("There are {names}.", names=", ".join(known_channels())),
            )
        return _at(listed, channel)

    def history(self, model: str, channel: str = "") -> tuple[Move, ...]:
        """Newest first. Raises `InvalidReference`, and as `Registry`."""
        return self._records.moves(ModelName(self._shelf.repository(model)), channel)

    def move(self, listed: Listed, version: HeldVersion, wish: Wish, job: Job) -> Move | None:
        """Give the channel to `version`; None where it has it. Raises `ChannelMoved` where it is
        not where it was expected, `RuleBroken`, `InvalidInput`, and as `Registry`."""
        service = self._service(wish)
        plan = service.plan_in_registry(
            self._shelf.reference(listed.model),
            _judged(version),
            version.held.digest,
            wish.channel,
            lambda digest: next(iter(listed.names_of(digest)), ""),
            job.token,
        )
        return self._carried_out(service, plan, wish, job)

    def clear(self, listed: Listed, version: str, wish: Wish, job: Job) -> Move | None:
        """Take the channel away (`deprecated` from `version`); None where nothing has it. Raises
        as `move`, and `RegistryDenied` where the registry lets nothing be deleted."""
        check_channel(wish.channel)
        model = self._shelf.repository(listed.model)
        tag = channel_tag(wish.channel, version)
        reference = Reference(self._shelf.registry, model, tag)
        before = registry_digest(self._registries, reference, job.token)
        name = next(iter(listed.names_of(before)), "")
        step = Step(Place.REGISTRY, reference, before, "")
        plan = MovePlan(ModelName(model), wish.channel, name, "", (step,))
        return self._carried_out(self._service(wish), plan, wish, job)

    def _service(self, wish: Wish) -> ChannelService:
        return ChannelService(
            self._records,
            lambda: self._registries,
            self._locks,
            lambda: wish.who,
            self._clock,
            self._rules,
        )

    def _carried_out(
        self, service: ChannelService, plan: MovePlan, wish: Wish, job: Job
    ) -> Move | None:
        (step,) = plan.steps
        if wish.expected is not None and step.before != wish.expected:
            raise ChannelMoved(
                wish.expected,
                step.before,
                tr(
                    "{channel} is not where you saw it: it names {found} now.",
                    channel=plan.channel,
                    found=plan.before or short(step.before) or tr("nothing"),
                ),
                tr(
                    "Ask where it is now, and move it from there: over HTTP, send the answer’s "
                    "ETag as “If-Match”."
                ),
            )
        if not plan.alters:
            return None
        return service.move(NoEngine(), plan, wish.why, job, override=wish.override)


def _at(listed: Listed, channel: str) -> ChannelAt:
    having = [one for one in listed.versions if channel in one.channels]
    names = tuple(one.name for one in having if one.name)
    digest = having[0].held.digest if having and channel != DEPRECATED else ""
    return ChannelAt(channel, digest, names)


def _judged(version: HeldVersion) -> Judged:
    metrics = {
        key.name: told.value
        for key, told in version.metadata.values.items()
        if key.section is Section.METRIC and not isinstance(told.value, str)
    }
    ids = {version.held.digest, version.held.config_digest}
    return Judged(version.name, metrics, version.channels, version.held.labels, ids)
