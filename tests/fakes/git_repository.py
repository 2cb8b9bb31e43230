"""Real git repositories for tests, untouched by the machine's own git settings."""

import os
import subprocess
from pathlib import Path

WHEN = "2025-04-05T14:30:00+0200"
"""When commits are made."""


class GitRepository:
    """A repository in `root`, with one commit unless told otherwise."""

    def __init__(self, root: Path, *, commit: bool = True) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        if commit:
            self.commit({"README.md": "A model."})

    def git(self, *arguments: str, when: str = WHEN) -> str:
        """Run git; what it prints. What it commits is of `when`."""
        environment = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_COMMITTER_DATE": when,
        }
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, files: dict[str, str]) -> None:
        """Write files, without telling git."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def commit(self, files: dict[str, str], when: str = WHEN) -> str:
        """Write and commit files; the commit's id."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "A change", when=when)
        return self.git("rev-parse", "HEAD")
