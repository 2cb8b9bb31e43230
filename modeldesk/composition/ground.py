"""What every part stands on: settings, records, locks, and who it is."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from modeldesk.composition.people import system_user
from modeldesk.core.channel_rule import own_channels
from modeldesk.core.courtesy import Courtesy
from modeldesk.core.settings import Settings
from modeldesk.core.settings_file import SettingsFile
from modeldesk.core.versioning.channels import use_own_channels
from modeldesk.late import Once
from modeldesk.paths import Paths

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from modeldesk.adapters.sqlite.database import OpenedDatabase
    from modeldesk.core.errors import RecordsError
    from modeldesk.core.ports import AnswerProbe, DeploymentLocks


class Ground:
    """Settings, records and locks, which the parts are made with."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.courtesy = Courtesy()
        self._locks_folder = paths.database.parent / "locks"
        self._records_problem: RecordsError | None = None
        self.settings_file = SettingsFile(paths.settings, _hold_settings)
        loaded = self.settings_file.read()
        self.settings = loaded.settings
        self.settings_problem = loaded.problem

    @property
    def settings(self) -> Settings:
        """As they are now; whoever changes them puts the new ones here."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings
        use_own_channels(own_channels(settings.channel_rules))

    def do_without_records(self, path: Path, problem: "RecordsError") -> None:
        """Keep what is recorded from now on in `path`, for as long as the program runs, since its
        own records can't be used; to be called before anything read them. What would have to be
        remembered is then refused."""
        self.paths = replace(self.paths, database=path)
        self._records_problem = problem

    @Once
    def probe(self) -> "AnswerProbe":
        """Asks published ports for an answer."""
        from modeldesk.adapters.http_probe import HttpAnswerProbe

        return HttpAnswerProbe()

    @Once
    def opened(self) -> "OpenedDatabase":
        """The database, and what was wrong with the file. Raises `RecordsError`."""
        from modeldesk.adapters.sqlite.database import open_database

        return open_database(self.paths.database)

    @Once
    def locks(self) -> "DeploymentLocks":
        """The same for every program of the account, wherever each keeps its records."""
        from modeldesk.adapters.file_locks import FileDeploymentLocks, folder_of_user

        return FileDeploymentLocks(self._locks_folder, folder_of_user())

    def _author(self) -> str:
        return self.settings.release_author or system_user()

    def problems(self) -> tuple[str, ...]:
        """What was wrong with the files that were read so far, in sentences."""
        opened = self.opened.problem if "opened" in self.__dict__ else ""
        return tuple(filter(None, (self.settings_problem, opened)))

    def close(self) -> None:
        """Close the files and the connections that were opened."""
        if "opened" in self.__dict__:
            self.opened.database.close()


def _hold_settings(path: Path) -> "AbstractContextManager[None]":
    from modeldesk.adapters.file_locks import hold_settings

    return hold_settings(path)


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)
