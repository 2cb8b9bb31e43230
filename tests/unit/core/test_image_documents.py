"""Documents that come from anybody."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.core.archives.images import Archived, find_images
from modeldesk.core.archives.source import images_in, open_archive
from modeldesk.core.contents.model import ArchiveImage
from modeldesk.core.errors import ArchiveDamaged, ArchiveError, InvalidInput
from modeldesk.core.image_documents import (
    LARGEST,
    Manifest,
    load,
    read_configuration,
    read_manifest,
)
from modeldesk.core.jobs import CancelToken
from tests.unit.core.archives.crafting import Image, digest, layout, tar, write

LAYER = tar({"etc/a": b"a"})
IMAGE = Image((LAYER,))
OTHER = Image((LAYER,), architecture="arm64")
KEYS = (
    "Config",
    "Layers",
    "RepoTags",
    "manifests",
    "config",
    "layers",
    "digest",
    "size",
    "mediaType",
    "platform",
    "annotations",
    "os",
    "rootfs",
    "diff_ids",
    "history",
    "created",
    "created_by",
    "empty_layer",
    "Labels",
    "Env",
    "Cmd",
    "org.opencontainers.image.ref.name",
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(("a", "sha256:a", "../../a", "2026-01-01T00:00:00.5Z", "\ud800", "a\0b"))
)
JSON = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=15,
)


def archived(files: dict[str, bytes]) -> Archived:
    return find_images(lambda path: files.get(path.decode("utf-8", "replace")))


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(("manifest.json", "index.json", "a")), JSON), JSON)
def test_any_json_is_read_or_refused(files: dict[str, object], other: object) -> None:
    contents = {name: json.dumps(value).encode() for name, value in files.items()}
    try:
        image, notes = archived(contents).choose("")
        said = "".join((*image.names, *notes))
    except (ArchiveError, InvalidInput) as error:
        said = error.message
    # Whatever is said can be shown and kept.
    said.encode()
    for read in (read_manifest, read_configuration):
        with suppress(ArchiveDamaged):
            read(json.dumps(other).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
        b"\xff\xfe{",
        b"[" + b" " * LARGEST + b"]",
        b"{" * 20,
        b"",
    ],
)
def test_no_document(content: bytes) -> None:
    with pytest.raises(ArchiveDamaged):
        load(content)


def test_halves_of_characters_do_not_come_through() -> None:
    found = load(rb'["\ud83d", "\uD83D\ude00", "\\ud83d"]')
    assert found == ["?", "\N{GRINNING FACE}", "\\ud83d"]


class TestDigests:
    @pytest.mark.parametrize("part", [IMAGE.config, "manifest"])
    def test_a_document_that_is_another(self, tmp_path: Path, part: bytes | str) -> None:
        files = layout([IMAGE])
        manifest = json.loads(files["index.json"])["manifests"][0]["digest"]
        name = manifest if isinstance(part, str) else digest(part)
        files[f"blobs/sha256/{name[7:]}"] += b" "
        with pytest.raises(ArchiveDamaged, match="digest"):
            open_archive(ArchiveImage(write(tmp_path, files))).read(CancelToken())

    def test_a_configuration_that_docker_named_by_it(self) -> None:
        manifest = [{"Config": f"{'0' * 64}.json", "Layers": ["a.tar"]}]
        files = {f"{'0' * 64}.json": IMAGE.config, "manifest.json": json.dumps(manifest).encode()}
        with pytest.raises(ArchiveDamaged, match="digest"):
            archived(files)

    def test_a_kind_of_digest_that_nobody_knows(self) -> None:
        index = {"manifests": [{"digest": "md5:a", "size": 1}]}
        with pytest.raises(ArchiveDamaged, match="unknown kind"):
            archived({"index.json": json.dumps(index).encode(), "blobs/md5/a": b"{}"})


class TestWhatIsPassedOver:
    def test_platforms_that_are_named_and_not_there(self) -> None:
        files = layout([IMAGE, OTHER])
        absent = json.loads(files["index.json"])["manifests"][1]["digest"]
        del files[f"blobs/sha256/{absent[7:]}"]
        found = archived(files)
        assert [image.platform for image in found.images] == ["linux/amd64"]
        assert any("linux/arm64" in note for note in found.notes)

    def test_other_artifacts(self) -> None:
        files = layout([IMAGE])
        manifest = {"config": {"digest": digest(b"{}"), "mediaType": "application/vnd.cncf.model"}}
        content = json.dumps(manifest).encode()
        files[f"blobs/sha256/{digest(content)[7:]}"] = content
        index = json.loads(files["index.json"])
        index["manifests"].insert(0, {"digest": digest(content), "size": len(content)})
        files["index.json"] = json.dumps(index).encode()
        assert len(archived(files).images) == 1


class TestNames:
    def test_a_registry_may_stay_unsaid(self) -> None:
        found = archived(layout([Image((LAYER,), ("docker.io/library/rec:v1",)), OTHER]))
        assert found.choose("rec:v1")[0].names == ("docker.io/library/rec:v1",)

    def test_a_folder_of_skopeo_with_several_platforms(self, tmp_path: Path) -> None:
        files = layout([IMAGE, OTHER])
        found = {name.rpartition("/")[2]: content for name, content in files.items()}
        found["manifest.json"] = found.pop("index.json")
        for entry in json.loads(found["manifest.json"])["manifests"]:
            name = entry["digest"][7:]
            found[f"{name}.manifest.json"] = found.pop(name)
        images = images_in(write(tmp_path, found), CancelToken()).images
        assert [image.platform for image in images] == ["linux/amd64", "linux/arm64"]

    @pytest.mark.parametrize(
        "digest", ["sha256:../../../etc/passwd", "sha256:a\0b", "sha256:", "x:"]
    )
    def test_they_lead_nowhere_else(self, tmp_path: Path, digest: str) -> None:
        index = {"manifests": [{"digest": digest, "size": 1}]}
        folder = write(tmp_path, {"index.json": json.dumps(index).encode(), "blobs/sha256/a": b""})
        with pytest.raises(ArchiveError):
            images_in(folder, CancelToken())


@pytest.mark.parametrize("told", [-1, 2**46, 2**63, 10**400, 1.5, "5", None, []])
def test_a_size_that_can_be_none_counts_for_nothing(told: object) -> None:
    named = {"digest": "sha256:" + "0" * 64, "size": told}
    found = read_manifest(json.dumps({"config": named, "layers": [named]}).encode())
    assert isinstance(found, Manifest)
    assert [found.config.size_bytes, found.layers[0].size_bytes] == [0, 0]
