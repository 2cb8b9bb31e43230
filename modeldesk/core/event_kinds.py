"""What is told of deployments: the kinds of events, and how a receiver chooses among them."""

from collections.abc import Iterable
from enum import Enum


class EventKind(Enum):
    """Something that happened to a deployment. The values are stored, sent after `TYPE_PREFIX`,
    and chosen by: they are not renamed."""

    RELEASE_STARTED = "release.started"
    RELEASE_SUCCEEDED = "release.succeeded"
    RELEASE_RESTORED = "release.restored"
    """It failed, and what ran before runs again."""
    RELEASE_FAILED = "release.failed"
    """It failed, and nothing runs."""
    ROLLBACK_STARTED = "rollback.started"
    ROLLBACK_SUCCEEDED = "rollback.succeeded"
    ROLLBACK_RESTORED = "rollback.restored"
    ROLLBACK_FAILED = "rollback.failed"
    CANARY_STARTED = "canary.started"
    CANARY_STEP = "canary.step"
    CANARY_PAUSED = "canary.paused"
    CANARY_RESUMED = "canary.resumed"
    CANARY_PROMOTED = "canary.promoted"
    CANARY_ABORTED = "canary.aborted"
    FINDING_APPEARED = "finding.appeared"
    FINDING_GONE = "finding.gone"
    REMEDY_TAKEN = "remedy.taken"
    REMEDY_FAILED = "remedy.failed"
    TEST = "test"
    """A receiver is tried out; it gets this one whatever it has chosen."""

    @property
    def group(self) -> str:
        """All kinds of one sort have the same."""
        return self.value.partition(".")[0]


TYPE_PREFIX = "io.modeldesk."
GROUPS = tuple(dict.fromkeys(one.group for one in EventKind if one is not EventKind.TEST))
"""In the order of the kinds."""
CHOICES = (*GROUPS, *(one.value for one in EventKind if one is not EventKind.TEST))
"""What a receiver may be told of: all of a group, or one kind."""


def wants(chosen: Iterable[str], kind: EventKind) -> bool:
    """Whether a receiver that has `chosen` gets events of `kind`. Nothing chosen: all."""
    listed = tuple(chosen)
    return not listed or kind is EventKind.TEST or kind.group in listed or kind.value in listed
