"""Which versions of a model are worth keeping, however many there come to be."""

from dataclasses import dataclass

MOST_VERSIONS = 1000
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class KeepRule:
    """Kept is what either says: the newest versions, and the younger ones."""

    newest: int = 5
    """So many of the newest are kept; at least one."""
    days: int = 30
    """So are all that were made in the last so many days."""
