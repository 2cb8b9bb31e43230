"""Two builds side by side: what they took, step by step, and what was asked otherwise."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from modeldesk.core.build.comparison import BuildComparison, Difference, StepPair
from modeldesk.core.build.model import BuildRecord, BuildStep
from modeldesk.core.words import tr
from modeldesk.ui.build.history_words import cache_text, saved_time, version_of
from modeldesk.ui.build.words import STATE_TONES, state_text, step_name, step_result
from modeldesk.ui.presentation import duration, exact_size, moment, printable, size
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipRow, ChipSpec
from modeldesk.ui.widgets.clamped_label import ClampedLabel
from modeldesk.ui.widgets.code_colours import Syntax
from modeldesk.ui.widgets.code_view import CodeView
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.table import Table

_LEAST_VALUE = 88
_NARROW = 800
_SETTINGS, _SETTINGS_NARROW = 0.6, 0.7
"""Their share of the width beside the Dockerfile."""
_FASTER = 0.9
"""Of the other's time: what differs by less is nobody's finding."""
_WORTH_SAYING_S = 1.0


class ComparingView(QWidget):
    """The earlier build left, the later one right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left, self.right = _Side(theme), _Side(theme)
        self._model = KeyedModel(_columns(), _key, self)
        self.steps = Table(theme, self._model, name=tr("Steps"))
        self.differences = KeyedModel(_difference_columns(), lambda one: one.what, self)
        self.asked = Table(theme, self.differences, name=tr("Settings that differ"))
        self.asked.stretch_room = _LEAST_VALUE
        self.same = Label(tr("Both were built with the same settings."), color="muted")
        self.dockerfile = CodeView(theme, Syntax.CHANGES)
        self.dockerfile.set_name(tr("What differs in the Dockerfile"))
        self._code = Card(tr("Dockerfile, what differs"))
        self._code.body.addWidget(self.dockerfile)
        self._lay_out()

    def show_comparison(self, found: BuildComparison) -> None:
        """Show two builds."""
        self.left.show_record(found.left)
        self.right.show_record(found.right)
        self._model.set_columns(_columns(version_of(found.left), version_of(found.right)))
        self._model.set_rows(found.steps)
        self.differences.set_rows(found.differences)
        self.asked.setVisible(bool(found.differences))
        self.same.setVisible(not found.differences)
        self.dockerfile.set_text("\n".join(map(printable, found.dockerfile)))
        self._code.setVisible(bool(found.dockerfile))

    def _lay_out(self) -> None:
        heads = QHBoxLayout()
        heads.setSpacing(Space.L)
        heads.addWidget(self.left, 1)
        heads.addWidget(self.right, 1)
        steps = Card(tr("Steps"), padded=False)
        steps.body.addWidget(self.steps, 1)
        asked = Card(tr("Settings that differ"), padded=False)
        asked.body.addWidget(self.asked, 1)
        same = QHBoxLayout()
        same.setContentsMargins(Space.S, 0, Space.S, 0)
        same.addWidget(self.same)
        asked.body.addLayout(same)
        lower, whole = _Lower(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Vertical)
        for splitter, parts in ((lower, (asked, self._code)), (whole, (steps, lower))):
            splitter.setProperty("kind", "gap")
            splitter.setHandleWidth(Space.L)
            splitter.setChildrenCollapsible(False)
            for part in parts:
                splitter.addWidget(part)
        whole.setSizes([360, 240])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addLayout(heads)
        column.addWidget(whole, 1)


class _Lower(QSplitter):
    """Settings and Dockerfile share the width by what there is, until a person parts them."""

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self._kept = False
        self.splitterMoved.connect(self._keep)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._kept:
            width = event.size().width()
            first = round(width * (_SETTINGS_NARROW if width < _NARROW else _SETTINGS))
            self.setSizes([first, width - first])

    def _keep(self) -> None:
        self._kept = True


class _Side(Card):
    """One build in a few words."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title = ElidedLabel("", TextStyle.STRONG)
        self.chips = ChipRow(theme)
        self.line = ClampedLabel(color="muted", most_lines=2)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.title)
        row.addWidget(self.chips)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self.line)

    def show_record(self, record: BuildRecord) -> None:
        self.title.set_text(printable(f"{record.model} {version_of(record)}"))
        self.chips.set_chips([ChipSpec(state_text(record.state), STATE_TONES[record.state])])
        cached, saved = cache_text(record.cache), saved_time(record.cache)
        parts = (
            duration(record.seconds),
            tr("cached: {steps}", steps=cached) if cached else "",
            tr("saved {time}", time=saved) if saved else "",
            size(record.image_bytes) if record.image_bytes is not None else "",
            moment(record.started),
        )
        self.line.set_text(" · ".join(filter(None, parts)))


def _key(pair: StepPair) -> str:
    return "\n".join(step.id if step else "" for step in (pair.left, pair.right))


def _columns(left: str = "", right: str = "") -> tuple[Column[StepPair], ...]:
    return (
        Column("step", tr("Step"), _step_cell, stretch=True),
        Column("left", printable(left), lambda p: _took_cell(p.left, p.right), align="right"),
        Column("left size", tr("Layer"), lambda p: _size_cell(p.left), align="right", gives_way=0),
        Column("right", printable(right), lambda p: _took_cell(p.right, p.left), align="right"),
        Column("right size", tr("Layer"), lambda p: _size_cell(p.right, p.left), align="right",
               gives_way=1),
    )  # fmt: skip


def _step_cell(pair: StepPair) -> Cell:
    names = [step_name(step.name) for step in (pair.left, pair.right) if step]
    chips: tuple[ChipSpec, ...] = ()
    if len(names) == 1:
        text = tr("only before") if pair.left else tr("only after")
        chips = (ChipSpec(text, Tone.NEUTRAL),)
    told = names if len({*names}) > 1 else names[:1]
    return Cell(names[-1], chips, mono=True, tooltip="\n→ ".join(told))


def _took_cell(step: BuildStep | None, other: BuildStep | None) -> Cell:
    if step is None:
        return Cell("–", muted=True)
    return Cell(step_result(step), tone=_tone(step, other), muted=step.cached)


def _tone(step: BuildStep, other: BuildStep | None) -> Tone | None:
    """The slower of two that differ by what a person notices."""
    if other is None or step.cached or step.seconds - other.seconds < _WORTH_SAYING_S:
        return None
    slower = other.cached or other.seconds < step.seconds * _FASTER
    return Tone.WARNING if slower else None


def _size_cell(step: BuildStep | None, other: BuildStep | None = None) -> Cell:
    if step is None or step.layer_bytes is None:
        return Cell("")
    same = other is not None and other.layer_bytes == step.layer_bytes
    return Cell(size(step.layer_bytes), muted=same, tooltip=exact_size(step.layer_bytes))


def _difference_columns() -> tuple[Column[Difference], ...]:
    return (
        Column("what", tr("Setting"), lambda d: Cell(printable(d.what), bold=True)),
        Column("left", tr("Before"), lambda d: _value_cell(d.left)),
        Column(
            "right", tr("After"), lambda d: _value_cell(d.right), width=_LEAST_VALUE, stretch=True
        ),
    )


def _value_cell(text: str) -> Cell:
    shown = printable(text)
    return Cell(shown or "–", mono=bool(shown), muted=not shown, tooltip=shown)
