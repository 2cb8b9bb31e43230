"""Docker's buildx for the tests: the machine's own, else a Debian package's, kept aside."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import debian
import kept_archives
from console import say

PACKAGE = "docker-buildx"
_PROGRAM = "usr/libexec/docker/cli-plugins/docker-buildx"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_RELEASE = "trixie"
"""The first Debian that has the package; the program runs on the one before, too."""


def ensure() -> Path | None:
    """The program; None where there is none and none can be had, which is said. Nothing is
    installed on the machine: the package is unpacked into the folder for what tests keep."""
    kept = kept_archives.folder() / PACKAGE / "docker-buildx"
    found = shutil.which("docker-buildx")
    if found is not None or kept.is_file():
        return Path(found) if found else kept
    if not debian.can_install():
        say("No buildx: tests that need it are left out")
        return None
    with tempfile.TemporaryDirectory(prefix="modeldesk-buildx-") as name:
        folder = Path(name)
        if not (_download(folder, []) or _download(folder, _options(folder))):
            say("The package docker-buildx can't be had: tests that need it are left out")
            return None
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = kept.with_suffix(".new")
        shutil.copy2(folder / "unpacked" / _PROGRAM, new)
        new.replace(kept)
    return kept


def _options(folder: Path) -> list[str]:
    """Package lists of another release, apart from the machine's own."""
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    source = f"deb [signed-by={_KEYRING}] http://deb.debian.org/debian {_RELEASE} main\n"
    (folder / "sources.list").write_text(source, encoding="ascii")
    return [
        *("-o", f"Dir::Etc::sourcelist={folder}/sources.list"),
        *("-o", "Dir::Etc::sourceparts=/dev/null"),
        *("-o", f"Dir::State::lists={folder}/lists"),
        *("-o", f"Dir::Cache={folder}/cache"),
    ]


def _download(folder: Path, options: list[str]) -> bool:
    """Fetch the package and unpack it; whether it holds the program."""
    if options and not _run(folder, ["apt-get", "-q", *options, "update"]):
        return False
    if not _run(folder, ["apt-get", "-q", *options, "download", PACKAGE]):
        return False
    packages = [str(path) for path in folder.glob("*.deb")]
    for package in packages:
        _run(folder, ["dpkg-deb", "-x", package, str(folder / "unpacked")])
    return (folder / "unpacked" / _PROGRAM).is_file()


def _run(folder: Path, command: list[str]) -> bool:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    answer = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return answer.returncode == 0
