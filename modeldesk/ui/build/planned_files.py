"""The files that a plan is of, for whoever looks at them while its texts are typed (no Qt)."""

from threading import Lock

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.listing import Listing, list_folder


class PlannedFiles:
    """What is in the planned folder, or was in the planned commit: read once, by the first worker
    that asks."""

    def __init__(self, plan: BuildPlan) -> None:
        self._folder = plan.folder.path
        self._listing = plan.listing
        self._lock = Lock()

    def get(self, token: CancelToken) -> Listing:
        """The files as they were then. Raises `FolderError`, `Cancelled`."""
        with self._lock:
            if self._listing is None:
                self._listing = list_folder(self._folder, token)
            return self._listing
