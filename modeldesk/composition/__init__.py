"""Puts adapters and services together, for the window and the command line alike: the only place
that knows concrete classes. Everything is made on first use, because importing Docker's or git's
library takes a tenth of a second each.

Each module has a group of parts, and its class stands on those that the group is made of.
"""

from modeldesk.composition.ground import now
from modeldesk.composition.parts import Parts
from modeldesk.composition.people import find_sign_in

__all__ = ["Parts", "find_sign_in", "now"]
