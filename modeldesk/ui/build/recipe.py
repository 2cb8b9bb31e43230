"""The Dockerfile that will be built, what is kept out of the image, and what is generated."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.model_folder.model import KeptOut
from modeldesk.core.recipes.choice import Stages, single_only
from modeldesk.core.recipes.dockerfile import Recipe
from modeldesk.core.words import tr, trn
from modeldesk.ui.presentation import count, printable, size
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.code_view import CodeView
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.tabs import Tabs

_NAMED = 4
_OWN_PAGES = 2
_LEAST_BESIDE = 480
"""Under this width the sentence stands below the buttons."""


class RecipeCard(Card):
    """The texts of a build; the Dockerfile can be edited for the build at hand. How many stages a
    proposed one has can be chosen."""

    stages_chosen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(padded=True, parent=parent)
        self._theme = theme
        self._given = ""
        self.dockerfile = CodeView(theme)
        self.dockerfile.set_name(tr("Dockerfile"))
        self.dockerfile.set_editable(True)
        self.ignore = CodeView(theme)
        self.ignore.set_name(".dockerignore")
        self.stages = StagesChoice()
        self.note = Label(style=TextStyle.LABEL, color="faint", wrap=True)
        self.kept_out = Label(style=TextStyle.LABEL, color="muted", wrap=True)
        self.revert = LinkButton(tr("undo edits"))
        self.tabs = Tabs(tr("Texts of the build"))
        self.tabs.addTab(_page(self.stages, self.note, self.dockerfile), tr("Dockerfile"))
        self.tabs.addTab(_page(self.kept_out, self.ignore), ".dockerignore")
        self.tabs.setCornerWidget(self.revert)
        self.body.addWidget(self.tabs, 1)
        self.dockerfile.text_changed.connect(self._edited)
        self.revert.clicked.connect(self._undo)
        self.stages.buttons.chosen.connect(lambda _: self.stages_chosen.emit())

    @property
    def edited_text(self) -> str | None:
        """The Dockerfile when a person changed it, else None."""
        text = self.dockerfile.text()
        return text if text != self._given else None

    def show_plan(self, plan: BuildPlan, recipe: Recipe | None, own_text: str) -> None:
        """Show the proposed `recipe`, or the folder's own Dockerfile, `own_text`, for None."""
        self.stages.setVisible(recipe is not None)
        if recipe is not None:
            self.stages.show_stages(recipe.stages, single_only(plan.folder))
        self._given = _as_shown(recipe.dockerfile if recipe else own_text)
        self.dockerfile.set_text(self._given)
        ignore = recipe.dockerignore if recipe and recipe.dockerignore else ""
        self.ignore.set_text(ignore or plan.dockerignore)
        kept = plan.folder.kept_out if plan.folder.dockerignore else ()
        if recipe and ignore:
            kept = recipe.kept_out
        has_rules = bool(ignore or plan.dockerignore)
        self.kept_out.setText(_kept_text(kept, has_rules))
        self._show_generated(plan.serving.texts if plan.serving else {})
        self._edited()

    def _show_generated(self, texts: Mapping[str, str]) -> None:
        """A page for each generated file, behind the others."""
        while page := self.tabs.widget(_OWN_PAGES):
            self.tabs.removeTab(_OWN_PAGES)
            page.deleteLater()
        for path, text in texts.items():
            view = CodeView(self._theme)
            view.set_name(path)
            view.set_text(text)
            said = tr("{path} is generated. It is sent with the folder, not written into it.",
                      path=path)  # fmt: skip
            note = Label(said, TextStyle.LABEL, color="faint", wrap=True)
            self.tabs.addTab(_page(note, view), PurePosixPath(path).name)

    def _edited(self) -> None:
        changed = self.edited_text is not None
        self.revert.setVisible(changed)
        # Another text would take the place of the edits.
        self.stages.set_free(not changed)
        self.note.setText(
            tr("Edited for this build. The folder stays as it is.")
            if changed
            else tr("Edits are for this build only.")
        )
        self.dockerfile.mark_line(None)

    def _undo(self) -> None:
        self.dockerfile.set_text(self._given)
        self._edited()


class StagesChoice(QWidget):
    """How many stages the Dockerfile has, and what follows from it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = Segmented(
            [(Stages.SINGLE.value, tr("Single stage")), (Stages.MULTI.value, tr("Multi-stage"))],
            tr("Stages of the Dockerfile"),
        )
        self.consequence = Label(style=TextStyle.LABEL, color="muted", wrap=True)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(Space.S)
        self._row.addWidget(self.buttons)
        self._row.addWidget(self.consequence, 1)
        self._why_single = ""

    @property
    def current(self) -> Stages:
        """The choice."""
        return Stages(self.buttons.current)

    def show_stages(self, stages: Stages, why_single: str) -> None:
        """Show the choice; `why_single` says why there is no other, if so."""
        self._why_single = why_single
        self.buttons.choose(stages.value)
        self.consequence.setText(why_single or _consequence(stages))
        self.set_free(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= _LEAST_BESIDE
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._row.setDirection(way)

    def set_free(self, free: bool) -> None:
        """Whether another can be chosen now, which edits of the text forbid."""
        edited = "" if free else tr("Undo your edits to choose.")
        why = {Stages.SINGLE: edited, Stages.MULTI: self._why_single or edited}
        for stages, reason in why.items():
            here = stages is self.current
            self.buttons.set_option_enabled(stages.value, here or not reason, reason)


def _page(*parts: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, Space.S, 0, 0)
    column.setSpacing(Space.S)
    for part in parts[:-1]:
        column.addWidget(part)
    column.addWidget(parts[-1], 1)
    return page


def _consequence(stages: Stages) -> str:
    if stages is Stages.MULTI:
        return tr("Compilers and leftovers stay out of the image.")
    return tr("Simple; compilers and leftovers stay in the image.")


def _as_shown(text: str) -> str:
    """The text as an editor gives it back, so that only a person's edits make a difference."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _kept_text(kept: tuple[KeptOut, ...], has_rules: bool) -> str:
    if not has_rules:
        return tr("There is none: every file of the folder is sent to the engine.")
    if not kept:
        return tr("Keeps nothing out that is in the folder now.")
    named = [
        tr("{pattern} ({size})", pattern=printable(one.pattern), size=size(one.size_bytes))
        for one in kept[:_NAMED]
    ]
    more = len(kept) - _NAMED
    if more > 0:
        named.append(trn("{count} more pattern", "{count} more patterns", more))
    files = sum(one.files for one in kept)
    return trn(
        "Keeps {number} file out: {names}",
        "Keeps {number} files out: {names}",
        files,
        number=count(files),
        names=", ".join(named),
    )
