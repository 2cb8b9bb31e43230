"""A setting that is typed: checked when it is left, saved when it is right."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from modeldesk.ui.widgets.field import Field, NotedLineEdit


class TextSetting(Field):
    """Shows `value`; `save` is called with what was typed once `problem` finds none in it. What
    is wrong is said beside the field, and the setting stays as it was."""

    def __init__(
        self,
        label: str,
        note: str,
        problem: Callable[[str], str],
        save: Callable[[str], None],
        placeholder: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self.line = NotedLineEdit()
        super().__init__(label, self.line, note, parent)
        self._problem = problem
        self._save = save
        self.line.setPlaceholderText(placeholder)
        self.line.editingFinished.connect(self._finished)
        self.line.textEdited.connect(self._edited)

    def show_value(self, value: str) -> None:
        """Show the setting as it is, unless something is being typed."""
        if not self.line.isModified():
            self.line.setText(value)

    def _edited(self, text: str) -> None:
        """What is repaired is not called wrong any more; what is not finished not yet."""
        if not self._problem(text.strip()):
            self.clear_error()

    def _finished(self) -> None:
        text = self.line.text().strip()
        problem = self._problem(text)
        if problem:
            self.set_error(problem)
            return
        self.clear_error()
        if self.line.isModified():
            self.line.setModified(False)
            self._save(text)
