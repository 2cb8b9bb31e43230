"""Container engines newer than the machine's, for tests: the programs of a newer Debian, on this
machine's kernel, processes, control groups and network.

Their tests see no difference from an engine of the machine's own: what a container publishes is
at the loopback address, its processes are in the machine's list, and temporary folders are shared.
"""

import hashlib
import json
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import debian
import debian_root
import kept_archives
from console import Problem, say

SETTINGS = "dockerd.json"
"""The engine's own settings, in its folder."""
PROGRAMS = "bin"
"""In its folder: its programs, to be called as if they were the machine's."""

_ENTER = Path(__file__).resolve().parent / "nested_root.sh"
_PACKAGES = ("docker.io", "docker-buildx", "docker-cli", "iptables", "procps", "ca-certificates")
# By their paths: in the search path there stand the programs of the same names made here.
_CALLED = ("/usr/sbin/dockerd", "/usr/bin/docker")


@dataclass(frozen=True, slots=True)
class NewerEngine:
    """`suite` is the Debian whose engine it is."""

    name: str
    suite: str
    settings: Mapping[str, object] = field(default_factory=dict)


ALL = (
    NewerEngine("26", "trixie"),
    NewerEngine("28", "forky"),
    NewerEngine("28-containerd", "forky", {"features": {"containerd-snapshotter": True}}),
)


def lay(newer: NewerEngine, folder: Path) -> Path:
    """Put its programs and settings into `folder`; return where the programs are. Raises
    `Problem` when its Debian can't be made."""
    root, programs = folder / "root", folder / PROGRAMS
    root.mkdir()
    subprocess.run(["tar", "-C", str(root), "-xf", str(_archive(newer.suite))], check=True)
    for own in ("resolv.conf", "hosts"):
        shutil.copyfile(f"/etc/{own}", root / "etc" / own)
    (folder / SETTINGS).write_text(json.dumps(dict(newer.settings)), encoding="ascii")
    programs.mkdir()
    for called in _CALLED:
        words = ["exec", "unshare", "--mount", "sh", str(_ENTER), str(root), called]
        program = programs / Path(called).name
        program.write_text(f'#!/bin/sh\n{shlex.join(words)} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    return programs


def _archive(suite: str) -> Path:
    """The tar of a Debian with an engine, made where no earlier run left one."""
    digest = hashlib.sha256(f"{suite} {_PACKAGES}".encode()).hexdigest()[:8]
    kept = kept_archives.folder() / f"engine-{suite}-{digest}.tar"
    if kept.is_file():
        kept.touch()
        return kept
    say(f"Making a Debian {suite} with its engine (once, about a minute)")
    debian.install(debian_root.PACKAGES)
    try:
        with kept_archives.kept_as(kept) as partial:
            debian_root.make(suite, partial, _PACKAGES)
    except subprocess.CalledProcessError as error:
        raise Problem(
            f"A Debian {suite} could not be made:\n{str(error.output)[-2000:]}"
        ) from error
    kept_archives.clear_old("engine-*.tar")
    return kept
