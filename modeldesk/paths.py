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
    layers: Path
    """What was read of layers; all of it can be read again."""
    search: Path
    """Versions, ready to be looked through; all of it can be made again."""
    checkouts: Path
    """Where commits are laid out while they are built."""
    access: Path
    """The tokens of `modeldesk serve`, and its audit log."""
    serving: Path
    """What a server keeps for itself; all of it can be made again."""
    weights: Path
    """Weights of artifacts that builds take; all of them can be fetched again."""

    @classmethod
    def of_user(cls) -> "Paths":
        """The user's own; all under ``MODELDESK_HOME`` when that variable is set."""
        home = os.environ.get("MODELDESK_HOME")
        if home:
            return cls.under(Path(home))
        folders = platformdirs.PlatformDirs("modeldesk", appauthor=False)
        return cls(
            folders.user_config_path / "settings.json",
            folders.user_data_path / "modeldesk.sqlite",
            folders.user_log_path / "modeldesk.log",
            folders.user_cache_path / "layers.sqlite",
            folders.user_cache_path / "search.sqlite",
            folders.user_cache_path / "checkouts",
            folders.user_data_path / "access.sqlite",
            folders.user_cache_path / "serve",
            folders.user_cache_path / "weights",
        )

    @classmethod
    def under(cls, folder: Path) -> "Paths":
        """All in one folder."""
        return cls(
            folder / "settings.json",
            folder / "modeldesk.sqlite",
            folder / "modeldesk.log",
            folder / "layers.sqlite",
            folder / "search.sqlite",
            folder / "checkouts",
            folder / "access.sqlite",
            folder / "serve",
            folder / "weights",
        )
