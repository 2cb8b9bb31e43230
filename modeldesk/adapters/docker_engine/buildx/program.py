"""Where buildx is on this machine."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr

_NAME = "docker-buildx.exe" if sys.platform == "win32" else "docker-buildx"
_SHARED = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
    "/opt/homebrew/lib/docker/cli-plugins",
    "/Applications/Docker.app/Contents/Resources/cli-plugins",
)


def find_buildx(variables: Mapping[str, str] | None = None, home: Path | None = None) -> Path:
    """The program, looked for where docker looks for its plugins, then on the search path. Raises
    `InvalidInput` when there is none."""
    variables = os.environ if variables is None else variables
    for folder in _folders(variables, home or Path.home()):
        path = folder / _NAME
        if path.is_file() and os.access(path, os.X_OK):
            return path
    found = shutil.which(_NAME, path=variables.get("PATH", ""))
    if found is None:
        raise InvalidInput(
            tr("buildx is not on this machine."),
            tr("Install it (the package docker-buildx), or choose the automatic builder."),
        )
    return Path(found)


def _folders(variables: Mapping[str, str], home: Path) -> Iterator[Path]:
    chosen = variables.get("DOCKER_CONFIG")
    yield (Path(chosen) if chosen else home / ".docker") / "cli-plugins"
    if sys.platform == "win32":
        for name in ("ProgramData", "ProgramFiles"):
            if variables.get(name):
                yield Path(variables[name]) / "Docker" / "cli-plugins"
    else:
        yield from map(Path, _SHARED)
