"""Looking inside an image that is chosen, in a window beside the page."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from modeldesk.core.contents.model import ArchiveImage
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.words import tr
from modeldesk.ui.compare.pick_dialog import ListArchive, PickDialog
from modeldesk.ui.compare.picks import (
    Pick,
    PlacePick,
    base_layers,
    pick_text,
    place_of,
)
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.contents_store import Subject
from modeldesk.ui.inspector.inside_window import InsideWindow
from modeldesk.ui.links import CompareLink
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.tokens import Tone


def look_inside(
    context: Context, source: ContentsSource, pick: Pick, address: str, over: QWidget
) -> InsideWindow | None:
    """The window on what is picked: the one that is open already, else another. `address` is
    the engine's, empty while there is none; versions then can't be read, and that is said."""
    snapshot = context.hub.snapshot
    try:
        place = place_of(snapshot, pick, address)
    except ModelDeskError as error:
        context.say(str(error), Tone.WARNING)
        return None
    for window in over.findChildren(InsideWindow):
        if window.subject.place == place and window.isVisible():
            window.raise_()
            window.activateWindow()
            return window
    name = pick_text(snapshot, pick)
    subject = Subject(place, name, 0, CompareLink(), base_layers(snapshot, pick))
    window = InsideWindow(context, source, subject, over)
    window.show()
    return window


def look_inside_archive(
    context: Context,
    source: ContentsSource,
    list_archive: ListArchive,
    path: Path,
    over: QWidget,
) -> None:
    """The window on an archive's image, which a person chooses where there are several. What is
    no archive is said."""

    def listed(names: tuple[str, ...]) -> None:
        if len(names) < 2:
            look_inside(context, source, PlacePick(ArchiveImage(path)), "", over)
            return
        title = tr("Choose an image to look inside")
        dialog = PickDialog(context, list_archive, title, over)
        dialog.picked.connect(lambda pick: look_inside(context, source, pick, "", over))
        dialog.offer(path, names)
        dialog.open()

    context.tasks.submit(
        lambda job: list_archive(path, job.token),
        lane=Lane.INTERACTIVE,
        title=tr("Look into the archive"),
        owner=over,
        on_result=listed,
        on_error=lambda error: context.say(str(error), Tone.BAD),
        show_in_activity=False,
    )
