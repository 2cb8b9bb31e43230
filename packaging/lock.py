"""Make the lock files again from pyproject.toml: python3 packaging/lock.py

``requirements.lock`` is what the program runs with, ``packaging/serve.lock`` has what
``modeldesk serve`` needs too, ``packaging/development.lock`` adds the tools the tests need. All
name every file by its SHA-256, for all platforms and for every Python from 3.11, and say nothing
of where the files come from: that is the business of the pip that installs them.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from environment import DEVELOPMENT_LOCK, ROOT, RUNTIME_LOCK, SERVE_LOCK

HEADER = "# Made by `python3 packaging/lock.py` from pyproject.toml. Do not edit by hand.\n"
OLDEST_PYTHON = "3.11"


def compile_lock(
    uv: Path, groups: list[str], extras: list[str], to: Path, constraint: Path | None
) -> None:
    """Write the lock `to` for the project, its `extras` and the dependency `groups`."""
    command = [str(uv), "pip", "compile", "pyproject.toml", "--universal", "--quiet"]
    command += ["--python-version", OLDEST_PYTHON, "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    for group in groups:
        command += ["--group", group]
    for extra in extras:
        command += ["--extra", extra]
    if constraint is not None:
        command += ["--constraints", str(constraint)]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    to.write_text(HEADER + text, encoding="utf-8")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        tools = Path(folder) / "tools"
        venv.create(tools, with_pip=True)
        binaries = tools / ("Scripts" if os.name == "nt" else "bin")
        pip = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "uv"]
        subprocess.run(pip, check=True)
        uv = binaries / "uv"
        compile_lock(uv, ["build"], [], RUNTIME_LOCK, None)
        compile_lock(uv, ["build"], ["serve"], SERVE_LOCK, RUNTIME_LOCK)
        compile_lock(uv, ["build", "dev"], ["serve"], DEVELOPMENT_LOCK, SERVE_LOCK)
    print("The locks are up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
