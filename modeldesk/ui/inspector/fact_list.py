"""Named values of any length, one below the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.containers.secrets import HIDDEN, shown_value
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label

_MOST = 40
"""Lines of a list. Each is a handful of widgets, and takes a millisecond to make."""


@dataclass(frozen=True, slots=True)
class Fact:
    """`copied` is what the copy link copies (empty: no link)."""

    name: str
    value: str
    mono: bool = False
    copied: str = ""


def secretive(name: str, value: str, *, mono: bool = False) -> Fact:
    """A variable or label; what looks secret in it is neither shown nor copied."""
    told = shown_value(name, value)
    return Fact(name, told, mono, copied="" if told == HIDDEN else told)


class FactList(QWidget):
    """A caption and its facts; hidden while there are none."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[Fact, ...] = ()
        self._lines: list[_FactLine] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, Space.M)
        self._column.setSpacing(Space.S)
        self._column.addWidget(Label(caption, TextStyle.STRONG))
        self.hide()

    def facts(self) -> tuple[Fact, ...]:
        """What is shown."""
        return self._facts

    def lines(self) -> tuple["_FactLine", ...]:
        """The lines on show, as `facts`."""
        return tuple(self._lines[: len(self._facts)])

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Show `facts`. Of very many the last line tells how many more there are, and copies
        them."""
        facts = _at_most(facts)
        self._facts = tuple(facts)
        while len(self._lines) < len(facts):
            line = _FactLine(self)
            self._lines.append(line)
            self._column.addWidget(line)
        for line, fact in zip(self._lines, facts, strict=False):
            line.set_fact(fact)
            line.show()
        for line in self._lines[len(facts) :]:
            line.hide()
        self.setVisible(bool(facts))


def _at_most(facts: Sequence[Fact]) -> Sequence[Fact]:
    """`facts`, or the first of them and one that stands for the rest."""
    if len(facts) <= _MOST:
        return facts
    shown, rest = facts[: _MOST - 1], facts[_MOST - 1 :]
    lines = "\n".join("=".join(filter(None, (fact.name, fact.value))) for fact in rest)
    more = trn("and {count} more", "and {count} more", len(rest))
    return [*shown, Fact("", more, copied=lines)]


class _FactLine(QWidget):
    """A fact: its name, and below it the value with its links."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._fact = Fact("", "")
        self.name = ElidedLabel("", TextStyle.LABEL, "muted")
        self.value = ElidedLabel("", TextStyle.BODY)
        self.mono = ElidedLabel("", TextStyle.MONO_SMALL)
        self.copy = LinkButton(tr("copy"))
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self._fact.copied or self._fact.value)
        )
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self.value, 1)
        row.addWidget(self.mono, 1)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.name)
        column.addLayout(row)

    def set_fact(self, fact: Fact) -> None:
        self._fact = fact
        self.name.set_text(presentation.printable(presentation.cut(fact.name)))
        self.name.setVisible(bool(fact.name))
        self.value.setVisible(not fact.mono)
        self.mono.setVisible(fact.mono)
        self.copy.setVisible(bool(fact.copied))
        self.copy.setAccessibleName(tr("Copy {text}", text=fact.name or fact.copied))
        shown = self.mono if fact.mono else self.value
        shown.set_text(presentation.printable(presentation.cut(fact.value)))
