"""What a version must have before it may get a channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from modeldesk.core.versioning.channels import CANDIDATE, CHANNELS, STABLE


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """All that is set must hold; a person may overrule it with a reason."""

    metrics: bool = False
    """It was registered with numbers."""
    after: str = ""
    """It was in this channel before; empty for no matter."""
    tests: bool = False
    """Its label says that its tests passed."""


DEFAULT_RULES: Mapping[str, ChannelRule] = MappingProxyType(
    {STABLE: ChannelRule(metrics=True, after=CANDIDATE)}
)


def own_channels(rules: Mapping[str, ChannelRule]) -> tuple[str, ...]:
    """A person's own channels are those that have a rule, if only an empty one."""
    return tuple(sorted(name for name in rules if name not in CHANNELS))
