"""Which versions of a model lie beyond its keep rule (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from modeldesk.core.ids import ModelName
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.library.model import Model, Version
from modeldesk.core.settings import Settings


@dataclass(frozen=True, slots=True)
class KeepRules:
    """The rule of every model: its own, or the general one."""

    general: KeepRule = field(default_factory=KeepRule)
    own: Mapping[str, KeepRule] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> "KeepRules":
        """As a person chose them."""
        return cls(settings.keep_rule, settings.keep_rules)

    def of_model(self, name: ModelName) -> KeepRule:
        """What holds for the model."""
        return self.own.get(name, self.general)


def beyond(model: Model, rule: KeepRule, now: datetime) -> tuple[Version, ...]:
    """The versions that `rule` does not keep, newest first."""
    oldest = now - timedelta(days=rule.days)
    return tuple(v for v in model.versions[max(1, rule.newest) :] if v.created < oldest)
