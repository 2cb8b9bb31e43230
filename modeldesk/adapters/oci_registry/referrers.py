"""Lists of what is attached to a manifest: the registry's own, or the tag that stands for one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modeldesk.adapters.oci_registry.asking import Asking, Question, beginning, content
from modeldesk.adapters.oci_registry.errors import not_a_registry, refusal
from modeldesk.adapters.oci_registry.names import check_digest, path_of, pull, true_name
from modeldesk.adapters.oci_registry.reading import LARGEST_DOCUMENT
from modeldesk.core.image_documents import size_in
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Descriptor, Manifest

INDEX = "application/vnd.oci.image.index.v1+json"

_MOST_PAGES = 100
_NO_SUCH_LIST = (400, 404, 405, 501)
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """As a registry keeps it: entries are written again with all that they say."""

    entries: tuple[Entry, ...] = ()

    @property
    def descriptors(self) -> tuple[Descriptor, ...]:
        """Each once."""
        found = {one["digest"]: _descriptor(one) for one in self.entries}
        return tuple(found.values())

    def with_one(self, entry: Entry) -> "Listing":
        """With that too, unless it is there."""
        if any(one["digest"] == entry["digest"] for one in self.entries):
            return self
        return Listing((*self.entries, entry))

    def without(self, digest: str) -> "Listing":
        """Without that one."""
        return Listing(tuple(one for one in self.entries if one["digest"] != digest))

    def manifest(self) -> Manifest:
        """To be kept under the tag that stands for it."""
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self.entries}
        made = json.dumps(document).encode()
        return Manifest(made, INDEX, f"sha256:{hashlib.sha256(made).hexdigest()}")


def list_tag(digest: str) -> str:
    """The tag that stands for the list of what is attached to a manifest."""
    algorithm, _, value = digest.partition(":")
    return f"{algorithm[:32]}-{value[:64]}"


def subject_of(manifest: bytes) -> str:
    """The digest of what a manifest is attached to; empty for none."""
    subject = _mapping(_loaded(manifest).get("subject"))
    digest = subject.get("digest")
    return digest if isinstance(digest, str) else ""


def described(manifest: Manifest) -> Entry:
    """What a list says of a manifest."""
    document = _loaded(manifest.content)
    kind = document.get("artifactType") or _mapping(document.get("config")).get("mediaType")
    entry: dict[str, object] = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.content),
    }
    if kind:
        entry["artifactType"] = kind
    if document.get("annotations"):
        entry["annotations"] = document["annotations"]
    return entry


def list_of(registry: str, document: bytes) -> Listing:
    """Raises `RegistryError` for what is no list."""
    found = _loaded(document).get("manifests")
    if not isinstance(found, list):
        raise not_a_registry(registry, "no list of referrers")
    entries = [one for one in found if isinstance(one, dict) and isinstance(one.get("digest"), str)]
    for one in entries:
        check_digest(registry, one["digest"])
    return Listing(tuple(entries))


def read_listing(
    asking: Asking, repository: str, digest: str, token: CancelToken
) -> Listing | None:
    """The registry's own list; None where it keeps none."""
    check_digest(asking.registry, digest)
    path = f"{path_of(asking.registry, repository)}/referrers/{digest}"
    scope = pull(true_name(asking.registry, repository))
    entries: list[Entry] = []
    query = ""
    for _ in range(_MOST_PAGES):
        question = Question("GET", path + query, scope, {"Accept": INDEX})
        with asking.answer(question, token) as answer:
            is_page = "text/html" in answer.headers.get("content-type", "")
            if answer.status_code in _NO_SUCH_LIST or (answer.status_code == 200 and is_page):
                return None
            if answer.status_code != 200:
                user = asking.user(scope)
                raise refusal(asking.registry, digest, answer.status_code, beginning(answer), user)
            found = list_of(asking.registry, content(asking.registry, answer, LARGEST_DOCUMENT))
            following = answer.links.get("next", {}).get("url", "")
            entries += found.entries
            query = f"?{answer.url.join(following).query.decode()}" if following else ""
        if not query:
            return Listing(tuple(entries))
    raise not_a_registry(asking.registry, "a list of referrers without end")


def _descriptor(entry: Entry) -> Descriptor:
    annotations = _mapping(entry.get("annotations"))
    platform = _mapping(entry.get("platform"))
    parts = [_text(platform.get(key)) for key in ("os", "architecture", "variant")]
    return Descriptor(
        _text(entry.get("mediaType")),
        entry["digest"],
        size_in(entry.get("size")),
        {key: value for key, value in annotations.items() if isinstance(value, str)},
        _text(entry.get("artifactType")),
        "/".join(part for part in parts if part),
    )


def _loaded(document: bytes) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(document))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
