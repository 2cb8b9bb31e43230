"""The docker command line of this machine, for comparison."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def docker_command(url: str, *, with_buildkit: bool) -> tuple[list[str], dict[str, str]] | None:
    """The first that can use a builder of the engine at `url`, and the variables it is to be
    called with. Newer ones need a plugin for BuildKit, older ones have it built in."""
    environment = {**os.environ, "DOCKER_HOST": url, "DOCKER_BUILDKIT": str(int(with_buildkit))}
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "Dockerfile").write_text("FROM scratch\nLABEL a=b\n")
        for program in dict.fromkeys(filter(None, (shutil.which("docker"), "/usr/bin/docker"))):
            command = [program, "build", "--quiet", empty]
            try:
                done = subprocess.run(command, env=environment, capture_output=True, check=False)
            except OSError:
                continue
            if done.returncode == 0:
                return [program], environment
    return None
