"""The tokens as one Qt style sheet.

Widgets say what they are by a dynamic property (``kind`` for buttons, frames and labels,
``color`` for labels); the rules here are the only place that says how that looks. Fonts are set
on the widgets, but for weights that belong to a state.
"""

from pathlib import Path
from string import Template

from modeldesk.ui.theme.tokens import Radius, Tokens

_BASE = """
QMainWindow, QDialog { background: $window; }
QToolTip { background: $text; color: $panel; border: 1px solid $text; padding: 1px 3px; }
QLabel { background: transparent; }
QLabel[color="muted"] { color: $muted; }
QLabel[color="accent"] { color: $accent; }
QLabel[color="good"] { color: $good; }
QLabel[color="warning"] { color: $warning; }
QLabel[color="bad"] { color: $bad; }
QLabel:disabled { color: $faint; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: $accent; }
QSplitter[kind="gap"]::handle { background: transparent; }
QScrollArea, QStackedWidget { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollArea[kind="stop"] { border: 1px solid transparent; border-radius: ${control}px; }
QScrollArea[kind="stop"]:focus { border-color: $accent; }
"""

_SURFACES = """
QFrame[kind="card"] {
    background: $panel; border: 1px solid $line; border-radius: ${card}px;
}
QFrame[kind="side"] { background: $side; border: none; }
QFrame[kind="side-left"] { background: $side; border: none; border-right: 1px solid $line; }
QFrame[kind="panel"] { background: $panel; border: none; }
QFrame[kind="panel-right"] { background: $panel; border: none; border-left: 1px solid $line; }
QFrame[kind="status"] { background: $side; border: none; border-top: 1px solid $line; }
QFrame[kind="line"] { background: $line; border: none; }
QFrame[kind="notice"] { border-radius: ${control}px; border: 1px solid $line; background: $side; }
QFrame[kind="notice"][tone="bad"] { background: $bad_bg; border-color: $bad_bg; }
QFrame[kind="notice"][tone="warning"] { background: $warning_bg; border-color: $warning_bg; }
QFrame[kind="notice"][tone="good"] { background: $good_bg; border-color: $good_bg; }
QFrame[kind="notice"][tone="accent"] { background: $accent_bg; border-color: $accent_bg; }
QFrame[kind="toast"] {
    background: $panel; border: 1px solid $line; border-radius: ${control}px;
}
QFrame[kind="toast"] QPushButton[kind="link"] { color: $accent; font-weight: 600; }
QGroupBox {
    background: $panel; border: 1px solid $line; border-radius: ${card}px;
    margin-top: 0; padding: 36px 16px 14px 16px; font-weight: 600;
}
QGroupBox::title {
    subcontrol-origin: border; subcontrol-position: top left; left: 16px; top: 14px;
}
"""

