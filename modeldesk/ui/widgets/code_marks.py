"""Marks at places of a text: where they are, and how they look."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat
from PySide6.QtWidgets import QTextEdit

from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import ColorName, Tokens, Tone

ICONS: Mapping[Tone, tuple[Icon, ColorName]] = {
    Tone.BAD: (Icon.ERROR, "bad"),
    Tone.WARNING: (Icon.WARNING, "warning"),
    Tone.NEUTRAL: (Icon.INFO, "muted"),
}
"""The sign of each tone that a mark may have: a shape too, not a colour alone."""
_RANK = {Tone.BAD: 0, Tone.WARNING: 1, Tone.NEUTRAL: 2}
_MOST_UNDERLINED = 300
_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class CodeMark:
    """Something to look at. Lines count from 1; places are characters of the text, as Python
    counts them."""

    line: int
    start: int
    end: int
    tone: Tone
    """One of `ICONS`."""
    text: str
    """What a tooltip says."""


class Places:
    """From characters as Python counts them to those of Qt, where some take two."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._same = text.isascii() or max(text) <= "\uffff"

    def of(self, place: int) -> int:
        """Where Qt has the character `place`."""
        if self._same:
            return place
        return place + sum(char > "\uffff" for char in self._text[:place])


def of_line(marks: Iterable[CodeMark]) -> dict[int, CodeMark]:
    """The most serious mark of each line, with what all of them say."""
    found: dict[int, list[CodeMark]] = {}
    for mark in marks:
        found.setdefault(mark.line, []).append(mark)
    return {
        line: CodeMark(
            line,
            same[0].start,
            same[0].end,
            min((one.tone for one in same), key=_RANK.__getitem__),
            "\n\n".join(one.text for one in same),
        )
        for line, same in found.items()
    }


def tinted_line(
    document: QTextDocument, number: int, tone: Tone, tokens: Tokens
) -> list[QTextEdit.ExtraSelection]:
    """A tint over the width of a line; nothing where there is no such line."""
    block = document.findBlockByNumber(number - 1)
    if not block.isValid():
        return []
    selection = QTextEdit.ExtraSelection()
    look = QTextCharFormat()
    look.setBackground(QColor(tokens.tone(tone)[1]))
    look.setProperty(QTextFormat.Property.FullWidthSelection, True)
    selection.format = look
    selection.cursor = QTextCursor(block)
    return [selection]


def underlines(
    document: QTextDocument, text: str, marks: Iterable[CodeMark], tokens: Tokens
) -> list[QTextEdit.ExtraSelection]:
    """A wavy line under what each mark is about, the most serious on top."""
    places = Places(text)
    found = []
    last = document.characterCount() - 1
    ordered = sorted(marks, key=lambda mark: -_RANK[mark.tone])
    for mark in ordered[-_MOST_UNDERLINED:]:
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(QColor(tokens.tone(mark.tone)[0]))
        for begin, stop in _by_line(text, mark.start, mark.end):
            start, end = places.of(begin), places.of(stop)
            if not 0 <= start < end <= last:
                continue
            selection = QTextEdit.ExtraSelection()
            selection.format = look
            cursor = QTextCursor(document)
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            selection.cursor = cursor
            found.append(selection)
    return found


def _by_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts on single lines, without the blanks around them and without comments between."""
    for number, line in enumerate(text[start:end].split("\n")[:_MOST_LINES]):
        begin = start + len(line) - len(line.lstrip())
        stripped = line.strip()
        if stripped and not (number and stripped.startswith("#")):
            yield begin, begin + len(stripped)
        start += len(line) + 1
