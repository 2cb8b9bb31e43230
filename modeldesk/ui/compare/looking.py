"""Looking inside an image that is chosen, in a window beside the page."""

from PySide6.QtWidgets import QWidget

from modeldesk.core.errors import ModelDeskError
from modeldesk.ui.compare.picks import Pick, base_layers, pick_text, place_of
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.contents_store import Subject
from modeldesk.ui.inspector.inside_window import InsideWindow
from modeldesk.ui.links import CompareLink
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
        context.say(f"{error.message} {error.hint}".strip(), Tone.WARNING)
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
