"""What a model's image has no use for, or must not hold: the proposed .dockerignore, as rules.

Patterns have two forms only, so that they mean here what docker makes of them: ``**/name``
(a name with ``*`` in it, at any depth) and ``name/`` (a folder at the top).
"""

import fnmatch
import re
from collections.abc import Iterable

SECRETS = (
    "**/.env*",
    "**/*.pem",
    "**/*.key",
    "**/*.p12",
    "**/*.pfx",
    "**/id_rsa*",
    "**/id_ed25519*",
    "**/.netrc",
    "**/.pypirc",
    "**/.aws",
    "**/.ssh",
    "**/.kube",
)
SECRETS_PERHAPS = (
    "**/.git-credentials",
    "**/.npmrc",
    "**/.dockercfg",
    "**/.htpasswd",
    "**/id_ecdsa*",
    "**/id_dsa*",
    "**/*.kdbx",
    "**/*.jks",
    "**/*.keystore",
    "**/credentials.json",
    "**/credentials.y*ml",
    "**/client_secret*.json",
    "**/service[-_]account*.json",
    "**/secrets.json",
    "**/secrets.toml",
    "**/secrets.y*ml",
)
"""What a program may need, and yet should be given when it runs."""
REPOSITORY = ("**/.git", "**/.svn", "**/.hg")
ENVIRONMENTS = ("**/.venv", "**/venv", "**/node_modules", "**/.conda")
LEFTOVERS = (
    "**/__pycache__",
    "**/*.pyc",
    "**/.ipynb_checkpoints",
    "**/.mypy_cache",
    "**/.pytest_cache",
    "**/.ruff_cache",
    "**/.DS_Store",
    "**/.cache",
    "**/.idea",
    "**/.vscode",
)
TRAINING = ("wandb/", "mlruns/", "lightning_logs/", "**/checkpoint-*", "tests/")
DATA = ("data/", "dataset/", "datasets/")
ALWAYS = (*SECRETS, *REPOSITORY, *ENVIRONMENTS, *LEFTOVERS, *TRAINING)

_EXAMPLES = re.compile(r"\.env[.-](example|sample|template|dist)", re.IGNORECASE)


def as_written(pattern: str) -> str:
    """The pattern's line in a .dockerignore."""
    return pattern.removesuffix("/")


def names_of(patterns: Iterable[str]) -> frozenset[str]:
    """The names in patterns that hold at any depth."""
    return frozenset(pattern.removeprefix("**/") for pattern in patterns)


class Rules:
    """Decides quickly which pattern, if any, keeps an entry out."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._top = {
            pattern.removesuffix("/"): pattern for pattern in patterns if pattern[-1] == "/"
        }
        self._anywhere = [
            (re.compile(fnmatch.translate(pattern.removeprefix("**/"))).fullmatch, pattern)
            for pattern in patterns
            if pattern[-1] != "/"
        ]
        self._known: dict[str, str] = {}

    def match(self, name: str, *, at_top: bool) -> str:
        """The pattern that keeps an entry called `name` out; empty when none does."""
        if at_top and name in self._top:
            return self._top[name]
        found = self._known.get(name)
        if found is None:
            found = next((pattern for matches, pattern in self._anywhere if matches(name)), "")
            if len(self._known) < 10_000:
                self._known[name] = found
        return found


def is_secret(pattern: str, name: str) -> bool:
    """Whether what `pattern` kept out looks like a secret."""
    return pattern in SECRETS and not is_example(name)


def is_example(name: str) -> bool:
    """Whether a file that is called like one with secrets only shows what belongs into it."""
    return bool(_EXAMPLES.fullmatch(name))
