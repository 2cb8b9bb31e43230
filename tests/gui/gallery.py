"""Every piece of the kit on one sheet, as pictures: ``python -m tests.gui.gallery FOLDER``.

Writes gallery-light@1x.png, gallery-dark@1x.png and both at twice the scale.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from modeldesk import resources
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui import presentation
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.charts.series import TimeSeriesSpec
from modeldesk.ui.charts.size_history import SizeHistoryChart
from modeldesk.ui.charts.time_series import TimeSeriesChart
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import (
    DangerButton,
    IconButton,
    LinkButton,
    PlainButton,
    PrimaryButton,
)
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipRow, ChipSpec
from modeldesk.ui.widgets.code_view import CodeView
from modeldesk.ui.widgets.copy_label import CopyLabel
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.label import Label, page_title
from modeldesk.ui.widgets.layer_stack import LayerStack, StackSegment
from modeldesk.ui.widgets.log_view import LogView
from modeldesk.ui.widgets.nav_rail import NavItem, NavRail
from modeldesk.ui.widgets.number_field import NumberField
from modeldesk.ui.widgets.search_field import SearchField
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.step_list import Step, StepList, StepState
from modeldesk.ui.widgets.table import Table
from modeldesk.ui.widgets.tabs import Tabs
from modeldesk.ui.widgets.task_progress import TaskProgress
from modeldesk.ui.widgets.toast import Toaster
from modeldesk.ui.widgets.two_line_list import TwoLineList, TwoLineRow

KINDS = LayerKind
_NOW = datetime(2025, 4, 5, 14, 31, tzinfo=UTC)
_SIZES = (
    ("v1.0.0", (120, 41, 1690, 2, 310)),
    ("v1.1.0", (120, 41, 1700, 2, 311)),
    ("v1.2.0", (120, 103, 1960, 2, 315)),
    ("v1.2.1", (120, 103, 1960, 2, 315)),
    ("v1.3.0", (120, 38, 690, 2, 340)),
    ("v1.3.1", (120, 38, 690, 2, 340)),
    ("v1.4.0", (120, 38, 402, 2, 341)),
    ("v1.4.1", (120, 38, 403, 2, 341)),
    ("v1.5.0-rc1", (120, 38, 403, 2, 355)),
)


def bars() -> list[SizeBar]:
    """The nine versions of the design's chart."""
    return [
        SizeBar(
            label,
            label,
            tuple((kind, mb * 10**6) for kind, mb in zip(KINDS, sizes, strict=False)),
        )
        for label, sizes in _SIZES
    ]


class Version:
    """A row of the table."""

    def __init__(
        self, tag: str, chips: tuple[ChipSpec, ...], mb: int, change: float, days: float
    ) -> None:
        self.tag, self.chips, self.mb, self.change, self.days = tag, chips, mb, change, days


_VERSIONS = [
    Version("v1.5.0-rc1", (ChipSpec("candidate", Tone.ACCENT),), 918, 0.014, 0.09),
    Version("v1.4.1", (), 905, 0.001, 1.1),
    Version(
        "v1.4.0",
        (ChipSpec("stable", Tone.GOOD), ChipSpec(":5000", Tone.GOOD, dot=True)),
        904,
        -0.237,
        3,
    ),
    Version("v1.3.1", (), 1190, 0, 12),
    Version("v1.3.0", (ChipSpec("tag moved in registry", Tone.WARNING),), 1190, -0.526, 15),
    Version("v1.2.1", (ChipSpec("deprecated"),), 2500, 0, 36),
    Version("experiment-with-an-absurdly-long-name-票据识别-" + "x" * 60, (), 88, 0, 400),
]


def version_columns() -> list[Column[Version]]:
    """The columns of the library's table."""
    return [
        Column("version", "Version", _version_cell, stretch=True, sort=lambda v: v.tag),
        Column("size", "Size", _size_cell, align="right", sort=lambda v: v.mb),
        Column("change", "Change", _change_cell, align="right"),
        Column("accuracy", "accuracy", lambda _v: Cell("0.943"), align="right"),
        Column("commit", "Commit", lambda _v: Cell("9f31c0a", mono=True, muted=True)),
        Column("created", "Created", _created_cell),
        Column("where", "Where", lambda _v: Cell("Local + registry", muted=True)),
    ]


