"""Modules that are imported where the window does not wait for them, and goes first."""

import importlib
import sys
import threading
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from modeldesk.core.courtesy import Courtesy

SOON = ("modeldesk.pages", "modeldesk.ui.library.page", "modeldesk.core.engine.watch")
"""What is needed soon after the first paint."""
LATER = (
    "modeldesk.ui.build.page",
    "modeldesk.ui.compare.images_view",
    "modeldesk.ui.releases.page",
    "modeldesk.ui.run.dialog",
    "modeldesk.ui.activity.page",
    "modeldesk.ui.cleanup.page",
    "modeldesk.ui.find.page",
    "modeldesk.ui.settings.page",
    "modeldesk.core.deployment_watch.watch",
    "modeldesk.core.release_events.sender",
)
"""What a first click on each page would have to wait for."""
_SHORT_S = 0.01
"""Whoever looks for a module holds the interpreter's lock of imports, which the window may come to
want."""


def import_all(modules: tuple[str, ...], courtesy: Courtesy) -> None:
    """Import `modules` in this worker thread. Before each, and each that they import in turn, the
    window goes first."""
    between = _Between(courtesy)
    # Other threads go through the list meanwhile: it is replaced, never altered.
    sys.meta_path = [between, *sys.meta_path]
    try:
        for module in modules:
            importlib.import_module(module)
    finally:
        sys.meta_path = [finder for finder in sys.meta_path if finder is not between]


class _Between(MetaPathFinder):
    """Finds nothing; gives way whenever this thread is about to load a module."""

    def __init__(self, courtesy: Courtesy) -> None:
        self._courtesy = courtesy
        self._thread = threading.get_ident()

    def find_spec(
        self, _name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None: whoever comes next finds it."""
        if threading.get_ident() == self._thread and not _window_imports():
            self._courtesy.give_way(_SHORT_S)
        return None


def _window_imports() -> bool:
    """Whether the window's thread is importing, and so may wait for what is loaded here."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    return frame is not None and frame.f_code.co_filename.startswith("<frozen importlib")
