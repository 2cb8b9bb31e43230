"""Names of images: ``registry/repository:tag@digest``, read and written as docker does."""

import re
from dataclasses import dataclass, replace

from modeldesk.core.errors import InvalidReference
from modeldesk.core.words import tr

DEFAULT_REGISTRY = "docker.io"
_DEFAULT_NAMES = (DEFAULT_REGISTRY, "index.docker.io")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_HOST = re.compile(
    r"(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::[0-9]+)?"
)
_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """An image's name. `registry` is a host (``docker.io`` when none was given); `tag` and
    `digest` may each be empty. Equal names compare equal however they were written."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read a name by docker's rules; no tag is assumed when none is given.

        Raises `InvalidReference` with a sentence that says which part is wrong.
        """
        name, at, digest = text.strip().partition("@")
        if at and not _DIGEST.fullmatch(digest):
            raise InvalidReference(
                tr("“{text}” is not an image name: its digest is malformed.", text=text),
                tr("A digest looks like sha256: followed by 64 hexadecimal digits."),
            )
        head, slash, rest = name.partition("/")
        if slash and _is_host(head):
            registry, path = head, rest
        else:
            registry, path = DEFAULT_REGISTRY, name
        path, colon, tag = path.partition(":")
        if colon:
            check_tag(tag)
        if not _HOST.fullmatch(registry) or not _PATH.fullmatch(path) or len(name) > _LONGEST_NAME:
            raise InvalidReference(
                tr("“{text}” is not an image name.", text=text),
                tr("Use lower-case letters, digits, and . _ - / between them."),
            )
        if registry in _DEFAULT_NAMES:
            registry = DEFAULT_REGISTRY
            path = path.removeprefix("library/")
        return cls(registry, path, tag, digest)

    @property
    def name(self) -> str:
        """Registry and repository as docker prints them: docker.io stays unsaid."""
        if self.registry == DEFAULT_REGISTRY:
            return self.repository
        return f"{self.registry}/{self.repository}"

    def with_tag(self, tag: str) -> "Reference":
        """The same repository under another tag, without digest."""
        check_tag(tag)
        return replace(self, tag=tag, digest="")

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


def check_tag(tag: str) -> None:
    """Raise `InvalidReference` unless a registry would accept `tag`."""
    if not _TAG.fullmatch(tag):
        raise InvalidReference(
            tr("“{tag}” can't be a tag.", tag=tag),
            tr(
                "Use up to 128 letters, digits, underscores, dots and dashes, "
                "beginning with a letter, digit or underscore."
            ),
        )


def check_repository(repository: str) -> None:
    """Raise `InvalidReference` unless a registry would accept `repository`."""
    if not _PATH.fullmatch(repository) or len(repository) > _LONGEST_NAME:
        raise InvalidReference(
            tr("“{text}” is not an image name.", text=repository),
            tr("Use lower-case letters, digits, and . _ - / between them."),
        )


def check_registry(registry: str) -> str:
    """The host of a registry as references name it. Raises `InvalidReference` for what can't
    stand before a repository."""
    name = registry.strip()
    if not _HOST.fullmatch(name) or not _is_host(name):
        raise InvalidReference(
            tr("“{registry}” can't be a registry.", registry=registry),
            tr("Give its host, with the port where it has one, such as registry.lan:5000."),
        )
    return DEFAULT_REGISTRY if name in _DEFAULT_NAMES else name


def _is_host(name: str) -> bool:
    """As docker tells a registry from the first part of a repository."""
    return "." in name or ":" in name or name == "localhost"
