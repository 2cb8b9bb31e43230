"""What is sent is what the docker command line sends."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.core.build_context.ignore import DOCKERIGNORE
from tests.engine.sent_contexts import Catcher, compare, make_folder, sent_by_us

PATTERNS = (
    "",
    "# nothing\n#hash",
    " #hash",
    "*",
    "**",
    "*\n!serve.py",
    "*\n!src",
    "*\n!**/*.md",
    "data\n!**/*.csv",
    "*\n!*/*.py\n!models/*",
    "*\n!src/**\nsrc/**/*.pyc",
    "**\n!data/raw/deep/2.csv",
    "data\n!data/README.md",
    "data/\n!data/raw",
    "data/*\n!data/raw\ndata/raw/deep",
    "/data\n/a.txt/",
    "./data/../docs/a",
    "//src//pkg",
    "**/*.pyc\n**/__pycache__",
    "**/.git\n**/node_modules",
    "*.txt",
    "*/*.txt",
    "**/*.txt",
    "a?",
    "a??\n[a-b].txt\n[^a].txt",
    "?",
    "[[]x]",
    "\\[x\\]",
    "x\\*y\nback\\\\slash",
    "!bang\n\\!bang",
    "v\\d",
    "v[0-9]*",
    "models/*/weights.bin",
    "models/**/weights.bin",
    "models/**",
    "**/v1",
    "**v1",
    "**/v*/**",
    "docs\n!docs/a/b\ndocs/a/b/c",
    "!docs\ndocs/a",
    "Dockerfile\n.dockerignore",
    "**/Dockerfile",
    "*.md\n!README.md",
    "*.md\n!README*.md\nREADME-secret.md",
    "  serve.py\t\n\r\nab\r",
    "\ufeffserve.py\nab",
    "sp ace",
    "模*",
    "caf?",
    "..\n../outside\n.",
    "/",
    "**/a*/**/[b-d]*",
    "[",
    "a[",
    "!",
    "! ",
    "[]a]",
    "[a-]",
    "\\",
    "[z-a]",
)

READ_OTHERWISE_BEFORE_25 = (
    "docs/**/d.md\n!docs/a",
    "docs/a\n!docs",
    "\udce9*\ncaf\udcff",
    "-rf\n^x\n]",
)


@pytest.fixture(scope="module")
def catcher() -> Iterator[Catcher]:
    if shutil.which("docker") is None:
        pytest.skip("needs the docker command line")
    made = Catcher()
    yield made
    made.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
    make_folder(folder)
    return folder


@pytest.mark.parametrize("patterns", PATTERNS)
def test_what_is_sent_is_what_docker_sends(catcher: Catcher, folder: Path, patterns: str) -> None:
    compare(catcher, folder, patterns)


@pytest.mark.parametrize("patterns", READ_OTHERWISE_BEFORE_25)
def test_what_is_sent_is_what_newer_dockers_send(
    catcher: Catcher, folder: Path, patterns: str
) -> None:
    """Corners that Docker 23 to 25 mended."""
    told = subprocess.run(["docker", "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"version (\d+)", told.stdout)
    if version is None or int(version[1]) < 25:
        pytest.skip("this docker command line reads these patterns in an older way")
    compare(catcher, folder, patterns)


def test_exceptions_with_wildcards_reach_further_with_buildkit(folder: Path) -> None:
    """The one difference between the builders: the classic one does not look into an excluded
    folder for what a wildcard could bring back."""
    ignore = folder / DOCKERIGNORE
    ignore.write_text("*\n!**/*.md")
    try:
        classic, buildkit = sent_by_us(folder), sent_by_us(folder, classic=False)
    finally:
        ignore.unlink()
    assert classic is not None
    assert buildkit is not None
    assert classic.keys() < buildkit.keys()
    assert buildkit.keys() - classic.keys() == {
        "data/README.md",
        "docs/a/b.md",
        "docs/a/b/c/d.md",
    }
