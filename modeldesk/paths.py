"""Where the program keeps its files, by each platform's custom."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Paths:
    """The program's own folders and files. Nothing is created by asking."""

    settings: Path
    database: Path
    log: Path

    @classmethod
    def of_user(cls) -> "Paths":
        """The user's own; all under ``MODELDESK_HOME`` when that variable is set."""
        home = os.environ.get("MODELDESK_HOME")
        if home:
            base = Path(home)
            return cls(base / "settings.json", base / "modeldesk.sqlite", base / "modeldesk.log")
        folders = platformdirs.PlatformDirs("modeldesk", appauthor=False)
        return cls(
            folders.user_config_path / "settings.json",
            folders.user_data_path / "modeldesk.sqlite",
            folders.user_log_path / "modeldesk.log",
        )
