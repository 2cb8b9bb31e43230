"""How the words of a text are coloured, by what they are."""

import re
from enum import Enum

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName


class Syntax(Enum):
    """What a text is written in."""

    DOCKERFILE = "Dockerfile"
    IGNORE = ".dockerignore"
    CHANGES = "changes"
    """Lines that begin with what became of them: ``+`` or ``-``."""
    OTHER = "other"
    """Only comments are told from the rest."""


_INSTRUCTION = re.compile(
    r"^\s*(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN"
    r"|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\b",
    re.IGNORECASE,
)
_STAGE_NAME = re.compile(r"\s(AS)\s", re.IGNORECASE)
_WORDS = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*+"|'[^']*')|(?P<variable>\$\{[^}]{0,200}\}|\$\w+)"""
    r"""|(?P<flag>(?<=\s)--?[\w-]+=?)"""
)
_HEREDOC = re.compile(r"<<-?([\"']?)([A-Za-z_]\w*)\1")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
_ESCAPE = re.compile(r"#\s*escape\s*=\s*(`)\s*", re.IGNORECASE)
_WILD = re.compile(r"[*?\[\]]+")
_BEGINS, _CONTINUES, _FIRST_TEXT = 0, 1, 2
_COLORS: dict[str, ColorName] = {"text": "good", "variable": "warning", "flag": "accent"}
_CHANGES: dict[str, ColorName] = {"+": "good", "-": "bad", "@": "muted"}
_LONGEST = 2000
"""Characters of a line that are looked at: longer ones are no person's."""
_MOST_LINES = 3000
"""Lines up to which a text is coloured: all are when it is set, while the window waits."""


class CodeColours(QSyntaxHighlighter):
    """Colours of one document."""

    def __init__(self, theme: Theme, document: QTextDocument, syntax: Syntax) -> None:
        super().__init__(document)
        self._theme = theme
        self._syntax = syntax
        self._ends: list[str] = []
        """What ends each here-document that was met; a line's state leads to it."""
        self._end_numbers: dict[str, int] = {}

    def highlightBlock(self, text: str) -> None:
        if self.document().blockCount() > _MOST_LINES:
            return
        if self._syntax is Syntax.IGNORE:
            self._pattern(text)
        elif self._syntax is Syntax.DOCKERFILE:
            self._instruction(text)
        elif self._syntax is Syntax.CHANGES and (color := _CHANGES.get(text[:1])):
            self._paint(0, len(text), color)
        elif text.lstrip().startswith("#"):
            self._paint(0, len(text), "muted")

    def _pattern(self, text: str) -> None:
        if text.startswith("#"):
            self._paint(0, len(text), "muted")
            return
        stripped = text.lstrip()
        if stripped.startswith("!"):
            self._paint(len(text) - len(stripped), 1, "accent", bold=True)
        for found in _WILD.finditer(text[:_LONGEST]):
            self._paint(found.start(), len(found[0]), "accent")

    def _instruction(self, text: str) -> None:
        state = max(self.previousBlockState(), _BEGINS)
        if state >= _FIRST_TEXT:
            ended = text.strip() == self._ends[state - _FIRST_TEXT]
            self.setCurrentBlockState(_BEGINS if ended else state)
            return
        if text.lstrip().startswith("#"):
            self._paint(0, len(text), "muted")
            self.setCurrentBlockState(state)
            return
        found = _INSTRUCTION.match(text) if state == _BEGINS else None
        self._words(text)
        if found is not None:
            self._paint(found.start(1), len(found[1]), "accent", bold=True)
            stage = _STAGE_NAME.search(text)
            if stage and found[1].upper() == "FROM":
                self._paint(stage.start(1), len(stage[1]), "accent", bold=True)
        self.setCurrentBlockState(self._state_after(text, found))

    def _words(self, text: str) -> None:
        for found in _WORDS.finditer(text[:_LONGEST]):
            kind = found.lastgroup or ""
            self._paint(found.start(), len(found[0]), _COLORS[kind])

    def _state_after(self, text: str, instruction: re.Match[str] | None) -> int:
        if text.rstrip().endswith(self._mark()):
            return _CONTINUES
        if instruction is not None and instruction[1].upper() in _WITH_HEREDOC:
            match = _HEREDOC.search(text[:_LONGEST])
            if match is not None:
                number = self._end_numbers.setdefault(match[2], len(self._ends))
                if number == len(self._ends):
                    self._ends.append(match[2])
                return _FIRST_TEXT + number
        return _BEGINS

    def _mark(self) -> str:
        """What continues a line."""
        first = self.document().firstBlock()
        match = _ESCAPE.fullmatch(first.text().strip()) if first.length() < _LONGEST else None
        return "`" if match else "\\"

    def _paint(self, start: int, length: int, color: ColorName, *, bold: bool = False) -> None:
        look = QTextCharFormat()
        look.setForeground(QColor(self._theme.tokens.color(color)))
        if bold:
            look.setFontWeight(700)
        self.setFormat(start, length, look)
