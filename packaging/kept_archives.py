"""Archives that are costly to make, kept between runs."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_KEPT_SECONDS = 30 * 24 * 3600


def folder() -> Path:
    """Where they are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "modeldesk-tests"


@contextmanager
def kept_as(archive: Path) -> Iterator[Path]:
    """Where to write it; it gets its name when it is whole."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_name(f"{archive.name}.{os.getpid()}")
    try:
        yield partial
        partial.replace(archive)
    finally:
        partial.unlink(missing_ok=True)


def clear_old(pattern: str) -> None:
    """Delete those that match and were not used for a month."""
    for other in folder().glob(pattern):
        if time.time() - other.stat().st_mtime > _KEPT_SECONDS:
            other.unlink(missing_ok=True)
