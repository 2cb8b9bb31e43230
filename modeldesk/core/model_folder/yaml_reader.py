"""YAML as mappings, lists and texts. Nothing in it is made into anything else: no tag means
anything, and ``3.10`` stays ``3.10``."""

from collections.abc import Iterator

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

LONGEST = 512 * 1024
_MOST_EVENTS = 40_000
_DEEPEST = 40

Yaml = str | list["Yaml"] | dict[str, "Yaml"]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _NotRead(ValueError):
    """More than is read of one file."""


def read_yaml(text: str) -> Yaml:
    """The first document of `text`; an empty text where it is damaged, too long or too deep.
    Aliases stand for the very object of their anchor, so that they take no room. Keys that are
    no texts are left out."""
    if len(text) > LONGEST:
        return ""
    try:
        return _Reader(yaml.parse(text, Loader=_Loader)).document()
    except (yaml.YAMLError, ValueError, RecursionError):
        return ""


class _Reader:
    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._left = _MOST_EVENTS
        self._anchors: dict[str, Yaml] = {}

    def document(self) -> Yaml:
        for event in self._events:
            if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
                return self._value(event, 0)
            if isinstance(event, DocumentEndEvent):
                break
        return ""

    def _next(self) -> Event:
        self._left -= 1
        if self._left < 0:
            raise _NotRead
        return next(self._events)

    def _value(self, event: Event, depth: int) -> Yaml:
        if depth > _DEEPEST:
            raise _NotRead
        value: Yaml
        match event:
            case AliasEvent():
                return self._anchors.get(str(event.anchor), "")
            case ScalarEvent():
                value = event.value
            case SequenceStartEvent():
                value = list(self._items(depth))
            case MappingStartEvent():
                value = dict(self._pairs(depth))
            case _:
                raise _NotRead
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _items(self, depth: int) -> Iterator[Yaml]:
        while not isinstance(event := self._next(), SequenceEndEvent):
            yield self._value(event, depth + 1)

    def _pairs(self, depth: int) -> Iterator[tuple[str, Yaml]]:
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._value(event, depth + 1)
            value = self._value(self._next(), depth + 1)
            if isinstance(key, str):
                yield key, value
