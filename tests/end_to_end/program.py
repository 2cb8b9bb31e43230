"""The program as a process, and the sample model to feed it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modeldesk import resources
from modeldesk.core.settings import write_content
from tests.support.engine import NGINX_NEW

TIMEOUT_S = 180.0


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


class Program:
    """Runs ``modeldesk`` commands against one engine, with one home."""

    def __init__(self, engine_url: str, home: Path) -> None:
        if not (home / "settings.json").exists():
            write_content(home / "settings.json", {"gateway_image": NGINX_NEW})
        self.environment = {**os.environ, "DOCKER_HOST": engine_url, "MODELDESK_HOME": str(home)}

    def run(self, *arguments: str, extra: Mapping[str, str] | None = None) -> Finished:
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "modeldesk", *arguments],
            env={**self.environment, **(extra or {})},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, to be killed or interrupted."""
        return subprocess.Popen(
            [sys.executable, "-m", "modeldesk", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def kill(process: subprocess.Popen[str]) -> None:
    """End it as a power cut would, and read what it said, so that nothing stays open."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def sample_folder(at: Path, version: str = "v1.2.0") -> Path:
    """A copy of the sample model, with the weights of one of its versions."""
    shutil.copytree(resources.path("sample_model"), at, dirs_exist_ok=True)
    variants = resources.path("sample_model_variants")
    if (variants / version).is_dir():
        shutil.copytree(variants / version, at, dirs_exist_ok=True)
    return at


def get_json(url: str) -> Any:
    """What a served address answers."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)
