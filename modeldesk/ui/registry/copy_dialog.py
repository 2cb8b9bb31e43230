"""Asks where an image of a registry is to be copied, and for which platforms."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.references import Reference
from modeldesk.core.registry.copying import CopyRequest
from modeldesk.core.registry.documents import platforms_of
from modeldesk.core.registry.ports import Registries
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.registry.form_dialog import FormDialog
from modeldesk.ui.registry.target_fields import TargetFields
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PrimaryButton
from modeldesk.ui.widgets.label import Label

_MOST_PLATFORMS = 6


class CopyDialog(FormDialog):
    """The registry is asked for the platforms meanwhile; it need not have answered."""

    def __init__(
        self,
        context: Context,
        registries: Callable[[], Registries],
        source: Reference,
        repositories: Sequence[str],
        on_copy: Callable[[CopyRequest], object],
        parent: QWidget,
    ) -> None:
        """`source` with its tag and digest, as far as they are known."""
        shown = presentation.printable(str(source).partition("@")[0])
        super().__init__(
            tr("Copy to another registry"),
            tr("Copy {name}", name=shown),
            PrimaryButton(tr("Copy")),
            parent,
        )
        self._source = source
        self._on_copy = on_copy
        own = "" if is_mutable(source.tag) else source.tag
        others = [name for name in repositories if name != source.name]
        self.fields = TargetFields(others, own, several=False)
        self.note = Label("", TextStyle.LABEL, "muted", wrap=True)
        self._row = QHBoxLayout()
        self._row.setSpacing(Space.M)
        self.platforms: list[QCheckBox] = []
        self.body.addWidget(self.fields)
        self.body.addWidget(self.note)
        self.body.addLayout(self._row)
        self.note.setText(
            tr("It comes with all its platforms and what is attached to it; what is there "
               "already does not move, and the tag is given last.")
        )  # fmt: skip
        self.fields.changed.connect(self._tell)
        self.act.setDefault(True)
        self.fields.repository.setFocus()
        self.act.clicked.connect(self._accept)
        self._tell()
        self._looking = context.tasks.submit(
            lambda job: _platforms(registries(), source, job),
            lane=Lane.INTERACTIVE,
            title="",
            owner=self,
            on_result=self._offer,
            on_error=self._unknown,
            show_in_activity=False,
        )
        self.finished.connect(lambda _code: self._looking.abandon())

    def _offer(self, platforms: tuple[str, ...]) -> None:
        if not 1 < len(platforms) <= _MOST_PLATFORMS:
            return
        for platform in platforms:
            box = QCheckBox(presentation.printable(platform))
            box.setChecked(True)
            box.toggled.connect(lambda _on: self._tell())
            self.platforms.append(box)
            self._row.addWidget(box)
        self._row.addStretch(1)
        self._tell()

    def _unknown(self, error: ModelDeskError) -> None:
        self.note.set_color("warning")
        self.note.setText(presentation.printable(str(error)))
        self.make_room()

    def _tell(self) -> None:
        chosen = not self.platforms or any(box.isChecked() for box in self.platforms)
        self.act.setEnabled(len(self.fields.references) == 1 and chosen)
        self.make_room()

    def _accept(self) -> None:
        chosen = [box.text() for box in self.platforms if box.isChecked()]
        every = len(chosen) == len(self.platforms)
        source = replace(self._source, tag="") if self._source.digest else self._source
        request = CopyRequest(source, self.fields.references[0], () if every else tuple(chosen))
        self._on_copy(request)
        self.accept()


def _platforms(registries: Registries, source: Reference, job: Job) -> tuple[str, ...]:
    registry = registries.at(source.registry)
    wanted = source.digest or source.tag
    return platforms_of(registry.manifest(source.repository, wanted, job.token))
