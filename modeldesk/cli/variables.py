"""Variables as they are given on the command line."""

import os
from collections.abc import Iterable

from modeldesk.core.containers.arguments import check_variable
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr


def given_variables(given: Iterable[str]) -> dict[str, str]:
    """``NAME=VALUE``, or ``NAME`` with the value it has here. Raises `InvalidInput`."""
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or (not equals and name not in os.environ):
            raise InvalidInput(
                tr("“{text}” sets no variable.", text=text),
                tr("Write NAME=VALUE, or the name of a variable that is set here."),
            )
        check_variable(name)
        values[name] = value if equals else os.environ[name]
    return values
