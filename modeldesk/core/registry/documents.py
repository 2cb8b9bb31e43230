"""What manifests and indexes name, and how one is cut down to some of its platforms."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from modeldesk.core.errors import ArchiveDamaged, NotInRegistry, RegistryError
from modeldesk.core.image_documents import Descriptor, Index, load, read_manifest
from modeldesk.core.image_documents import Manifest as ImageManifest
from modeldesk.core.registry.model import Manifest
from modeldesk.core.words import tr

_KEPT_ELSEWHERE = ("foreign", "nondistributable")
"""In the types of layers that registries may not have."""
_SPEAKS_OF = "vnd.docker.reference.digest"


@dataclass(frozen=True, slots=True)
class Named:
    """What one manifest names."""

    blobs: tuple[Descriptor, ...] = ()
    """Configuration and layers that lie in the same repository."""
    members: tuple[Descriptor, ...] = ()
    """Of an index."""


def named_by(manifest: Manifest) -> Named:
    """What has to be there with a manifest. Raises `RegistryError` for what is none."""
    found = _read(manifest)
    if isinstance(found, Index):
        return Named(members=found.manifests)
    layers = (
        one for one in found.layers if not any(word in one.media_type for word in _KEPT_ELSEWHERE)
    )
    return Named((found.config, *layers))


def _read(manifest: Manifest) -> ImageManifest | Index:
    try:
        return read_manifest(manifest.content)
    except ArchiveDamaged as error:
        raise RegistryError(
            tr("{digest} is no manifest of an image or artifact.", digest=manifest.digest),
            tr("It may have been made by a program that is out of use. Push it again."),
            error.message,
        ) from error


def for_platforms(index: Manifest, platforms: Collection[str]) -> Manifest | Descriptor:
    """An index with the images of these platforms alone, and what speaks of them; a single image
    without anything else stands by itself. A platform is written as docker does, such as
    ``linux/arm64``, which any variant of it fits too. Raises `NotInRegistry` for one that the
    index has not."""
    members = named_by(index).members
    images = [one for one in members if not one.is_attestation]
    wanted: dict[str, Descriptor] = {}
    for platform in platforms:
        check_platform([one.platform for one in images], platform)
        wanted |= {one.digest: one for one in images if _fits(one.platform, platform)}
    if len(wanted) == 1:
        return next(iter(wanted.values()))
    if len(wanted) == len(images):
        return index
    document: Any = load(index.content)
    document["manifests"] = [
        raw
        for raw, one in zip(document["manifests"], members, strict=True)
        if one.digest in wanted or one.annotations.get(_SPEAKS_OF) in wanted
    ]
    content = json.dumps(document, separators=(",", ":")).encode()
    return Manifest(content, index.media_type, f"sha256:{hashlib.sha256(content).hexdigest()}")


def platforms_of(manifest: Manifest) -> tuple[str, ...]:
    """The platforms that an index names, each once; none for a single image."""
    members = named_by(manifest).members
    return tuple(
        dict.fromkeys(one.platform for one in members if one.platform and not one.is_attestation)
    )


def platform_of(config: bytes) -> str:
    """What a single image is for, by its configuration; empty where that does not say."""
    try:
        found: Any = load(config)
    except ArchiveDamaged:
        return ""
    parts = [found.get(key) for key in ("os", "architecture", "variant")] if found else []
    return "/".join(one for one in parts if one and isinstance(one, str))


def is_index(manifest: Manifest) -> bool:
    """Whether it is of several images. Raises `RegistryError` for what is no manifest."""
    return isinstance(_read(manifest), Index)


def check_platform(there: Sequence[str], wanted: str) -> None:
    """Raises `NotInRegistry` unless one of the platforms that are `there` fits."""
    if not any(_fits(one, wanted) for one in there):
        known = ", ".join(dict.fromkeys(filter(None, there)))
        raise NotInRegistry(
            tr("The image is not for {platform}.", platform=wanted),
            tr("It is for {platforms}.", platforms=known)
            if known
            else tr("It does not say what it is for."),
        )


def _fits(platform: str, wanted: str) -> bool:
    return platform == wanted or platform.startswith(f"{wanted}/")
