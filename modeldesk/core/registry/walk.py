"""Everything that belongs to an image in a registry: its platforms, and what is attached."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from modeldesk.core.errors import NotInRegistry, RegistryDenied, RegistryError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.documents import named_by
from modeldesk.core.registry.model import Manifest
from modeldesk.core.registry.ports import Registry
from modeldesk.core.words import tr

_DEEPEST = 5
_MOST = 2_000
"""Manifests of one image: honest indexes have some dozens."""
_SPEAKS = re.compile(r"(sha256|sha512)-([0-9a-f]{64,128})(?:\..*)?")
MOVE_TYPE = "application/vnd.io.modeldesk.channel.move.v1+json"
"""Of a move of a channel, as an artifact. It tells what was done in its repository: it does not
come along to another one, and outlives the version that it speaks of."""
_MOVE_TAG = re.compile(r"sha256-[0-9a-f]{64}\.channel\.[0-9a-f]{16}")


@dataclass(slots=True)
class Walked:
    """Manifests of an image by digest: what one names comes before it, what is attached to it
    after it."""

    root: str
    manifests: dict[str, Manifest] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    """Tags that stand for what speaks of one of them, such as a signature, with its digest."""


def spoken_of(tag: str) -> str:
    """The digest of the manifest that is spoken of under this tag, by the custom of signatures
    and of registries without a list of what is attached; empty for another tag."""
    found = _SPEAKS.fullmatch(tag)
    return f"{found[1]}:{found[2]}" if found else ""


def walk(registry: Registry, repository: str, root: Manifest, token: CancelToken) -> Walked:
    """All that is to be copied, or to go, with `root`."""
    found = Walked(root.digest)
    walking = _Walk(registry, repository, token, found.manifests)
    walking.add(root, 0)
    left = _speaking(registry, repository, token)
    # What is attached may have something attached to it, found by its tag alone.
    while ours := [tag for tag in left if spoken_of(tag) in found.manifests]:
        left = [tag for tag in left if tag not in set(ours)]
        for tag in ours:
            try:
                manifest = registry.manifest(repository, tag, token)
            except NotInRegistry:
                continue
            walking.add(manifest, 1)
            found.tags[tag] = manifest.digest
    return found


def _speaking(registry: Registry, repository: str, token: CancelToken) -> list[str]:
    """Tags of what speaks of something. What stands for the list of attachments is read as such,
    and is written by whoever attaches."""
    try:
        tags = registry.tags(repository, token)
    except (RegistryDenied, NotInRegistry):
        # Who may read an image need not be allowed to list, and it may be there without any tag.
        return []
    return [tag for tag in tags if "." in tag and spoken_of(tag) and not _MOVE_TAG.fullmatch(tag)]


class _Walk:
    def __init__(
        self,
        registry: Registry,
        repository: str,
        token: CancelToken,
        found: dict[str, Manifest],
    ) -> None:
        self._registry = registry
        self._repository = repository
        self._token = token
        self._found = found

    def add(self, manifest: Manifest, depth: int) -> None:
        if manifest.digest in self._found:
            return
        if depth > _DEEPEST or len(self._found) >= _MOST:
            raise RegistryError(
                tr("The indexes of {name} lead into each other.", name=self._repository)
            )
        for member in named_by(manifest).members:
            self._fetch(member.digest, depth)
        self._found[manifest.digest] = manifest
        for one in self._registry.referrers(self._repository, manifest.digest, self._token):
            if one.artifact_type != MOVE_TYPE:
                # A list that is a tag outlives what it names, when garbage is collected.
                with suppress(NotInRegistry):
                    self._fetch(one.digest, depth)

    def _fetch(self, digest: str, depth: int) -> None:
        if digest not in self._found:
            found = self._registry.manifest(self._repository, digest, self._token)
            self.add(found, depth + 1)