_BUTTONS = """
QPushButton {
    background: $panel; color: $text; border: 1px solid $line; border-radius: ${control}px;
    padding: 0 13px; min-height: 30px; font-weight: 500; outline: none;
}
QPushButton:hover { background: $hover; border-color: $line_strong; }
QPushButton:pressed { background: $side; }
QPushButton:focus { border: 2px solid $accent; padding: 0 12px; min-height: 28px; }
QPushButton:disabled { color: $faint; background: $panel; border-color: $line; }
QPushButton::menu-indicator {
    image: url("$controls-down.svg"); width: 12px; height: 12px;
    subcontrol-position: right center; subcontrol-origin: padding; right: 8px;
}
QPushButton[menu="true"] { padding-right: 26px; }
QPushButton[slim="true"] { padding: 0 9px; min-height: 22px; border-radius: ${chip}px; }
QPushButton[slim="true"]:focus { padding: 0 8px; min-height: 20px; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[kind="primary"]:hover { background: $accent_strong; border-color: $accent_strong; }
QPushButton[kind="primary"]:pressed { background: $accent_deep; }
QPushButton[kind="primary"]:focus { border: 2px solid $ring_accent; }
QPushButton[kind="primary"]:disabled {
    background: $track; border-color: $track; color: $faint;
}
QPushButton[kind="danger"] { background: $bad; color: $on_bad; border-color: $bad; }
QPushButton[kind="danger"]:hover { background: $bad_strong; border-color: $bad_strong; }
QPushButton[kind="danger"]:focus { border: 2px solid $ring_bad; }
QPushButton[kind="danger"]:disabled { background: $track; border-color: $track; color: $faint; }
QPushButton[kind="danger-plain"] { color: $bad; }
QPushButton[kind="danger-plain"]:hover { background: $bad_bg; border-color: $bad_bg; }
QPushButton[kind="danger-plain"]:focus { border: 2px solid $bad; }
QPushButton[kind="danger-plain"]:disabled { color: $faint; }
QPushButton[kind="link"] {
    background: transparent; border: none; border-radius: 4px; padding: 1px 3px;
    min-height: 16px; color: $muted; font-weight: 400;
}
QPushButton[kind="link"]:hover { color: $accent; text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 2px solid $accent; padding: 0 1px; min-height: 14px; }
QPushButton[kind="link"]:disabled { color: $faint; }
QPushButton[kind="link"][flush="true"] { padding-left: 0; }
QPushButton[kind="link"][flush="true"]:focus {
    border: none; border-bottom: 2px solid $accent; border-radius: 0; padding: 1px 3px 0 0;
    min-height: 15px;
}
QPushButton[kind="suggestion"] {
    background: $warning_bg; color: $warning; border: 1px solid $warning_bg;
    border-radius: ${chip}px; padding: 0 7px; min-height: 18px; font-weight: 600;
}
QPushButton[kind="suggestion"]:hover { border-color: $warning; }
QPushButton[kind="suggestion"]:focus {
    border: 2px solid $accent; padding: 0 6px; min-height: 16px;
}
QPushButton[kind="segment"] {
    border-radius: 0; border-left-width: 0; background: $panel; min-height: 30px;
}
QPushButton[kind="segment"][place="first"], QPushButton[kind="segment"][place="only"] {
    border-left-width: 1px;
    border-top-left-radius: ${control}px; border-bottom-left-radius: ${control}px;
}
QPushButton[kind="segment"][place="last"], QPushButton[kind="segment"][place="only"] {
    border-top-right-radius: ${control}px; border-bottom-right-radius: ${control}px;
}
QPushButton[kind="segment"]:hover { background: $hover; border-color: $line; }
QPushButton[kind="segment"]:checked { background: $accent_bg; color: $accent; }
QPushButton[kind="segment"]:focus { border: 2px solid $accent; padding: 0 12px; }
QPushButton[kind="segment"]:disabled { color: $faint; }
QPushButton[kind="key"] {
    background: $panel; color: $muted; border: 1px solid $line; border-radius: 4px;
    padding: 0 5px; min-height: 17px; font-weight: 400;
}
QPushButton[kind="key"]:hover { color: $text; }
QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: ${chip}px;
    padding: 4px; outline: none;
}
QToolButton:hover { background: $pointed; }
QToolButton:pressed, QToolButton:checked { background: $accent_bg; }
QToolButton:focus { border: 2px solid $accent; padding: 3px; }
QToolButton[kind="slim"] { padding: 0 3px; }
QToolButton[kind="slim"]:focus { padding: 0 2px; }
QToolButton::menu-indicator { image: none; }
"""

_FIELDS = """
QLineEdit, QSpinBox, QDoubleSpinBox, QDateTimeEdit, QComboBox, QPlainTextEdit, QTextEdit {
    background: $panel; border: 1px solid $line; border-radius: ${control}px;
    placeholder-text-color: $muted;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QDateTimeEdit, QComboBox {
    padding: 0 11px; min-height: 28px;
}
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QDateTimeEdit:hover, QComboBox:hover {
    border-color: $line_strong;
}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateTimeEdit:focus, QComboBox:focus {
    border: 2px solid $accent; padding: 0 10px; min-height: 26px;
}
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $accent; }
QLineEdit[wrong="true"], QComboBox[wrong="true"], QSpinBox[wrong="true"] { border-color: $bad; }
QLineEdit:disabled, QSpinBox:disabled, QDateTimeEdit:disabled, QComboBox:disabled,
QPlainTextEdit:disabled {
    background: $side; color: $muted;
}
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit, QDateTimeEdit QLineEdit, QComboBox QLineEdit {
    background: transparent; border: none; border-radius: 0; padding: 0; min-height: 0;
}
QLineEdit:read-only { background: $side; }
QPlainTextEdit[kind="flat"], QPlainTextEdit[kind="log"] {
    background: transparent; border: none; border-radius: 0;
}
QPlainTextEdit[kind="flat"]:focus, QPlainTextEdit[kind="log"]:focus { border: none; }
QPlainTextEdit[kind="log"] { color: $muted; }
QComboBox::drop-down, QDateTimeEdit::drop-down { border: none; width: 26px; }
QComboBox::down-arrow, QDateTimeEdit::down-arrow {
    image: url("$controls-down.svg"); width: 12px; height: 12px;
}
QComboBox QAbstractItemView {
    background: $panel; border: 1px solid $line; padding: 4px; outline: none;
    selection-background-color: $accent_bg; selection-color: $text;
}
QComboBox QAbstractItemView::item {
    min-height: 26px; padding: 0 6px; border-radius: ${chip}px;
}
QComboBox QAbstractItemView::item:selected { background: $accent_bg; color: $text; }
QSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    subcontrol-origin: border; width: 22px; border: none; background: transparent;
}
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-position: top right; top: 2px; }
QSpinBox::down-button, QDoubleSpinBox::down-button {
    subcontrol-position: bottom right; bottom: 2px;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {
    image: url("$controls-up.svg"); width: 11px; height: 11px;
}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
    image: url("$controls-down.svg"); width: 11px; height: 11px;
}
/* The ring is the focus; the platform's own rectangle inside it would be a second one. */
QCheckBox, QRadioButton {
    spacing: 8px; padding: 1px 2px; border: 1px solid transparent; outline: none;
}
QCheckBox:focus, QRadioButton:focus { border: 1px solid $accent; border-radius: 4px; }
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid $faint; background: $panel;
}
QCheckBox::indicator { border-radius: 4px; }
QListView::indicator {
    width: 14px; height: 14px; border: 1px solid $faint; border-radius: 4px; background: $panel;
}
QListView::indicator:hover { border-color: $accent; }
QListView::indicator:checked {
    background: $accent; border-color: $accent; image: url("$controls-check.svg");
}
QListView::indicator:disabled { background: $track; border-color: $track; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$controls-check.svg");
}
QCheckBox::indicator:indeterminate {
    background: $accent; border-color: $accent; image: url("$controls-dash.svg");
}
QRadioButton::indicator:checked {
    background: $accent; border-color: $accent; image: url("$controls-dot.svg");
}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {
    background: $track; border-color: $track;
}
"""