def _version_cell(version: Version) -> Cell:
    return Cell(version.tag, version.chips, bold=True, tooltip=version.tag)


def _size_cell(version: Version) -> Cell:
    return Cell(presentation.size(version.mb * 10**6))


def _change_cell(version: Version) -> Cell:
    return Cell(presentation.signed_percent(version.change), muted=True)


def _created_cell(version: Version) -> Cell:
    return Cell(presentation.age(_NOW - timedelta(days=version.days), _NOW), muted=True)


class Gallery(QWidget):
    """The sheet."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAutoFillBackground(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail())
        row.addWidget(self._side())
        row.addLayout(self._middle(), 1)
        row.addWidget(self._inspector())
        row.addLayout(self._controls())
        self.toaster = Toaster(theme, self)

    def _rail(self) -> QWidget:
        rail = NavRail(
            self._theme,
            [
                NavItem("library", "Library", Icon.LIBRARY),
                NavItem("build", "Build", Icon.BUILD),
                NavItem("releases", "Releases", Icon.RELEASES),
                NavItem("activity", "Activity", Icon.ACTIVITY),
            ],
            [NavItem("settings", "Settings", Icon.SETTINGS)],
        )
        rail.select("library")
        rail.set_badge("activity", 2)
        return rail

    def _side(self) -> QWidget:
        side = QFrame()
        side.setProperty("kind", "side-left")
        side.setFixedWidth(272)
        column = QVBoxLayout(side)
        column.setContentsMargins(10, 14, 11, 0)
        column.setSpacing(Space.S)
        column.addWidget(SearchField("Search models, tags, digests", "Ctrl K"))
        rows = TwoLineList(self._theme, name="Models")
        rows.set_rows(
            [
                TwoLineRow("h", "Models", right="6", header=True),
                TwoLineRow(
                    "recommendation",
                    "recommendation",
                    "9 versions · 6.8 GB unique",
                    dot=Tone.GOOD,
                    spark=(2.15, 2.17, 2.5, 2.5, 1.19, 1.19, 0.9, 0.91, 0.92),
                ),
                TwoLineRow(
                    "fraud",
                    "fraud-detector",
                    "5 versions · 2.1 GB unique",
                    dot=Tone.GOOD,
                    spark=(1, 2, 2, 3, 4),
                ),
                TwoLineRow("churn", "churn", "12 versions · 3.4 GB unique", spark=(3, 4, 3, 5, 1)),
                TwoLineRow(
                    "ocr",
                    "ocr-zh · 票据识别",
                    "4 versions · 7.2 GB unique",
                    dot=Tone.WARNING,
                    spark=(1, 1, 3, 4),
                ),
                TwoLineRow("long", "a-name-far-too-long-for-the-side-bar" * 2, "1 version"),
                TwoLineRow("h2", "Other images", right="14", header=True),
                TwoLineRow("python", "python", "2 tags · base of 31 versions"),
            ]
        )
        rows.select_key("recommendation")
        column.addWidget(rows, 1)
        return side

    def _middle(self) -> QVBoxLayout:
        theme = self._theme
        column = QVBoxLayout()
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(page_title("recommendation"))
        head.addStretch(1)
        head.addWidget(PlainButton("Build new version"))
        head.addWidget(PlainButton("Run…"))
        head.addWidget(PlainButton("Push"))
        head.addWidget(PrimaryButton("Roll back to v1.3.1"))
        column.addLayout(head)
        marks = QHBoxLayout()
        marks.setSpacing(Space.S)
        chips = ChipRow(theme)
        chips.set_chips(
            [
                ChipSpec("stable → v1.4.0", Tone.GOOD),
                ChipSpec("candidate → v1.5.0-rc1", Tone.ACCENT),
                ChipSpec("2 suggestions", Tone.WARNING),
                ChipSpec("failed", Tone.BAD),
                ChipSpec("deprecated"),
            ]
        )
        marks.addWidget(chips)
        where = "registry.lan:5000/team · 9 versions · 6.8 GB unique of 14.2 GB"
        marks.addWidget(ElidedLabel(where, color="muted"), 1)
        column.addLayout(marks)
        self.chart = SizeHistoryChart(theme)
        self.chart.set_bars(bars())
        self.chart.select("v1.4.0")
        card = Card()
        card.setFixedHeight(239)
        card.body.addWidget(self.chart)
        column.addWidget(card)
        model = KeyedModel(version_columns(), lambda v: v.tag, self)
        model.set_rows(_VERSIONS)
        table = Table(theme, model, sortable=True, name="Versions")
        table.select_key("v1.4.0")
        holder = Card(padded=False)
        holder.body.addWidget(table)
        column.addWidget(holder, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.L - 2)
        row.addWidget(self._steps(), 3)
        row.addWidget(self._log(), 2)
        column.addLayout(row)
        column.addLayout(self._live())
        return column

    def _steps(self) -> QWidget:
        card = Card("Step 5 of 7")
        card.header.insertWidget(
            1, Label("· context sent 352 MB of 352 MB · 312 MB/s", color="muted")
        )
        card.add_header_widget(Label("elapsed 9.8 s", color="muted"))
        progress = TaskProgress(self._theme, vertical=True)
        progress.set_state("Building recommendation v1.5.0-rc1", 0.64)
        card.body.addWidget(progress.bar)
        steps = StepList(self._theme)
        steps.set_steps(
            [
                Step("1", "base python:3.11-slim-bookworm", StepState.DONE, "cached"),
                Step("2", "builder 1/2 COPY requirements.lock", StepState.DONE, "cached"),
                Step(
                    "3",
                    "builder 2/2 RUN pip install -r requirements.lock",
                    StepState.DONE,
                    "cached",
                    "saved 71 s",
                ),
                Step("4", "final 1/4 COPY --from=builder /venv", StepState.FAILED, "3.0 s"),
                Step("5", "final 2/4 COPY model.safetensors", StepState.RUNNING, "4.1 s"),
                Step("6", "final 3/4 COPY serve.py preprocess.py /app/", StepState.WAITING),
                Step("7", "final 4/4 HEALTHCHECK, USER, CMD", StepState.CANCELLED),
            ]
        )
        steps.setFixedHeight(steps.content_height())
        card.body.addWidget(steps)
        return card

    def _log(self) -> QWidget:
        card = Card()
        log = LogView(self._theme, title="Log")
        log.append(
            [
                "[builder 2/2] CACHED",
                "[final 1/4] COPY --from=builder /venv /venv",
                "[final 2/4] transferring 352.4 MB",
                "\x1b[31mred\x1b[0m 10 %\r100 % 票据识别",
            ]
        )
        log.flush()
        card.body.addWidget(log)
        code = CodeView(self._theme)
        code.set_text(
            "# Generated for a scikit-learn model\nFROM python:3.11-slim AS builder\n"
            "RUN python -m venv /venv\nRUN pip install \\\n    -r requirements.lock\nUSER app\n"
        )
        code.mark_line(3, Tone.BAD)
        card.body.addWidget(code)
        return card

    def _live(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.L - 2)
        cpu = TimeSeriesChart(self._theme, TimeSeriesSpec("CPU", "%", least_top=100))
        memory = TimeSeriesChart(
            self._theme,
            TimeSeriesSpec(
                "Memory",
                lambda v: presentation.size(round(v)),
                series=("v1.4.0", "v1.5.0"),
                limit=512e6,
                base=1e6,
            ),
        )
        for second in range(150):
            cpu.add(second, 40 + 30 * ((second * 37) % 17) / 17)
            memory.add(second, 2e8 + 1e6 * ((second * 7) % 11), 0)
            memory.add(second, 2.4e8 + 1e6 * second, 1)
        for chart in (cpu, memory):
            card = Card()
            card.setFixedHeight(170)
            card.body.addWidget(chart)
            row.addWidget(card)
        return row

    def _inspector(self) -> QWidget:
        theme = self._theme
        panel = QFrame()
        panel.setProperty("kind", "panel-right")
        panel.setFixedWidth(373)
        column = QVBoxLayout(panel)
        column.setContentsMargins(Space.L + 1, Space.L, Space.L, Space.L)
        column.setSpacing(Space.S)
        head = QHBoxLayout()
        head.addWidget(Label("v1.4.0", TextStyle.SUBTITLE))
        chips = ChipRow(theme)
        chips.set_chips([ChipSpec("stable", Tone.GOOD)])
        head.addWidget(chips)
        head.addStretch(1)
        head.addWidget(IconButton(theme, Icon.MORE, "More"))
        column.addLayout(head)
        digest = CopyLabel()
        full = "sha256:5b1e" + "0" * 56 + "c04a"
        digest.set_value(presentation.short_digest(full), full)
        column.addWidget(digest)
        tabs = Tabs()
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, Space.M, 0, 0)
        inside.setSpacing(Space.L)
        inside.addLayout(self._figures())
        layers = TwoLineList(theme, lined=True, name="Layers")
        layers.set_rows(_layer_rows())
        layers.setFixedHeight(layers.content_height())
        inside.addWidget(layers)
        tabs.addTab(page, "Layers")
        for name in ("Files", "Metadata", "Config", "History"):
            tabs.addTab(QWidget(), name)
        column.addWidget(tabs)
        empty = EmptyState(
            theme, Icon.FOLDER, "Drop a model folder here.", "It becomes a version.", "Choose…"
        )
        column.addWidget(empty, 1)
        column.addWidget(Skeleton(theme, rows=3))
        return panel

    def _figures(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        stack = LayerStack(self._theme)
        stack.set_segments(
            [
                StackSegment(str(kind), kind, mb * 10**6)
                for kind, mb in zip(KINDS, (120, 38, 402, 2, 341), strict=False)
            ]
        )
        stack.setFixedSize(64, 148)
        row.addWidget(stack)
        figures = KeyValueList()
        figures.set_rows(
            [
                KeyValue("Total", "904 MB"),
                KeyValue("Only in this version", "343 MB"),
                KeyValue("Compressed in registry", "371 MB"),
                KeyValue("Reclaimable", "1.20 MB"),
                KeyValue("Efficiency", "99.9 %", Tone.GOOD),
            ]
        )
        right = QVBoxLayout()
        right.addWidget(figures)
        right.addStretch(1)
        row.addLayout(right, 1)
        return row

    def _controls(self) -> QVBoxLayout:
        theme = self._theme
        column = QVBoxLayout()
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        for tone in (Tone.BAD, Tone.WARNING, Tone.ACCENT):
            banner = Banner(theme)
            banner.present(
                Notice(
                    "The engine does not answer.",
                    "unix:///var/run/docker.sock: permission denied.",
                    ("Try again",),
                    tone,
                )
            )
            column.addWidget(banner)
        buttons = QHBoxLayout()
        off = PrimaryButton("Disabled")
        off.setEnabled(False)
        for button in (
            DangerButton("Roll back"),
            DangerButton("Cancel build", filled=False),
            off,
            LinkButton("edit"),
        ):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        card = Card("Version")
        card.body.addWidget(
            Segmented(
                [("semantic", "Semantic"), ("commit", "Commit"), ("time", "Timestamp")], "Scheme"
            )
        )
        self.focused = NotedLineEdit("next after v1.4.1")
        self.focused.setText("v1.5.0-rc1")
        card.body.addWidget(Field("Tag", self.focused))
        wrong = NotedLineEdit("from git")
        wrong.setText("latest")
        field = Field("Also tag", wrong)
        field.set_error("A channel's name can't name a version.")
        card.body.addWidget(field)
        combo = QComboBox()
        combo.setFont(font(TextStyle.MONO_SMALL))
        combo.addItems(["candidate", "stable"])
        card.body.addWidget(Field("Channel", combo))
        card.body.addWidget(Field("Port", NumberField(1, 65535, 5000)))
        for text, on in (("Git tag v1.5.0-rc1 when it succeeds", True), ("Start canary", False)):
            box = QCheckBox(text)
            box.setChecked(on)
            card.body.addWidget(box)
        radio = QRadioButton("Multi-stage")
        radio.setChecked(True)
        card.body.addWidget(radio)
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setValue(40)
        card.body.addWidget(bar)
        column.addWidget(card)
        menu = QMenu(self)
        for text in ("Run…", "Move channel here", "Copy digest"):
            menu.addAction(text)
        menu.addSeparator()
        gone = menu.addAction("Remove…")
        gone.setEnabled(False)
        self.menu = menu
        icons = QHBoxLayout()
        icons.setSpacing(0)
        for number, icon in enumerate(Icon):
            if number % 13 == 0:
                icons = QHBoxLayout()
                icons.setSpacing(0)
                column.addLayout(icons)
            icons.addWidget(IconButton(theme, icon, icon.value))
        column.addWidget(Label("Text styles", TextStyle.LABEL_STRONG, "muted"))
        for style in TextStyle:
            column.addWidget(Label(f"{style.name} 0123456789 票据", style))
        progress = TaskProgress(theme)
        progress.set_state("Building churn v2.1.0 · 5/8 · 62 %", 0.62)
        column.addWidget(progress)
        column.addStretch(1)
        return column


def _layer_rows() -> list[TwoLineRow]:
    lines = (
        (LayerKind.MODEL_WEIGHTS, "in 1 version", "COPY recommendation_v2.safetensors /app/model"),
        (LayerKind.APPLICATION, "in 2 versions", "COPY serve.py preprocess.py /app/"),
        (LayerKind.DEPENDENCIES, "in 3 versions", "COPY --from=builder /venv /venv"),
        (LayerKind.SYSTEM_PACKAGES, "in 5 versions", "RUN apt-get install -y --no-install-re"),
        (LayerKind.BASE_IMAGE, "in 31 images", "python:3.11-slim-bookworm"),
    )
    sizes = (341, 2, 402, 38, 120)
    return [
        TwoLineRow(
            kind.value,
            kind.value.capitalize(),
            instruction,
            note,
            presentation.size(mb * 10**6),
            presentation.percent(mb / 904),
            parts=((kind, 1),),
            mono_subtitle=True,
        )
        for (kind, note, instruction), mb in zip(lines, sizes, strict=True)
    ]


def take(folder: Path, scale: int) -> None:
    """Write the pictures of one scale."""
    app = QApplication([])
    theme = Theme(resources.path("icons").parent)
    theme.apply(app)
    for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
        theme.set_mode(mode)
        gallery = Gallery(theme)
        gallery.resize(1900, 1400)
        gallery.show()
        gallery.toaster.say("Moved stable to v1.4.1.", Tone.GOOD, "Undo")
        gallery.focused.setFocus()
        for _ in range(5):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        _save(gallery.grab(), folder / f"gallery-{mode.value}@{scale}x.png")
        gallery.menu.popup(gallery.pos())
        _save(gallery.menu.grab(), folder / f"menu-{mode.value}@{scale}x.png")
        gallery.menu.hide()
        gallery.close()
        gallery.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _save(picture: QPixmap, path: Path) -> None:
    if not picture.save(str(path)):
        raise OSError(path)


def main() -> None:
    """Take every picture, each scale in a process of its own."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    if len(sys.argv) > 2:
        take(folder, int(sys.argv[2]))
        return
    for scale in (1, 2):
        surroundings = {**os.environ, "QT_SCALE_FACTOR": str(scale)}
        command = [sys.executable, "-m", "tests.gui.gallery", str(folder), str(scale)]
        subprocess.run(command, env=surroundings, check=True)


if __name__ == "__main__":
    main()
