"""Channels: what a version must have before it may get one, and a person's own."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QWidget

from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.channels.names import check_own_channel
from modeldesk.core.errors import InvalidInput
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.channels import CANDIDATE, CHANNELS, DEPRECATED, STABLE
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import SettingsStore
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton, SlimButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.label import Label

_NAME, _METRICS, _AFTER, _TESTS, _REMOVE = range(5)


class RuleRow:
    """One channel: what its rule asks for."""

    def __init__(self, channel: str) -> None:
        self.metrics = _box(tr("{channel}: has metrics", channel=channel))
        self.after = _box(tr("{channel}: was {before}", channel=channel, before=CANDIDATE))
        self.tests = _box(tr("{channel}: passed its tests", channel=channel))
        self.after.setVisible(channel != CANDIDATE)

    def rule(self, before: ChannelRule) -> ChannelRule:
        """What is checked. `before` may name another channel to come from, which stays."""
        after = (before.after or CANDIDATE) if self.after.isChecked() else ""
        return ChannelRule(self.metrics.isChecked(), after, self.tests.isChecked())

    def boxes(self) -> tuple[QCheckBox, ...]:
        return self.metrics, self.after, self.tests

    def show_rule(self, rule: ChannelRule) -> None:
        for box, on in zip(self.boxes(), (rule.metrics, bool(rule.after), rule.tests), strict=True):
            box.setChecked(on)


class ChannelsSection(Card):
    """A section of the Settings page: a line for each channel but “deprecated”, which any
    version may get."""

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(tr("Channels"), parent=parent)
        self._settings = settings
        self._shown: Mapping[str, ChannelRule] | None = None
        self.rows: dict[str, RuleRow] = {}
        self.removers: dict[str, LinkButton] = {}
        self._table = QWidget()
        self.name = NotedLineEdit()
        self.name.setPlaceholderText("production")
        self.add = SlimButton(tr("Add"))
        self.name_field = Field(tr("A channel of your own"), self.name, _note())
        self.body.setSpacing(Space.M + 2)
        self.body.addWidget(
            Label(
                tr("What a version must have before it may get a channel. A rule can be overruled "
                   "with a reason, which is kept."),
                color="muted", wrap=True,
            )
        )  # fmt: skip
        self.body.addWidget(self._table)
        self.body.addWidget(self.name_field)
        last = QHBoxLayout()
        last.addWidget(self.add)
        last.addStretch(1)
        self.body.addLayout(last)
        self.name.textEdited.connect(lambda _: self._check())
        self.name.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)
        self.add.setEnabled(False)
        settings.changed.connect(self._show)
        self._show(settings.current)

    def _show(self, settings: Settings) -> None:
        rules = settings.channel_rules
        if rules == self._shown:
            return
        names = _names(rules)
        if self._shown is None or names != _names(self._shown):
            self._make_rows(names)
        self._shown = dict(rules)
        for name, row in self.rows.items():
            row.show_rule(rules.get(name, ChannelRule()))

    def _make_rows(self, names: list[str]) -> None:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(_NAME, 1)
        heads = {_METRICS: tr("has metrics"), _AFTER: tr("was candidate"),
                 _TESTS: tr("passed its tests")}  # fmt: skip
        for column, head in heads.items():
            grid.addWidget(Label(head, TextStyle.LABEL, "muted"), 0, column)
        self.rows, self.removers = {}, {}
        for number, name in enumerate(names, 1):
            row = self.rows[name] = RuleRow(presentation.printable(name))
            grid.addWidget(ElidedLabel(presentation.printable(name)), number, _NAME)
            for column, box in zip((_METRICS, _AFTER, _TESTS), row.boxes(), strict=True):
                box.clicked.connect(lambda _on, name=name: self._change(name))
                grid.addWidget(box, number, column)
            if name not in CHANNELS:
                remove = self.removers[name] = LinkButton(tr("remove"))
                remove.clicked.connect(lambda _on=False, name=name: self._remove(name))
                grid.addWidget(remove, number, _REMOVE)
        self.body.replaceWidget(self._table, table)
        self._table.hide()
        self._table.deleteLater()
        self._table = table

    def _change(self, name: str) -> None:
        rules = self._rules()
        rule = self.rows[name].rule(rules.get(name, ChannelRule()))
        self._save({**rules, name: rule})

    def _add(self) -> None:
        name = self.name.text().strip()
        if self._problem(name) or not name:
            self._check()
            return
        self.name.clear()
        self._check()
        self._save({**self._rules(), name: ChannelRule()})

    def _remove(self, name: str) -> None:
        """The tags stay; they are no channel any more."""
        self._save({one: rule for one, rule in self._rules().items() if one != name})

    def _check(self) -> None:
        name = self.name.text().strip()
        problem = self._problem(name)
        if problem:
            self.name_field.set_error(problem)
        else:
            self.name_field.clear_error()
        self.add.setEnabled(bool(name) and not problem)

    def _problem(self, name: str) -> str:
        if not name:
            return ""
        if name in self._rules():
            return tr("“{name}” is a channel already.", name=name)
        try:
            check_own_channel(name)
        except InvalidInput as error:
            return str(error)
        return ""

    def _rules(self) -> Mapping[str, ChannelRule]:
        return self._settings.current.channel_rules

    def _save(self, rules: Mapping[str, ChannelRule]) -> None:
        self._settings.change(replace(self._settings.current, channel_rules=rules))


def _names(rules: Mapping[str, ChannelRule]) -> list[str]:
    return [STABLE, CANDIDATE, *sorted(rules.keys() - {STABLE, CANDIDATE, DEPRECATED})]


def _box(name: str) -> QCheckBox:
    box = QCheckBox()
    box.setFont(font(TextStyle.BODY))
    box.setAccessibleName(name)
    return box


def _note() -> str:
    return tr("A tag that moves from version to version, here and in the registry")
