"""The view of two recipes with all it needs, on an engine in memory."""

from pathlib import Path

from PySide6.QtCore import QObject

from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.trial.model import Trial
from modeldesk.ui.compare.trial_store import TrialState
from modeldesk.ui.compare.trial_view import TrialView, make_trial_view
from modeldesk.ui.making import at_once
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.gui.compare.bench import multi_stage, single_stage
from tests.gui.parts import Heard, make_context
from tests.unit.core.trial.bench import Bench as CoreBench
from tests.unit.core.trial.bench import app_folder, measured


class TrialBench(QObject):
    """What a test takes hold of. Call `close` at its end."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        super().__init__()
        self.core = CoreBench()
        self.online = True
        self.tasks = TaskRunner()
        self.home = folder
        self.context = make_context(
            theme, self.tasks, folder, engine=lambda: self.core.engine if self.online else None
        )
        self.heard = Heard(self.context)
        self.context.hub.publish_connection(
            Connection(ConnectionState.CONNECTED, self.core.engine.info)
        )
        self.view: TrialView = at_once(make_trial_view(self.context, self.core.service))

    def model_folder(self, name: str = "recommendation") -> Path:
        """A folder to measure."""
        made = self.home / name
        made.mkdir(exist_ok=True)
        return app_folder(made)

    def keep(self, trial: Trial) -> None:
        """A trial is on record."""
        self.core.records.add_trial(trial)

    @property
    def state(self) -> TrialState:
        return self.view.store.state

    def close(self) -> None:
        """Leave nothing behind."""
        self.core.contents.gate.set()
        self.tasks.shutdown(10)
        self.view.close()
        self.view.deleteLater()
        self.deleteLater()


def realistic(model: str = "recommendation") -> Trial:
    """A trial of images as people build them."""
    return measured(single_stage(), multi_stage(), model=model)
