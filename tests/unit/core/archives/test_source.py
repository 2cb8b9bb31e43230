"""Images in archives of every form: the same image comes out of each."""

import bz2
import gzip
import json
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modeldesk.core.archives.source import host_platform, images_in, open_archive
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.index_packing import unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import ArchiveImage
from modeldesk.core.errors import (
    ArchiveDamaged,
    ArchiveError,
    Cancelled,
    InvalidInput,
    NotFound,
)
from modeldesk.core.ids import DiffId
from modeldesk.core.image_documents import LARGEST
from modeldesk.core.jobs import CancelToken, Job, Progress
from tests.unit.core.archives.crafting import (
    Image,
    digest,
    layout,
    legacy_save,
    modern_save,
    tar,
    write,
)

BASE = tar({"etc": None, "etc/os-release": b"ID=test\n", "bin/sh": b"#!", "lib": "usr/lib"})
WEIGHTS = tar({"app/model.bin": b"weights " * 1000, "etc/.wh.os-release": b""})
EMPTY = tar({})
IMAGE = Image((BASE, WEIGHTS, EMPTY, BASE))
OTHER = Image((BASE,), ("team/other:v2",))


def save_to(folder: Path, form: str, image: Image = IMAGE) -> Path:
    path = folder / "image.tar"
    match form:
        case "legacy":
            path.write_bytes(legacy_save(image))
        case "modern":
            path.write_bytes(modern_save(image))
        case "packed":
            path.write_bytes(gzip.compress(legacy_save(image)))
        case "packed modern":
            path.write_bytes(gzip.compress(modern_save(image)))
        case "packed xz":
            path.write_bytes(lzma.compress(legacy_save(image)))
        case "packed bzip2":
            path.write_bytes(bz2.compress(modern_save(image)))
        case "folder":
            return write(folder / "layout", layout([image], "plain"))
        case "dir":
            files = layout([image])
            flat = {name.rpartition("/")[2]: content for name, content in files.items()}
            index = json.loads(flat.pop("index.json"))
            manifest = index["manifests"][0]["digest"].removeprefix("sha256:")
            return write(folder / "dir", {**flat, "manifest.json": flat[manifest]})
        case _:
            path.write_bytes(tar(layout([image], form)))
    return path


FORMS = ["legacy", "modern", "packed", "packed modern", "packed xz", "packed bzip2", "folder",
         "dir", "plain", "gzip", "members", "zstd", "frames", "xz", "bzip2"]  # fmt: skip


def indexes(place: ArchiveImage, *wanted: bytes) -> dict[DiffId, LayerIndex]:
    names = {DiffId(digest(layer)) for layer in wanted}
    return {
        layer.diff_id: unpack(layer.packed)
        for layer in open_archive(place).index_layers(names, Job())
    }


@pytest.mark.parametrize("form", FORMS)
class TestEveryForm:
    def test_what_is_told_of_the_image(self, tmp_path: Path, form: str) -> None:
        found = open_archive(ArchiveImage(save_to(tmp_path, form))).read(CancelToken())
        detail = found.detail
        assert detail.id == digest(IMAGE.config)
        assert detail.diff_ids == tuple(map(digest, IMAGE.layers))
        assert (detail.config.command, detail.config.user) == (("serve",), "app")
        assert detail.config.exposed_ports == ("5000/tcp",)
        assert detail.labels == {"io.modeldesk.model.name": "票据识别"}
        assert (detail.architecture, detail.operating_system) == ("amd64", "linux")
        assert detail.history[0].created.microsecond == 123456
        assert [blob.created_by for blob in found.blobs] == [
            f"COPY part{number} /" for number in range(4)
        ]
        assert found.notes == ()

    def test_every_layer_is_indexed_once(self, tmp_path: Path, form: str) -> None:
        found = indexes(ArchiveImage(save_to(tmp_path, form)), *IMAGE.layers)
        assert found.keys() == {digest(BASE), digest(WEIGHTS), digest(EMPTY)}
        base = found[DiffId(digest(BASE))]
        assert list(base.paths) == [b"bin/sh", b"etc/", b"etc/os-release", b"lib"]
        assert base.size_bytes == len(b"ID=test\n#!") + len("usr/lib")
        weights = found[DiffId(digest(WEIGHTS))]
        assert [entry.type for entry in weights] == [FileType.FILE, FileType.WHITEOUT]
        assert len(found[DiffId(digest(EMPTY))]) == 0

    def test_only_what_is_wanted_is_indexed(self, tmp_path: Path, form: str) -> None:
        found = indexes(ArchiveImage(save_to(tmp_path, form)), WEIGHTS)
        assert found.keys() == {digest(WEIGHTS)}

    def test_the_content_of_a_file(self, tmp_path: Path, form: str) -> None:
        place, layer = ArchiveImage(save_to(tmp_path, form)), DiffId(digest(WEIGHTS))
        index = indexes(place, WEIGHTS)[layer]
        row = index.row(b"app/model.bin")
        assert row is not None
        source = open_archive(place)
        content = b"".join(source.file(layer, index.entry(row), CancelToken()))
        assert content == b"weights " * 1000
        with pytest.raises(NotFound):
            b"".join(source.file(DiffId("sha256:none"), index.entry(row), CancelToken()))

    def test_the_content_of_several_files_in_one_pass(self, tmp_path: Path, form: str) -> None:
        several = tar({"b": b"2" * 700_000, "a": b"", "c": b"three", "d": b"unwanted"})
        place = ArchiveImage(save_to(tmp_path, form, Image((BASE, several))))
        layer = DiffId(digest(several))
        index = indexes(place, several)[layer]
        wanted = [entry for entry in index if entry.path in (b"a", b"b", b"c")]
        found: dict[bytes, bytes] = {}
        source = open_archive(place)
        for entry, piece in source.files(layer, wanted, CancelToken()):
            found[entry.path] = found.get(entry.path, b"") + piece
        assert list(found) == [b"b", b"a", b"c"], "in the order of the archive"
        assert found == {b"b": b"2" * 700_000, b"a": b"", b"c": b"three"}
        with pytest.raises(NotFound):
            list(source.files(DiffId("sha256:none"), wanted, CancelToken()))

    def test_a_cancel_ends_it(self, tmp_path: Path, form: str) -> None:
        token = CancelToken()
        token.cancel()
        source = open_archive(ArchiveImage(save_to(tmp_path, form)))
        with pytest.raises(Cancelled):
            source.read(token)


