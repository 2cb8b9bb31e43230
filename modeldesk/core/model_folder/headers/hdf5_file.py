"""The structure of an HDF5 file: object headers with their messages, and the links of groups."""

from collections.abc import Iterator
from dataclasses import dataclass

from modeldesk.core.model_folder.headers.reading import BadHeader, Source
from modeldesk.core.words import tr

MAGIC = b"\x89HDF\r\n\x1a\n"
_CONTINUED = 16
_LONGEST_MESSAGE = 4096
"""Bytes of a message that are read: names and shapes are short, and values are not wanted."""
_LONGEST_NAME = 1024
_MOST_BLOCKS = 1000
_MOST_LINKS = 200_000
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Message:
    """What an object header says of its object."""

    kind: int
    content: bytes
    """Its beginning."""

    def number(self, at: int, count: int) -> int:
        """The little-endian number in the bytes from `at` on. Raises `BadHeader`."""
        if at + count > len(self.content):
            raise BadHeader(tr("it ends too early"))
        return int.from_bytes(self.content[at : at + count], "little")

    def text(self, at: int, count: int) -> str:
        """A name; what is no UTF-8 in it is replaced. Raises `BadHeader`."""
        if at + count > len(self.content):
            raise BadHeader(tr("it ends too early"))
        return self.content[at : at + count].partition(b"\0")[0].decode("utf-8", "replace")