_VIEWS = """
QAbstractItemView { background: transparent; border: none; outline: none; }
/* What a completer shows is a window: nothing would be behind it but black. */
QListView { background: $panel; }
QListView[kind="popup"] {
    border: 1px solid $line; padding: 4px;
    selection-background-color: $accent_bg; selection-color: $text;
}
QListView[kind="popup"]::item { padding: 4px 6px; }
QListWidget { background: transparent; }
QTreeView::branch { background: transparent; border-image: none; }
QTreeView::branch:has-children:closed { image: url("$controls-right.svg"); }
QTreeView::branch:has-children:open { image: url("$controls-down.svg"); }
QTreeView::item, QListView::item, QTableView::item { border: none; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section {
    background: transparent; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: 0 7px; height: 36px;
}
QHeaderView::section:hover { color: $text; }
QHeaderView::up-arrow { image: url("$controls-up.svg"); width: 10px; height: 10px; }
QHeaderView::down-arrow { image: url("$controls-down.svg"); width: 10px; height: 10px; }
QTabWidget::pane { border: none; border-top: 1px solid $line; top: -1px; }
QTabBar { background: transparent; border: none; qproperty-drawBase: 0; qproperty-expanding: 0; }
QTabBar::tab {
    background: transparent; color: $muted; border: none;
    border-bottom: 2px solid transparent; padding: 6px 0 7px 0; margin-right: 14px;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QTabBar::tab:disabled { color: $faint; }
QProgressBar {
    background: $track; border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
    text-align: center;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }
"""

_MENUS = """
QMenu {
    background: $panel; border: 1px solid $line; border-radius: ${control}px; padding: 5px;
}
QMenu::item {
    padding: 6px 26px 6px 12px; border-radius: ${chip}px; background: transparent; color: $text;
}
QMenu::item:selected { background: $accent_bg; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 5px 6px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; padding-left: 6px; }
QMenu::indicator:checked { image: url("$controls-menu-check.svg"); }
QMenu::right-arrow { image: url("$controls-right.svg"); width: 12px; height: 12px; }
QMenuBar { background: $side; border-bottom: 1px solid $line; padding: 1px 6px; }
QMenuBar::item { padding: 4px 9px; border-radius: ${chip}px; background: transparent; }
QMenuBar::item:selected { background: $accent_bg; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 11px; margin: 0; }
QScrollBar:horizontal { height: 11px; margin: 0; }
QScrollBar::handle { background: $thumb; border-radius: 3px; margin: 2px 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; margin: 3px 2px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $track; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
    width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
    background: $panel; border: 1px solid $faint;
}
QSlider::handle:horizontal:focus { border: 2px solid $accent; }
"""


def stylesheet(tokens: Tokens, icons: Path) -> str:
    """The style sheet for `tokens`; `icons` holds ``controls/`` with the small marks it names."""
    scheme = "dark" if tokens.dark else "light"
    values = {
        name: getattr(tokens, name) for name in Tokens.__slots__ if name not in ("dark", "kinds")
    }
    return Template(_BASE + _SURFACES + _BUTTONS + _FIELDS + _VIEWS + _MENUS).substitute(
        values,
        chip=Radius.CHIP,
        control=Radius.CONTROL,
        card=Radius.CARD,
        controls=(icons / "controls" / scheme).as_posix(),
        line_strong=mix(tokens.line, tokens.faint, 0.4),
        pointed=mix(tokens.side, tokens.line, 0.6),
        thumb=mix(tokens.line, tokens.faint, 0.35),
        accent_strong=mix(tokens.accent, tokens.text, 0.12),
        accent_deep=mix(tokens.accent, tokens.text, 0.25),
        bad_strong=mix(tokens.bad, tokens.text, 0.12),
        ring_accent=mix(tokens.accent, tokens.on_accent, 0.65),
        ring_bad=mix(tokens.bad, tokens.on_bad, 0.65),
    )


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from `first` to `second` (all ``#RRGGBB``)."""
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
