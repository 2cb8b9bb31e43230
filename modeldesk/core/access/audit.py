"""The words of the audit log."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from modeldesk.core.ids import ModelName


class Act(Enum):
    """What somebody did, or wanted to."""

    SIGN_IN = "sign-in"
    """Only told where it failed."""
    LOOK = "look"
    """Only told where it was not allowed."""
    DOWNLOAD = "download"
    PUBLISH = "publish"
    DESCRIBE = "describe"
    """Metadata set or unset."""
    MOVE_CHANNEL = "move-channel"
    CLEAR_CHANNEL = "clear-channel"
    READ_AUDIT = "read-audit"


class Outcome(Enum):
    """How it ended."""

    BEGUN = "begun"
    """Under way; or the program ended in the middle of it."""
    DONE = "done"
    DENIED = "denied"
    """Not for them."""
    FAILED = "failed"
    """It could not be done as asked, or at all."""
    CANCELLED = "cancelled"
    """They left, or the program was asked to end."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log. No secret is in any of it."""

    time: datetime
    who: str
    """The token's name; ``anonymous`` where none is needed, empty where nobody is known."""
    token: str
    """Its id."""
    address: str
    """Of the network, that it came from."""
    act: Act
    model: ModelName
    """Empty for none."""
    subject: str
    """The version, channel or file it was about; empty for none."""
    outcome: Outcome
    digest: str = ""
    """Of what it was done to; empty where it never came to that."""
    detail: str = ""
    """Why it failed, or what was overruled."""
    id: int = 0

    @property
    def document(self) -> dict[str, int | str]:
        """For programs."""
        return {
            "id": self.id,
            "time": self.time.isoformat(),
            "who": self.who,
            "token": self.token,
            "address": self.address,
            "act": self.act.value,
            "model": self.model,
            "subject": self.subject,
            "outcome": self.outcome.value,
            "digest": self.digest,
            "detail": self.detail,
        }
