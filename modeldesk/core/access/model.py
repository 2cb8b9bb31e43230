"""The words of access: roles, what a token grants, and who asks."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from modeldesk.core.access.patterns import matches


class Role(Enum):
    """What may be done. Every role may read too; administering includes all others."""

    READ = "read"
    """List, look, search and download."""
    PUBLISH = "publish"
    """Send new versions, and say what is known of them."""
    PROMOTE = "promote"
    """Move channels."""
    ADMINISTER = "administer"
    """Overrule the rules of channels, and read the audit log."""

    def includes(self, other: "Role") -> bool:
        """Whether who has this role may do what `other` may."""
        return self is other or self is Role.ADMINISTER or other is Role.READ


EVERY_MODEL = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for the models that a pattern names."""

    role: Role
    pattern: str = EVERY_MODEL


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: never its secret, of which only a salted hash is known."""

    id: str
    """Part of the token's text, and no secret."""
    name: str
    """Who or what it is for; it stands in histories."""
    grants: tuple[Grant, ...]
    created: datetime
    salt: bytes
    hash: bytes
    expires: datetime | None = None
    revoked: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it may be used at `now`."""
        return self.revoked is None and (self.expires is None or now < self.expires)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    name: str
    grants: tuple[Grant, ...]
    token: str = ""
    """The token's id; empty where none is needed."""

    def may(self, role: Role, model: str) -> bool:
        """Whether any grant lets them."""
        return any(
            grant.role.includes(role) and matches(grant.pattern, model) for grant in self.grants
        )

    def may_everywhere(self, role: Role) -> bool:
        """Whether it goes for every model there is and will be."""
        return any(
            grant.role.includes(role) and grant.pattern == EVERY_MODEL for grant in self.grants
        )


OPEN_CALLER = Caller("anonymous", (Grant(Role.ADMINISTER),))
"""Whoever asks where nobody has to say who they are."""
