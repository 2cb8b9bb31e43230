"""Giving, moving and taking tags, each with a way back where that is safe."""

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject

from modeldesk.core.build.checks import Holders
from modeldesk.core.changes import Changes
from modeldesk.core.errors import EngineUnavailable, InUse, ModelDeskError
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.library.entries import entries
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.theme.tokens import Tone

_LANE = serial("tags")


@dataclass(frozen=True, slots=True)
class TagEdit:
    """`reference` names `before` now and shall name `after`; None is nothing."""

    reference: Reference
    before: ImageId | None
    after: ImageId | None

    def reversed(self) -> "TagEdit":
        """The way back."""
        return TagEdit(self.reference, self.after, self.before)

    def apply(self, engine: ImageEngine) -> None:
        """Do it. Raises `EngineError`; `InUse` instead of taking an image's last tag, with which
        the image itself would go; `InvalidVersion` for a version's name that another image was
        given meanwhile."""
        if self.after is not None:
            if not is_mutable(self.reference.tag):
                now = datetime.now(UTC).astimezone()
                Holders(engine.list_images(), ()).check([self.reference], now, self.after)
            engine.tag_image(self.after, self.reference)
        elif self.before is not None:
            held = engine.image_summary(self.before)
            if held is not None and held.tags == (self.reference,):
                raise InUse(
                    tr("{tag} is the image's last tag, so it was kept.", tag=self.reference),
                    tr("Remove the version to remove the image too."),
                )
            engine.remove_image(str(self.reference))

    @property
    def changes(self) -> Changes:
        return Changes(images=frozenset(i for i in (self.before, self.after) if i))


class TagActions(QObject):
    """One method per intent. Each is a short task; its end is said with Undo."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    def add_tag(self, version: Version, reference: Reference) -> None:
        """Give `version` one more tag; one that moves may be taken from another image."""
        edit = TagEdit(reference, holder(self._context.hub.snapshot, reference), version.key.image)
        said = tr("{version} is also {tag} now.", version=version.name, tag=reference)
        self._perform(edit, said, undo=_can_go_back(edit, version))

    def remove_tag(self, version: Version, reference: Reference) -> None:
        """Take one of several tags off `version`."""
        edit = TagEdit(reference, version.key.image, None)
        self._perform(edit, tr("The tag {tag} is removed.", tag=reference), undo=True)

    def _perform(self, edit: TagEdit, said: str, *, undo: bool) -> None:
        def work(_job: Job) -> None:
            engine = self._context.engine()
            if engine is None:
                raise EngineUnavailable(
                    tr("No engine answers, so {tag} was left as it is.", tag=edit.reference),
                    tr("Try again when the engine is back."),
                )
            edit.apply(engine)

        def done(_: None) -> None:
            self._context.hub.publish_changes(edit.changes, self)
            if undo:
                self._context.say(
                    said,
                    Tone.GOOD,
                    tr("Undo"),
                    lambda: self._perform(edit.reversed(), _undone(edit), undo=False),
                )
            else:
                self._context.say(said, Tone.GOOD)

        def failed(error: ModelDeskError) -> None:
            self._context.hub.publish_changes(edit.changes, self)
            self._context.say(str(error), Tone.BAD)

        self._context.tasks.submit(
            work,
            lane=_LANE,
            title=_title(edit),
            owner=self,
            on_result=done,
            on_error=failed,
        )


def holder(snapshot: LibrarySnapshot, reference: Reference) -> ImageId | None:
    """The image that `reference` names now."""
    found = _version_with(snapshot, reference)
    return found.key.image if found else None


def _version_with(snapshot: LibrarySnapshot, reference: Reference) -> Version | None:
    for entry in entries(snapshot):
        for version in entry.versions:
            if reference in version.references:
                return version
    return None


def refusal(snapshot: LibrarySnapshot, version: Version, reference: Reference) -> str:
    """Why `version` can't get `reference`, as a sentence; empty when it can."""
    if not reference.tag or reference.digest:
        return tr("Give a repository and a tag, such as team/model:v1.0.0.")
    held = holder(snapshot, reference)
    if held == version.key.image:
        return tr("This version has that tag already.")
    if held is not None and not is_mutable(reference.tag):
        return tr(
            "{tag} names another version, and a version's name never moves.", tag=reference.tag
        )
    return ""


def _can_go_back(edit: TagEdit, version: Version) -> bool:
    """Taking back the only name of an image would remove the image."""
    return edit.before is not None or bool(version.references)


def _title(edit: TagEdit) -> str:
    if edit.after is None:
        return tr("Remove the tag {tag}", tag=edit.reference)
    return tr("Tag {tag}", tag=edit.reference)


def _undone(edit: TagEdit) -> str:
    return tr("{tag} is as it was.", tag=edit.reference)