class File:
    """An HDF5 file of any version of the format. Everything raises `BadHeader` for what is not
    as the format says."""

    def __init__(self, source: Source) -> None:
        self._source = source
        source.go_to(0)
        if source.exactly(8) != MAGIC:
            raise _odd()
        version = source.number(1)
        if version > 3:
            raise _odd()
        source.skip(4 if version < 2 else 0)
        self._place_bytes, self.length_bytes = source.number(1), source.number(1)
        if {self._place_bytes, self.length_bytes} - {2, 4, 8}:
            raise _odd()
        # What stands between: flags, and in older versions the sizes of nodes.
        source.skip({0: 9, 1: 13}.get(version, 1))
        self._base = self._place()
        self._place()
        if self._base + self._place() > source.size:
            raise BadHeader(tr("it ends too early"))
        if version < 2:
            source.skip(2 * self._place_bytes)
        self.root = self._place()
        """Where the header of the outermost group is."""

    def messages(self, place: int) -> Iterator[Message]:
        """Those of the object whose header is at `place`."""
        self._go(place)
        mark = self._source.exactly(4)
        if mark == b"OHDR":
            yield from self._newer()
        elif mark[0] == 1:
            self._source.skip(4)
            length = self._source.number(4)
            self._source.skip(4)
            yield from self._blocks(self._source.at, length, newer=False, ordered=False)
        else:
            raise _odd()

    def table(self, message: Message) -> Iterator[tuple[str, int]]:
        """The links of a group that keeps them in a tree, and their names in a heap."""
        tree = message.number(0, self._place_bytes)
        self._go(message.number(self._place_bytes, self._place_bytes))
        if self._source.exactly(4) != b"HEAP":
            raise _odd()
        self._source.skip(4 + 2 * self.length_bytes)
        names = self._place()
        found, seen = 0, {tree}
        waiting = [(tree, _DEEPEST)]
        while waiting:
            node, left = waiting.pop()
            self._go(node)
            mark = self._source.exactly(4)
            if mark == b"TREE" and left:
                for child in self._children():
                    if child in seen:
                        raise _odd()
                    seen.add(child)
                    waiting.append((child, left - 1))
            elif mark == b"SNOD":
                for name, place in self._symbols():
                    found += 1
                    if found > _MOST_LINKS:
                        raise BadHeader(tr("it names more tensors than any model has"))
                    yield self._name(names + name), place
            else:
                raise _odd()

    def link(self, message: Message) -> Iterator[tuple[str, int]]:
        """A link that its group keeps in its header; none where it is no link to an object."""
        flags = message.number(1, 1)
        at = 2
        kind = message.number(at, 1) if flags & 8 else 0
        at += bool(flags & 8) + 8 * bool(flags & 4) + bool(flags & 16)
        length_bytes = 1 << (flags & 3)
        length = message.number(at, length_bytes)
        at += length_bytes
        if kind == 0:
            name = message.text(at, length)
            yield name, message.number(at + length, self._place_bytes)

    def is_apart(self, message: Message) -> bool:
        """Whether a group keeps links in a heap of their own, which is not read here."""
        at = 2 + 8 * (message.number(1, 1) & 1)
        return message.number(at, self._place_bytes) != self._nowhere

    def attribute(self, message: Message) -> str:
        """The name of an attribute."""
        version = message.number(0, 1)
        return message.text(9 if version == 3 else 8, min(message.number(2, 2), _LONGEST_NAME))

    def _newer(self) -> Iterator[Message]:
        self._source.skip(1)
        flags = self._source.number(1)
        self._source.skip(16 * bool(flags & 32) + 4 * bool(flags & 16))
        length = self._source.number(1 << (flags & 3))
        yield from self._blocks(self._source.at, length, newer=True, ordered=bool(flags & 4))

    def _blocks(self, start: int, length: int, *, newer: bool, ordered: bool) -> Iterator[Message]:
        """The messages of a block, and of those that it is continued in."""
        seen = {start}
        waiting = [(start, length)]
        while waiting:
            start, length = waiting.pop()
            for message in self._block(start, length, newer=newer, ordered=ordered):
                if message.kind != _CONTINUED:
                    yield message
                    continue
                place = self._base + message.number(0, self._place_bytes)
                more = message.number(self._place_bytes, self.length_bytes)
                if place in seen or len(seen) > _MOST_BLOCKS:
                    raise _odd()
                seen.add(place)
                waiting.append((place + 4, more - 8) if newer else (place, more))

    def _block(self, start: int, length: int, *, newer: bool, ordered: bool) -> Iterator[Message]:
        head = 4 + 2 * ordered if newer else 8
        end = start + length
        while start + head <= end:
            self._source.go_to(start)
            kind = self._source.number(1 if newer else 2)
            size = self._source.number(2)
            start += head
            if start + size > end:
                raise _odd()
            self._source.go_to(start)
            yield Message(kind, self._source.exactly(min(size, _LONGEST_MESSAGE)))
            start += size

    def _children(self) -> list[int]:
        """Where the nodes below a node of a tree are."""
        if self._source.number(1) != 0:
            raise _odd()
        self._source.skip(1)
        count = self._source.number(2)
        self._source.skip(2 * self._place_bytes)
        children = []
        for _ in range(count):
            self._source.skip(self.length_bytes)
            children.append(self._place())
        return children

    def _symbols(self) -> list[tuple[int, int]]:
        """The links of a node: where the name is in the heap, and where the object is."""
        self._source.skip(2)
        count = self._source.number(2)
        found = []
        for _ in range(count):
            name, place = self._place(), self._place()
            kind = self._source.number(4)
            self._source.skip(20)
            if kind != 2:  # a link by name, which leads to what is linked elsewhere
                found.append((name, place))
        return found

    def _name(self, place: int) -> str:
        self._go(place)
        room = self._source.size - self._source.at
        return (
            self._source.exactly(min(room, _LONGEST_NAME))
            .partition(b"\0")[0]
            .decode("utf-8", "replace")
        )

    def _place(self) -> int:
        return self._source.number(self._place_bytes)

    @property
    def _nowhere(self) -> int:
        return (1 << 8 * self._place_bytes) - 1

    def _go(self, place: int) -> None:
        self._source.go_to(self._base + place)


def _odd() -> BadHeader:
    return BadHeader(tr("it is not as HDF5 is written"))
