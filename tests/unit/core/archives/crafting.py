"""Archives of images in the forms that programs write, made by hand."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

CREATED = "2026-04-05T12:00:00.123456789Z"


def tar(files: Mapping[str, bytes | str | None], kind: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar archive: bytes are a file's, text is where a link leads, None makes a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            if content is None:
                member.type = tarfile.DIRTYPE
                archive.addfile(member)
            elif isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def packed(layer: bytes, how: str) -> bytes:
    """A layer as a registry keeps it."""
    match how:
        case "gzip":
            return gzip.compress(layer, 1)
        case "members":
            # As images for lazy pulling are: each piece can be unpacked by itself.
            pieces = [layer[at : at + 700] for at in range(0, len(layer), 700)]
            return b"".join(gzip.compress(piece) for piece in pieces)
        case "zstd":
            return zstandard.compress(layer)
        case "xz":
            return lzma.compress(layer)
        case "bzip2":
            return bz2.compress(layer)
        case "frames":
            return zstandard.compress(layer[:900]) + zstandard.compress(layer[900:])
    return layer


@dataclass(frozen=True, slots=True)
class Image:
    """An image to be archived: its layers, base first, as plain tar."""

    layers: tuple[bytes, ...]
    names: tuple[str, ...] = ("team/rec:v1.0.0",)
    architecture: str = "amd64"
    claimed: tuple[str, ...] = ()
    """Diff IDs that it names instead of those of its layers."""

    @property
    def diff_ids(self) -> tuple[str, ...]:
        return self.claimed or tuple(map(digest, self.layers))

    @property
    def config(self) -> bytes:
        history: list[object] = []
        for number in range(len(self.layers)):
            history += [
                {"created": CREATED, "created_by": f"COPY part{number} /"},
                {"created": CREATED, "created_by": "ENV A=1", "empty_layer": True},
            ]
        return json.dumps(
            {
                "architecture": self.architecture,
                "os": "linux",
                "config": {
                    "Env": ["A=1"],
                    "Cmd": ["serve"],
                    "User": "app",
                    "ExposedPorts": {"5000/tcp": {}},
                    "Labels": {"io.modeldesk.model.name": "票据识别"},
                },
                "rootfs": {"type": "layers", "diff_ids": list(self.diff_ids)},
                "history": history,
            }
        ).encode()


def legacy_save(*images: Image) -> bytes:
    """As ``docker save`` wrote it up to Engine 24: a layer that is there twice is a link."""
    files: dict[str, bytes | str | None] = {}
    manifest = []
    first: dict[bytes, str] = {}
    for number, image in enumerate(images):
        paths = []
        for place, layer in enumerate(image.layers):
            folder = digest(f"{number} {place}".encode())[7:]
            files[folder] = None
            files[f"{folder}/VERSION"] = b"1.0"
            path = f"{folder}/layer.tar"
            files[path] = f"../{first[layer]}" if layer in first else layer
            first.setdefault(layer, path)
            paths.append(path)
        config = f"{digest(image.config)[7:]}.json"
        files[config] = image.config
        manifest.append({"Config": config, "RepoTags": list(image.names) or None, "Layers": paths})
    files["manifest.json"] = json.dumps(manifest).encode()
    files["repositories"] = b"{}"
    return tar(files)


def layout(
    images: Sequence[Image], how: str = "gzip", *, nested: bool = False, attested: bool = False
) -> dict[str, bytes]:
    """The files of an OCI layout."""
    files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

    def blob(content: bytes, kind: str) -> dict[str, object]:
        files[f"blobs/sha256/{digest(content)[7:]}"] = content
        return {"mediaType": kind, "digest": digest(content), "size": len(content)}

    entries: list[dict[str, object]] = []
    for image in images:
        manifest = {
            "schemaVersion": 2,
            "config": blob(image.config, "application/vnd.oci.image.config.v1+json"),
            "layers": [blob(packed(layer, how), "layer") for layer in image.layers],
        }
        entry = blob(json.dumps(manifest).encode(), "application/vnd.oci.image.manifest.v1+json")
        entry["platform"] = {"os": "linux", "architecture": image.architecture}
        entries.append(entry)
        if attested:
            other = blob(json.dumps(manifest).encode() + b" ", "manifest")
            other["platform"] = {"os": "unknown", "architecture": "unknown"}
            entries.append(other)
    if nested:
        index = {"schemaVersion": 2, "manifests": entries}
        entries = [blob(json.dumps(index).encode(), "application/vnd.oci.image.index.v1+json")]
    for entry, image in zip(entries, images, strict=False):
        if image.names:
            entry["annotations"] = {"org.opencontainers.image.ref.name": image.names[0]}
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": entries}).encode()
    return files


def modern_save(image: Image) -> bytes:
    """As ``docker save`` writes it from Engine 25 on: a layout with ``manifest.json`` beside."""
    files = layout([image], "plain")
    files["manifest.json"] = json.dumps(
        [
            {
                "Config": f"blobs/sha256/{digest(image.config)[7:]}",
                "RepoTags": list(image.names),
                "Layers": [f"blobs/sha256/{digest(layer)[7:]}" for layer in image.layers],
            }
        ]
    ).encode()
    return tar(files)


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files in a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