class TestChoosing:
    def test_one_of_several_by_name_or_id(self, tmp_path: Path) -> None:
        path = tmp_path / "two.tar"
        path.write_bytes(legacy_save(IMAGE, OTHER))
        for name in ("team/other:v2", digest(OTHER.config), digest(OTHER.config)[7:19]):
            found = open_archive(ArchiveImage(path, name)).read(CancelToken())
            assert found.detail.id == digest(OTHER.config)
        with pytest.raises(InvalidInput) as caught:
            open_archive(ArchiveImage(path)).read(CancelToken())
        assert "team/rec:v1.0.0, team/other:v2" in caught.value.hint
        with pytest.raises(InvalidInput, match="not in the archive"):
            open_archive(ArchiveImage(path, "nobody")).read(CancelToken())

    def test_the_platform_of_this_machine(self, tmp_path: Path) -> None:
        here = host_platform().removeprefix("linux/")
        images = [Image((BASE,), (), other) for other in ("s390x", here, "riscv64")]
        path = tmp_path / "layout.tar"
        path.write_bytes(tar(layout(images, nested=True, attested=True)))
        found = open_archive(ArchiveImage(path)).read(CancelToken())
        assert found.detail.architecture == here
        assert len(found.notes) == 2
        assert "attestations" in found.notes[0]
        assert "s390x" in found.notes[1]
        assert len(images_in(path, CancelToken()).images) == 3


