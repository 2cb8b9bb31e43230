"""The keep rules: a line on the page for all models, a small window for single ones."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.ids import ModelName
from modeldesk.core.keep_rule import MOST_DAYS, MOST_VERSIONS, KeepRule
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import SettingsStore
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton, PlainButton
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.number_field import NumberField

_FIELD = 84
_WIDTH = 440


class RuleFields(QWidget):
    """“Keep the newest … and the last … days.”"""

    changed = Signal(object)
    """The new `KeepRule`, by a person's hand."""

    def __init__(self, end: str, parent: QWidget | None = None) -> None:
        """`end`: the words after the last figure."""
        super().__init__(parent)
        self.newest = _number(1, MOST_VERSIONS, tr("Newest versions to keep"))
        self.days = _number(0, MOST_DAYS, tr("Days to keep versions"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(Label(tr("Keep the newest")))
        row.addWidget(self.newest)
        row.addWidget(Label(tr("and the last")))
        row.addWidget(self.days)
        row.addWidget(Label(end))
        row.addStretch(1)
        for field in (self.newest, self.days):
            field.valueChanged.connect(lambda _: self.changed.emit(self.rule()))

    def rule(self) -> KeepRule:
        """What stands there."""
        return KeepRule(self.newest.value(), self.days.value())

    def show_rule(self, rule: KeepRule) -> None:
        """Show `rule` without a signal."""
        for field, value in ((self.newest, rule.newest), (self.days, rule.days)):
            blocked = field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(blocked)


class RuleBar(QWidget):
    """The general rule, saved as it is changed, and the way to those of single models."""

    own_asked = Signal()

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.fields = RuleFields(tr("days of each model"))
        self.own = LinkButton("")
        self.own.clicked.connect(self.own_asked)
        self.fields.changed.connect(self._change)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.fields, 1)
        row.addWidget(self.own)
        settings.changed.connect(lambda _: self._show())
        self._show()

    def _show(self) -> None:
        current = self._settings.current
        self.fields.show_rule(current.keep_rule)
        count = len(current.keep_rules)
        self.own.set_text(
            tr("Rules by model ({count})…", count=count) if count else tr("Rules by model…")
        )

    def _change(self, rule: KeepRule) -> None:
        self._settings.change(replace(self._settings.current, keep_rule=rule))


class OwnRulesDialog(QDialog):
    """One model at a time: whether it has a rule of its own, and which. Each choice holds at
    once, as everywhere in the settings."""

    def __init__(
        self,
        settings: SettingsStore,
        models: Sequence[ModelName],
        model: ModelName | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent.window())
        self._settings = settings
        self.setWindowTitle(tr("Keep rules by model"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.models = DropDown()
        self.models.setSizeAdjustPolicy(
            DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.models.setMinimumContentsLength(24)
        # A rule outlives its model's last local version.
        for name in sorted({*models, *map(ModelName, settings.current.keep_rules)}):
            self.models.addItem(presentation.printable(name), name)
        self.own = QCheckBox(tr("A rule of its own"))
        self.own.setFont(font(TextStyle.BODY))
        self.fields = RuleFields(tr("days"))
        self.close_button = PlainButton(tr("Close"))
        self._lay_out()
        self.models.currentIndexChanged.connect(lambda _: self._show())
        self.own.clicked.connect(lambda _: self._change())
        self.fields.changed.connect(lambda _: self._change())
        self.close_button.clicked.connect(self.accept)
        if model is not None:
            self.models.setCurrentIndex(max(0, self.models.findData(model)))
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(Label(tr("Keep rules by model"), TextStyle.SUBTITLE))
        column.addWidget(Field(tr("Model"), self.models))
        column.addWidget(self.own)
        column.addWidget(self.fields)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column.addLayout(buttons)
        self.close_button.setDefault(True)

    @property
    def _name(self) -> str:
        return str(self.models.currentData() or "")

    def _show(self) -> None:
        current = self._settings.current
        rule = current.keep_rules.get(self._name)
        self.own.setChecked(rule is not None)
        self.own.setEnabled(bool(self._name))
        self.fields.setEnabled(rule is not None)
        self.fields.show_rule(rule or current.keep_rule)

    def _change(self) -> None:
        current = self._settings.current
        rules = {name: rule for name, rule in current.keep_rules.items() if name != self._name}
        if self.own.isChecked():
            rules[self._name] = self.fields.rule()
        self._settings.change(replace(current, keep_rules=rules))
        self._show()


def _number(least: int, most: int, name: str) -> NumberField:
    field = NumberField(least, most, least)
    field.setFixedWidth(_FIELD)
    field.setKeyboardTracking(False)
    field.setAccessibleName(name)
    return field
