"""How new versions and releases are named and described."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from modeldesk.core.settings import Settings
from modeldesk.core.versioning.git_tags import TAG_PATTERNS, tag_name
from modeldesk.core.words import tr
from modeldesk.ui.context import SettingsStore
from modeldesk.ui.settings.checks import author_problem, base_image_problem, registry_problem
from modeldesk.ui.settings.text_setting import TextSetting
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.segmented import Segmented


class NamingSection(Card):
    """Version names, where new models belong, what they start from, and who releases."""

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(tr("New versions and releases"), parent=parent)
        self._settings = settings
        self.scheme = Segmented(
            (
                ("semantic", tr("Semantic")),
                ("commit", tr("Commit")),
                ("timestamp", tr("Timestamp")),
            ),
            tr("Version names"),
        )
        self.scheme.chosen.connect(
            lambda value: self._change(replace(self._now, version_scheme=value))
        )
        self.scheme_field = Field(tr("Version names"), self.scheme)
        self.git_tag = DropDown()
        for pattern in TAG_PATTERNS:
            self.git_tag.addItem(tag_name(pattern, "rec", "v1.4.0"), pattern)
        self.git_tag.activated.connect(
            lambda _: self._change(replace(self._now, git_tag_pattern=self.git_tag.currentData()))
        )
        self.git_tag_field = Field(tr("Git tags of versions"), self.git_tag)
        self.registry = TextSetting(
            tr("Registry and path of new models"),
            tr("Put before the repository of a model that is built for the first time"),
            registry_problem,
            lambda text: self._change(replace(self._now, default_registry=text.rstrip("/"))),
            "registry.lan:5000/team",
        )
        self.base_image = TextSetting(
            tr("Base image"),
            tr("What a proposed Dockerfile starts from"),
            base_image_problem,
            lambda text: self._change(replace(self._now, base_image=text)),
        )
        self.mirror = TextSetting(
            tr("Mirror of Docker Hub"),
            tr("Put before the names of its images in a proposed Dockerfile; empty: Docker Hub"),
            registry_problem,
            lambda text: self._change(replace(self._now, base_mirror=text.rstrip("/"))),
            "registry.example.com/hub",
        )
        self.builder = Segmented(
            (("automatic", tr("Automatic")), ("buildx", "buildx")), tr("Builder")
        )
        self.builder.chosen.connect(lambda value: self._change(replace(self._now, builder=value)))
        self.builder_field = Field(tr("Builder"), self.builder)
        self.author = TextSetting(
            tr("Your name in release histories"),
            tr("Empty: the name of your account"),
            author_problem,
            lambda text: self._change(replace(self._now, release_author=text)),
        )
        for widget in (
            self.scheme_field,
            self.git_tag_field,
            self.registry,
            self.base_image,
            self.mirror,
            self.builder_field,
            self.author,
        ):
            self.body.addWidget(widget)
        # The note below a field belongs to it, not to the next one.
        self.body.setSpacing(Space.M + 2)
        settings.changed.connect(self._show)
        self._show(settings.current)

    def _show(self, settings: Settings) -> None:
        self.scheme.choose(settings.version_scheme)
        self.scheme_field.set_note(_SCHEME_NOTES[settings.version_scheme]())
        self.git_tag.setCurrentIndex(TAG_PATTERNS.index(settings.git_tag_pattern))
        gto = settings.git_tag_pattern == TAG_PATTERNS[-1]
        self.git_tag_field.set_note(
            tr("By the rules of GTO, which reads it as a version of the model")
            if gto
            else tr("What a build gives its commit, where you ask for it")
        )
        self.registry.show_value(settings.default_registry)
        self.base_image.show_value(settings.base_image)
        self.mirror.show_value(settings.base_mirror)
        self.builder.choose(settings.builder)
        self.builder_field.set_note(_BUILDER_NOTES[settings.builder]())
        self.author.show_value(settings.release_author)

    @property
    def _now(self) -> Settings:
        return self._settings.current

    def _change(self, settings: Settings) -> None:
        self._settings.change(settings)


_BUILDER_NOTES: dict[str, Callable[[], str]] = {
    "automatic": lambda: tr("The engine’s own. Files it has already are not sent again."),
    "buildx": lambda: tr(
        "docker’s buildx on this machine, with BUILDX_BUILDER if that is set. The whole folder is "
        "sent each time."
    ),
}
_SCHEME_NOTES: dict[str, Callable[[], str]] = {
    "semantic": lambda: tr("v1.4.0: for what others build on, such as a published API"),
    "commit": lambda: tr("a1b2c3d4: for development and tests"),
    "timestamp": lambda: tr("v20250405-prod: for scheduled training"),
}
