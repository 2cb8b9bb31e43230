"""What to measure: a folder, what its multi-stage image is held against, and how often."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidInput
from modeldesk.core.trial.model import MOST_RUNS, RUNS, SampleRequest, Single, TrialRequest
from modeldesk.core.trial.sample import read_sample
from modeldesk.core.trial.words import cache_note, published, single_meaning
from modeldesk.core.words import tr
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.choose_folder import choose_folder
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.number_field import NumberField
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.tab_order import HandsOn

_RUNS_WIDTH = 90


class TrialForm(Card):
    """Holds what was chosen. `changed` says that it may be usable now, or no more."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("One folder, two recipes, measured"), parent=parent)
        self._given: Path | None = None
        self.folder = _path_field()
        self.choose = PlainButton(tr("Choose…"))
        self.single = Segmented(
            [(Single.NAIVE.value, tr("Naive single stage")),
             (Single.PROPOSED.value, tr("Proposed single stage"))],
            tr("What multi-stage is held against"),
        )  # fmt: skip
        self.meaning = Label(style=TextStyle.NOTE, color="muted", wrap=True)
        self.runs = NumberField(1, MOST_RUNS, RUNS)
        self.runs.setFixedWidth(_RUNS_WIDTH)
        self.sample = _path_field()
        self.sample.setPlaceholderText(tr("an example that the folder holds, if there is one"))
        self.choose_sample = PlainButton(tr("Choose…"))
        self.keep = QCheckBox(tr("Keep both images"))
        self._lay_out()
        self.folder.textChanged.connect(lambda _: self._edited())
        self.sample.textChanged.connect(lambda _: self._edited())
        self.choose.clicked.connect(self._ask_folder)
        self.choose_sample.clicked.connect(self._ask_sample)
        self.single.chosen.connect(lambda _: self._say_meaning())
        self._say_meaning()

    @property
    def usable(self) -> bool:
        """Whether a folder was named."""
        return bool(self.folder.text().strip())

    def show_folder(self, folder: Path) -> None:
        """Have this folder measured."""
        self.folder.setText(printable(str(folder)))
        self._given = folder

    def request(self) -> TrialRequest | None:
        """What was chosen; None, with an error shown, where it can't be used."""
        sample: SampleRequest | None = None
        if path := self.sample.text().strip():
            try:
                sample = read_sample(Path(path).expanduser())
            except InvalidInput as error:
                self._sample_field.set_error(str(error))
                return None
        return TrialRequest(
            self._folder_path(),
            Single(self.single.current),
            self.runs.value(),
            sample,
            self.keep.isChecked(),
        )

    def _folder_path(self) -> Path:
        """The folder as it was given, where its name can't be typed."""
        text = self.folder.text().strip()
        if self._given is not None and printable(str(self._given)) == text:
            return self._given
        return Path(text).expanduser()

    def _lay_out(self) -> None:
        self._sample_field = Field(
            tr("Request for a prediction (JSON)"), _beside(self.sample, self.choose_sample)
        )
        self.body.addWidget(Field(tr("Model folder"), _beside(self.folder, self.choose)))
        against = QVBoxLayout()
        against.setSpacing(Space.XS)
        against.addWidget(Label(tr("Multi-stage against"), TextStyle.LABEL, "muted"))
        against.addWidget(self.single)
        against.addWidget(self.meaning)
        self.body.addLayout(against)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(Field(tr("Cold starts of each"), self.runs), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._sample_field, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.body.addWidget(self.keep)
        self.body.addSpacing(Space.XS)
        self.body.addWidget(Label(cache_note(), TextStyle.NOTE, "muted", wrap=True))
        self.body.addWidget(Label(published(), TextStyle.NOTE, "muted", wrap=True))
        self.body.addStretch(1)

    def _say_meaning(self) -> None:
        self.meaning.setText(single_meaning(Single(self.single.current)))

    def _edited(self) -> None:
        self._sample_field.clear_error()
        self.changed.emit()

    def _ask_folder(self) -> None:
        choose_folder(
            self.window(),
            lambda chosen: self.show_folder(Path(chosen)),
            tr("Choose the model folder to measure"),
        )

    def _ask_sample(self) -> None:
        dialog = QFileDialog(self.window(), tr("Choose a request"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters(["JSON (*.json)", tr("All files (*)")])
        dialog.fileSelected.connect(self.sample.setText)
        dialog.open()


def _path_field() -> QLineEdit:
    field = QLineEdit()
    field.setFont(font(TextStyle.MONO_SMALL))
    return field


def _beside(field: QLineEdit, button: PlainButton) -> QWidget:
    both = HandsOn()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.S)
    row.addWidget(field, 1)
    row.addWidget(button)
    both.hand_on_to(field)
    return both
