"""The fields in which the next version is named and described."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from modeldesk.core.versioning.channels import moving_channels
from modeldesk.core.words import tr
from modeldesk.ui.build.draft import Entry, Recipes
from modeldesk.ui.build.git_fields import GitTagField, SourceField
from modeldesk.ui.build.given_fields import GivenFields
from modeldesk.ui.build.metric_fields import MetricFields
from modeldesk.ui.build.name_fields import SchemeField, TagField
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.tab_order import LaidOut

OWN, PROPOSED = "own", "proposed"
"""What the choice of a Dockerfile holds."""


class VersionFields(Card):
    """Every field, one below the other; what is in them is nothing to it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Version"), parent=parent)
        self.scheme_field = SchemeField()
        self.scheme = self.scheme_field.choice
        self.tag = NotedLineEdit()
        self.also = NotedLineEdit()
        self.also.setToolTip(tr("One tag, or several with commas or blanks between them"))
        self.channel = DropDown()
        self.model = NotedLineEdit(mono=False)
        self.repository = NotedLineEdit()
        self.dataset = NotedLineEdit()
        self.dockerfile = DropDown()
        self.no_cache = QCheckBox(tr("No cache: run every step again"))
        self.reproducible = QCheckBox(tr("Reproducible: same files, same layers"))
        self.metrics = MetricFields()
        self.given = GivenFields(theme)
        self.source = SourceField()
        self.git_tag = GitTagField()
        self.tag_field = TagField(self.tag)
        self.channel_field = Field(tr("Channel"), self.channel)
        self.fields = {
            Entry.CHANNEL: self.channel_field,
            Entry.TAG: self.tag_field,
            Entry.ALSO: Field(tr("Also tag"), self.also),
            Entry.MODEL: Field(tr("Model"), self.model),
            Entry.REPOSITORY: Field(tr("Repository"), self.repository),
        }
        self._dockerfile_field = Field(tr("Dockerfile"), self.dockerfile)
        self._arrange()

    def set_editable(self, editable: bool) -> None:
        """Let the choices be changed, or only read."""
        for edit in (
            self.tag,
            self.also,
            self.model,
            self.repository,
            self.dataset,
            *self.metrics.edits.values(),
        ):
            edit.setReadOnly(not editable)
        for widget in (
            self.scheme,
            self.channel,
            self.given,
            self.no_cache,
            self.reproducible,
        ):
            widget.setEnabled(editable)
        self.source.choose.setVisible(editable)
        self.git_tag.set_editable(editable)
        self.dockerfile.setEnabled(editable and self.dockerfile.count() > 1)

    def show_dockerfiles(self, recipes: Recipes) -> None:
        """Offer the Dockerfiles there are."""
        self.dockerfile.clear()
        if recipes.own:
            self.dockerfile.addItem(tr("The folder’s own"), OWN)
        if recipes.proposed:
            self.dockerfile.addItem(tr("Proposed"), PROPOSED)
        self._dockerfile_field.setVisible(self.dockerfile.count() > 1)

    def show_channels(self) -> None:
        """Offer the channels there are by now, none of them chosen."""
        self.channel.clear()
        self.channel.addItem(tr("none"), "")
        for name in moving_channels():
            self.channel.addItem(name, name)

    def _arrange(self) -> None:
        self.show_channels()
        content = LaidOut()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        # The fields are its stops, and bring themselves into sight.
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._area, 1)
        # While it is empty: it is measured here, and all that is in it with it.
        self._area.setWidget(content)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, Space.XS, 0)
        self._column.setSpacing(Space.M)
        self._column.addWidget(self.source)
        self._column.addWidget(self.scheme_field)
        self._column.addWidget(self.fields[Entry.TAG])
        self._column.addWidget(self.fields[Entry.ALSO])
        self._column.addWidget(self.channel_field)
        self._column.addWidget(self.fields[Entry.MODEL])
        self._column.addWidget(self.fields[Entry.REPOSITORY])
        self._column.addWidget(self.metrics)
        self._column.addWidget(Field(tr("Dataset version"), self.dataset))
        self._column.addWidget(self._dockerfile_field)
        self._column.addWidget(self.given)
        switches = QVBoxLayout()
        switches.setSpacing(Space.S)
        for switch in (self.git_tag, self.no_cache, self.reproducible):
            switches.addWidget(switch)
        self._column.addLayout(switches)
        self._column.addStretch(1)
