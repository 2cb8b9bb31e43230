"""Where the program keeps what it knows."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.opening import open_path
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label


class FilesSection(Card):
    """Each file, with the way to its folder."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(tr("Files"), parent=parent)
        self._context = context
        paths = context.paths
        for name, path in (
            (tr("Settings"), paths.settings),
            (tr("History of builds and releases"), paths.database),
            (tr("Log"), paths.log),
        ):
            self.body.addLayout(self._file_row(name, path))
        self.body.addWidget(
            Label(
                tr(
                    "Passwords and other secrets are in none of these files. Images and "
                    "containers are the engine's own."
                ),
                TextStyle.LABEL,
                "muted",
                wrap=True,
            )
        )

    def _file_row(self, name: str, path: Path) -> QHBoxLayout:
        label = Label(name)
        label.setFixedWidth(200)
        link = LinkButton(tr("open folder"))
        link.setAccessibleName(tr("Open the folder of: {name}", name=name))
        link.clicked.connect(partial(self._open_folder, path))
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(label)
        row.addWidget(ElidedLabel(str(path), TextStyle.MONO_SMALL, "muted"), 1)
        row.addWidget(link)
        return row

    def _open_folder(self, path: Path) -> None:
        open_path(self._context, path.parent)
