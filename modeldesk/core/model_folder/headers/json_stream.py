"""The members of a JSON object one after the other, however many there are."""

import codecs
import json
from collections.abc import Iterator

from modeldesk.core.model_folder.headers.reading import BadHeader, Source
from modeldesk.core.words import tr

_PIECE = 128 * 1024
_LARGEST_MEMBER = 4 * 1024 * 1024
_WORK_OF_A_MEMBER = 256
_BLANKS = " \t\r\n"


def members(source: Source, length: int) -> Iterator[tuple[str, object]]:
    """Name and value of each member of the object in the next `length` bytes. Raises
    `BadHeader` for anything but JSON, and for a member of several megabytes."""
    window = _Window(source, length)
    if window.sign() != "{":
        raise BadHeader(tr("its header is not a JSON object"))
    if window.peek() == "}":
        return
    while True:
        name = window.value()
        if not isinstance(name, str) or window.sign() != ":":
            raise BadHeader(tr("its header is not JSON"))
        source.allowance.take(_WORK_OF_A_MEMBER)
        yield name, window.value()
        match window.sign():
            case "}":
                return
            case ",":
                continue
        raise BadHeader(tr("its header is not JSON"))


class _Window:
    """The part of the text that is looked at."""

    def __init__(self, source: Source, length: int) -> None:
        self._source = source
        self._left = length
        self._text = ""
        self._at = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._json = json.JSONDecoder()

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANKS:
                self._at += 1
            if self._at < len(self._text) or not self._fill(_PIECE):
                return self._text[self._at : self._at + 1]

    def sign(self) -> str:
        """As `peek`, and go on behind it."""
        found = self.peek()
        self._at += len(found)
        return found

    def value(self) -> object:
        """The next value, whole."""
        self.peek()
        piece = _PIECE
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                pass
            except (ValueError, RecursionError) as error:
                raise BadHeader(tr("its header is not JSON")) from error
            else:
                # A number at the very end may go on in the next piece.
                if end < len(self._text) or not self._left:
                    self._at = end
                    return value
            if len(self._text) - self._at > _LARGEST_MEMBER or not self._fill(piece):
                raise BadHeader(tr("its header is not JSON"))
            piece *= 2

    def _fill(self, size: int) -> bool:
        content = self._source.exactly(min(size, self._left))
        self._left -= len(content)
        self._text = self._text[self._at :] + self._decoder.decode(content, not self._left)
        self._at = 0
        return bool(content)
