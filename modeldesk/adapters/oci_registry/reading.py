"""Reading a registry: manifests and small blobs, each held against its digest before it counts,
and lists of names."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from modeldesk.adapters.oci_registry.asking import Asking, Question, beginning, content
from modeldesk.adapters.oci_registry.errors import lied, no_catalog, not_a_registry, refusal
from modeldesk.adapters.oci_registry.lists import LARGEST_PAGE, Pages, repositories_of, tags_of
from modeldesk.adapters.oci_registry.names import (
    CATALOG,
    check_digest,
    check_reference,
    path_of,
    pull,
    true_name,
)
from modeldesk.core.errors import NotInRegistry
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Manifest
from modeldesk.core.text import printable

MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""All are asked for always: a registry hides what is not."""
LARGEST_DOCUMENT = 8 * 1024 * 1024
"""Bytes of a manifest or configuration; honest ones take a hundredth of it."""

_ACCEPTED = {"Accept": ", ".join(MANIFESTS)}
_TELLS_NOBODY = (401, 403, 404, 405, 501)


def read_manifest(asking: Asking, repository: str, reference: str, token: CancelToken) -> Manifest:
    """By tag or digest, as it is kept. Raises `RegistryLied` for what has another digest than was
    asked for, or than the registry itself says of it."""
    with _found(asking, "GET", repository, reference, token) as answer:
        found = content(asking.registry, answer, LARGEST_DOCUMENT)
        own = str(answer.headers.get("docker-content-digest", ""))
        said = answer.headers.get("content-type", "").partition(";")[0].strip()
    digest = f"sha256:{hashlib.sha256(found).hexdigest()}"
    if ":" in reference:
        check_content(asking.registry, found, reference)
        digest = reference
    elif own:
        check_digest(asking.registry, own)
        check_content(asking.registry, found, own)
    kind = said if said in MANIFESTS else _told_kind(found) or said
    return Manifest(found, kind, digest)


def read_digest(asking: Asking, repository: str, reference: str, token: CancelToken) -> str:
    """Of what a tag names, without fetching it where the registry tells."""
    with _found(asking, "HEAD", repository, reference, token) as answer:
        digest = str(answer.headers.get("docker-content-digest", ""))
    if not digest:
        # Old registries do not say it; then the manifest tells.
        return read_manifest(asking, repository, reference, token).digest
    check_digest(asking.registry, digest)
    if ":" in reference and digest != reference:
        raise lied(asking.registry, reference)
    return digest


def read_document(asking: Asking, repository: str, digest: str, token: CancelToken) -> bytes:
    """A small blob, at once."""
    check_digest(asking.registry, digest)
    path = f"{path_of(asking.registry, repository)}/blobs/{digest}"
    scope = pull(true_name(asking.registry, repository))
    with opened(asking, Question("GET", path, scope), digest, token) as answer:
        found = content(asking.registry, answer, LARGEST_DOCUMENT)
    check_content(asking.registry, found, digest)
    return found


def has_blob(asking: Asking, repository: str, digest: str, token: CancelToken) -> bool:
    """Whether it is in this very repository."""
    check_digest(asking.registry, digest)
    path = f"{path_of(asking.registry, repository)}/blobs/{digest}"
    question = Question("HEAD", path, pull(true_name(asking.registry, repository)))
    try:
        with opened(asking, question, digest, token):
            return True
    except NotInRegistry:
        return False


def read_tags(asking: Asking, repository: str, token: CancelToken) -> tuple[str, ...]:
    """Every tag, sorted as text."""
    path = f"{path_of(asking.registry, repository)}/tags/list"
    scope = pull(true_name(asking.registry, repository))
    pages = Pages(asking.registry, tags_of(asking.registry, repository))
    return _listed(asking, pages, path, scope, repository, token)


def read_repositories(asking: Asking, token: CancelToken) -> tuple[str, ...]:
    """Every repository, sorted as text. Raises `NotInRegistry` where that is not told."""
    pages = Pages(asking.registry, repositories_of(asking.registry))
    return _listed(asking, pages, "/v2/_catalog", CATALOG, "", token)


@contextmanager
def opened(
    asking: Asking, question: Question, what: str, token: CancelToken, *also: int
) -> Iterator[httpx.Response]:
    """An answer of 200 (or of a status `also` asked for), from no other kind of server. Raises
    what else it means."""
    with asking.answer(question, token) as answer:
        if answer.status_code != 200 and answer.status_code not in also:
            user = asking.user(question.scope)
            raise refusal(asking.registry, what, answer.status_code, beginning(answer), user)
        if "text/html" in answer.headers.get("content-type", ""):
            raise not_a_registry(asking.registry, beginning(answer))
        yield answer


def hasher(registry: str, digest: str) -> tuple[str, Any]:
    """What a digest was made by, and the means to make another. Raises `RegistryError`."""
    algorithm = digest.partition(":")[0]
    if algorithm not in ("sha256", "sha512"):
        raise not_a_registry(registry, f"digest {printable(digest)[:80]}")
    return algorithm, hashlib.new(algorithm)


def check_content(registry: str, found: bytes, digest: str) -> None:
    """Raises `RegistryLied` for what has another digest."""
    if not is_content(registry, found, digest):
        raise lied(registry, digest)


def is_content(registry: str, found: bytes, digest: str) -> bool:
    """Whether it has that digest. Raises `RegistryError` for one of no known kind."""
    algorithm, made = hasher(registry, digest)
    made.update(found)
    return bool(f"{algorithm}:{made.hexdigest()}" == digest)


def _found(asking: Asking, method: str, repository: str, reference: str, token: CancelToken) -> Any:
    """A manifest that is there, opened."""
    check_reference(asking.registry, reference)
    path = f"{path_of(asking.registry, repository)}/manifests/{reference}"
    scope = pull(true_name(asking.registry, repository))
    what = f"{repository}{'@' if ':' in reference else ':'}{reference}"
    return opened(asking, Question(method, path, scope, _ACCEPTED), what, token)


def _listed(
    asking: Asking, pages: Pages, path: str, scope: str, what: str, token: CancelToken
) -> tuple[str, ...]:
    while pages.query is not None:
        address = f"{path}?{pages.query}" if pages.query else path
        question = Question("GET", address, scope, {"Accept": "application/json"})
        with asking.answer(question, token) as answer:
            status = answer.status_code
            if status == 400 and pages.ask_for_any():
                continue
            if not what and status in _TELLS_NOBODY:
                known = status not in (401, 403) or asking.has_token(scope)
                if known:
                    raise no_catalog(asking.registry, f"{status} {beginning(answer)}")
            if status != 200:
                user, what = asking.user(scope), what or "_catalog"
                raise refusal(asking.registry, what, status, beginning(answer), user)
            if "text/html" in answer.headers.get("content-type", ""):
                raise not_a_registry(asking.registry, beginning(answer))
            following = answer.links.get("next", {}).get("url", "")
            pages.add(content(asking.registry, answer, LARGEST_PAGE), following, asking.base)
    return pages.names


def _told_kind(found: bytes) -> str:
    """What a document says it is; empty for nothing."""
    try:
        told = json.loads(found)["mediaType"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return told if isinstance(told, str) else ""
