"""The tree that the docstring draws is the tree there is."""

import re
from collections.abc import Iterator

from modeldesk.core import errors
from modeldesk.core.errors import ModelDeskError

_LINE = re.compile(r"^ {4}(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: |$)", re.MULTILINE)


def drawn() -> Iterator[tuple[str, str]]:
    """Each error of the drawing, under the one it hangs from."""
    above: list[str] = []
    for match in _LINE.finditer(errors.__doc__ or ""):
        depth = len(match["branch"]) // 4
        above[depth:] = [match["name"]]
        if depth:
            yield above[depth - 1], match["name"]


def there(parent: type[ModelDeskError]) -> Iterator[tuple[str, str]]:
    for child in parent.__subclasses__():
        if child.__module__ == errors.__name__:
            yield parent.__name__, child.__name__
            yield from there(child)


def test_the_docstring_draws_the_tree_of_the_classes() -> None:
    assert sorted(drawn()) == sorted(there(ModelDeskError))
