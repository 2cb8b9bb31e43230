"""The context that pages get, made of real parts and a recording engine control."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from modeldesk.adapters.file_locks import hold_settings
from modeldesk.core.engine.model import (
    AttemptOutcome,
    Connection,
    ConnectionState,
    EngineAttempt,
    EngineInfo,
)
from modeldesk.core.ports import ImageEngine
from modeldesk.core.settings import Settings
from modeldesk.core.settings_file import SettingsFile
from modeldesk.paths import Paths
from modeldesk.ui.context import Context, Hub, Saying, SettingsStore
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme

if TYPE_CHECKING:
    from modeldesk.ui.links import Link

ENGINE = EngineInfo(
    address="unix:///var/run/docker.sock",
    source="Default address",
    product="Docker Engine",
    version="27.3.1",
    api_version="1.47",
    operating_system="Debian GNU/Linux 12",
    architecture="x86_64",
    storage_driver="overlay2",
    builds_with_buildkit=True,
)
CONNECTED = Connection(ConnectionState.CONNECTED, ENGINE)
LOST = Connection(ConnectionState.LOST, ENGINE)
SEARCHING = Connection(ConnectionState.SEARCHING)


def no_engine(*attempts: EngineAttempt) -> Connection:
    """The state after a search that found nothing."""
    return Connection(ConnectionState.NONE, None, attempts)


def attempt(
    outcome: AttemptOutcome, source: str = "Default address", hint: str = "", address: str = ""
) -> EngineAttempt:
    """An address that was tried."""
    return EngineAttempt(source, address or "unix:///var/run/docker.sock", outcome, hint)


class RecordedControl:
    """An engine control that remembers what was asked of it."""

    def __init__(self) -> None:
        self.retries = 0
        self.used: list[str] = []

    def retry(self) -> None:
        self.retries += 1

    def use(self, address: str) -> None:
        self.used.append(address)


def make_context(
    theme: Theme,
    tasks: TaskRunner,
    folder: Path,
    settings: Settings | None = None,
    engine: Callable[[], ImageEngine | None] = lambda: None,
    control: RecordedControl | None = None,
) -> Context:
    """A context whose files are in `folder`."""
    paths = Paths.under(folder)
    file = SettingsFile(paths.settings, hold_settings)
    chosen = file.change(Settings(), settings or Settings(theme="light"))
    store = SettingsStore(tasks, file, chosen)
    return Context(tasks, theme, store, Hub(), paths, engine, control or RecordedControl())


class Heard:
    """What a context's hub told: links that were followed and messages that were said."""

    def __init__(self, context: Context) -> None:
        self.links: list[Link] = []
        self.sayings: list[Saying] = []
        context.hub.link_followed.connect(self.links.append)
        context.hub.said.connect(self.sayings.append)

    @property
    def texts(self) -> list[str]:
        """The words of the messages."""
        return [saying.text for saying in self.sayings]
