"""Names as they stand in a registry's addresses, so that none leads elsewhere."""

import re

from modeldesk.adapters.oci_registry.errors import not_a_registry
from modeldesk.core.references import DEFAULT_REGISTRY, check_repository, check_tag
from modeldesk.core.text import printable

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def path_of(registry: str, repository: str) -> str:
    """Of a repository, from the root of the registry on. Raises `InvalidReference`."""
    return f"/v2/{true_name(registry, repository)}"


def true_name(registry: str, repository: str) -> str:
    """As its registry knows it: Docker's own images have a folder there that nobody writes.
    Raises `InvalidReference`."""
    check_repository(repository)
    if registry == DEFAULT_REGISTRY and "/" not in repository:
        return f"library/{repository}"
    return repository


def check_reference(registry: str, reference: str) -> None:
    """Raises `InvalidReference` for what can be no tag, `RegistryError` for a digest of no kind
    that is known: manifests name them, and those come from anybody."""
    if ":" in reference:
        check_digest(registry, reference)
    else:
        check_tag(reference)


def check_digest(registry: str, digest: str) -> None:
    """Raises `RegistryError`."""
    if not _DIGEST.fullmatch(digest):
        raise not_a_registry(registry, f"digest {printable(digest)[:80]}")


def pull(name: str) -> str:
    """The scope of reading a repository by its true name."""
    return f"repository:{name}:pull"


def push(name: str) -> str:
    """The scope of writing to it."""
    return f"repository:{name}:pull,push"


def delete(name: str) -> str:
    """The scope of removing from it."""
    return f"repository:{name}:delete"


CATALOG = "registry:catalog:*"
"""The scope of seeing which repositories there are."""