class TestBadArchives:
    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"", ArchiveError),
            (b"no archive" * 200, ArchiveError),
            (tar({"a": b"b"}), ArchiveError),
            (tar({"manifest.json": b"{"}), ArchiveDamaged),
            (tar({"manifest.json": b"[" * 100_000}), ArchiveDamaged),
            (tar({"manifest.json": b"[7]"}), ArchiveDamaged),
            (tar({"manifest.json": b'[{"Config":"none.json","Layers":[]}]'}), ArchiveDamaged),
            (tar({"manifest.json": bytes(LARGEST + 1)}), ArchiveDamaged),
            (tar({"index.json": b'{"manifests":[]}'}), ArchiveError),
            (tar({"index.json": b'{"manifests":[{"digest":7}]}'}), ArchiveDamaged),
            (tar({"manifest.json": "manifest.json"}), ArchiveDamaged),
            (gzip.compress(legacy_save(IMAGE))[:-500], ArchiveDamaged),
            (lzma.compress(legacy_save(IMAGE))[:-100], ArchiveDamaged),
            (bz2.compress(legacy_save(IMAGE))[:-100], ArchiveDamaged),
            (legacy_save(IMAGE)[:3000], ArchiveDamaged),
            (b"X" + legacy_save(IMAGE)[1:], ArchiveDamaged),
        ],
    )
    def test_are_refused_in_a_sentence(
        self, tmp_path: Path, content: bytes, error: type[ArchiveError]
    ) -> None:
        path = tmp_path / "image.tar"
        path.write_bytes(content)
        with pytest.raises(error) as caught:
            open_archive(ArchiveImage(path)).read(CancelToken())
        assert caught.value.message.endswith(".")

    @pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
    @pytest.mark.parametrize("text", [b"", b"a\n", b"a line of text\n" * 500])
    def test_a_text_that_is_compressed_is_no_damaged_archive(
        self, tmp_path: Path, pack: Callable[[bytes], bytes], text: bytes
    ) -> None:
        path = tmp_path / "notes.txt.gz"
        path.write_bytes(pack(text))
        ways: tuple[Callable[[], object], ...] = (
            lambda: open_archive(ArchiveImage(path)).read(CancelToken()),
            lambda: images_in(path, CancelToken()),
        )
        for ask in ways:
            with pytest.raises(ArchiveError, match=r"is compressed, but .* no archive") as caught:
                ask()
            assert not isinstance(caught.value, ArchiveDamaged)

    def test_indexes_that_name_each_other(self, tmp_path: Path) -> None:
        files = layout([IMAGE])
        inner = files["index.json"]
        for _ in range(8):
            files[f"blobs/sha256/{digest(inner)[7:]}"] = inner
            inner = json.dumps({"manifests": [{"digest": digest(inner), "size": 1}]}).encode()
        files["index.json"] = inner
        with pytest.raises(ArchiveDamaged, match="lead into each other"):
            open_archive(ArchiveImage(write(tmp_path / "layout", files))).read(CancelToken())

    def test_layers_that_do_not_fit_the_configuration(self, tmp_path: Path) -> None:
        short = Image(IMAGE.layers[:2])
        manifest = [{"Config": "config.json", "Layers": ["1.tar", "2.tar", "3.tar", "4.tar"]}]
        path = tmp_path / "image.tar"
        path.write_bytes(
            tar({"config.json": short.config, "manifest.json": json.dumps(manifest).encode()})
        )
        with pytest.raises(ArchiveDamaged, match="names 4 layers"):
            open_archive(ArchiveImage(path)).read(CancelToken())

    def test_a_layer_that_is_not_there(self, tmp_path: Path) -> None:
        files = layout([IMAGE], "plain")
        del files[f"blobs/sha256/{digest(WEIGHTS)[7:]}"]
        place = ArchiveImage(write(tmp_path / "layout", files))
        with pytest.raises(ArchiveError, match="not there"):
            indexes(place, *IMAGE.layers)

    def test_links_out_of_a_folder_are_not_followed(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "layout", layout([IMAGE], "plain"))
        secret = tmp_path / "secret"
        secret.write_bytes(WEIGHTS)
        blob = folder / "blobs" / "sha256" / digest(WEIGHTS)[7:]
        blob.unlink()
        blob.symlink_to(secret)
        with pytest.raises(ArchiveError, match="can't be read"):
            indexes(ArchiveImage(folder), WEIGHTS)
        up = json.dumps([{"Config": "../../secret", "Layers": []}]).encode()
        write(folder, {"manifest.json": up})
        with pytest.raises(ArchiveDamaged, match="lacks"):
            open_archive(ArchiveImage(folder)).read(CancelToken())

    def test_an_archive_that_is_cut_while_it_is_read(self, tmp_path: Path) -> None:
        path = save_to(tmp_path, "legacy")
        source = open_archive(ArchiveImage(path))
        source.read(CancelToken())
        path.write_bytes(path.read_bytes()[:700])
        with pytest.raises(ArchiveError):
            list(source.index_layers({DiffId(digest(WEIGHTS))}, Job()))

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveError, match="not there"):
            open_archive(ArchiveImage(tmp_path / "none")).read(CancelToken())
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        with pytest.raises(ArchiveError, match="no file"):
            open_archive(ArchiveImage(pipe)).read(CancelToken())


def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    told: list[Progress] = []
    source = open_archive(ArchiveImage(save_to(tmp_path, "legacy")))
    list(
        source.index_layers(
            {DiffId(digest(BASE)), DiffId(digest(WEIGHTS))}, Job(report=told.append)
        )
    )
    assert told[-1].done == told[-1].total == len(BASE) + len(WEIGHTS)


def test_a_sparse_file_is_not_shown_wrongly(tmp_path: Path) -> None:
    header = bytearray(tar({"holes": bytes(512)})[:512])
    header[156:157] = b"S"
    header[483:495] = b"00000010000\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    layer = bytes(header) + bytes(512) + bytes(1024)
    place = ArchiveImage(tmp_path / "image.tar")
    place.path.write_bytes(legacy_save(Image((layer,))))
    index = indexes(place, layer)[DiffId(digest(layer))]
    entry = index.entry(0)
    assert entry.size_bytes == 0o10000
    with pytest.raises(ArchiveError, match="holes"):
        b"".join(open_archive(place).file(DiffId(digest(layer)), entry, CancelToken()))
