"""An archive may name a layer that everybody knows and hold another: what it says is believed of
itself alone, and of what is read to its end not even that."""

import gzip
import lzma
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from modeldesk.core.archives.compression import unpacked
from modeldesk.core.archives.save_stream import digested_index, index_layer
from modeldesk.core.archives.source import open_archive
from modeldesk.core.contents.indexing import DirectIndexer
from modeldesk.core.contents.model import (
    VERIFIED,
    ArchiveImage,
    EngineImage,
    ImageContents,
    IndexedLayer,
    LayerBlob,
    Place,
    SourceImage,
)
from modeldesk.core.contents.ports import ImageSource
from modeldesk.core.contents.service import Contents
from modeldesk.core.errors import ArchiveDamaged, ArchiveError
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import ImageConfig, ImageDetail
from modeldesk.core.jobs import CancelToken, Job
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.silent_source import SilentSource
from tests.unit.core.archives.crafting import (
    Image,
    digest,
    layout,
    legacy_save,
    modern_save,
    packed,
    tar,
    write,
)

GOOD = tar({"app/model.bin": b"good" * 1000})
EVIL = tar({"app/model.bin": b"evil" * 1000, "app/more.bin": b"more"})
WORSE = tar({"app/model.bin": b"evil" * 1000, "app/less.bin": b"less"})
HONEST = Image((GOOD,))
LIAR = Image((EVIL,), claimed=(digest(GOOD),))
ENGINE = EngineImage("unix:///engine", ImageId("sha256:" + "a" * 64), "rec:v1")


@dataclass
class Engine(SilentSource):
    """An engine's image, which has the good layer."""

    readings: int = 0

    def read(self, token: CancelToken) -> SourceImage:
        diff_ids = (DiffId(digest(GOOD)),)
        detail = ImageDetail(ENGINE.image, diff_ids, (), ImageConfig(), len(GOOD), "amd64", "linux")
        return SourceImage(ENGINE.name, detail, tuple(map(LayerBlob, diff_ids)))

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        self.readings += 1
        for one in wanted:
            yield IndexedLayer(one, index_layer([GOOD], lambda: None), VERIFIED)


class Desk:
    """What a person uses: one set of records for the engine and all archives."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.records = FakeContentRecords()
        indexer = DirectIndexer(self.records, self._open)
        self.contents = Contents(self.records, indexer, self._open)

    def read(self, place: Place) -> list[bytes]:
        return _files(self.contents.read(place, Job()))

    def known(self, place: Place) -> list[bytes] | None:
        found = self.contents.known(place, CancelToken())
        return _files(found) if found else None

    def file(self, place: Place, of: ImageContents, path: bytes, *, one: bool = True) -> bytes:
        """A file's content as it is looked at in what was read before."""
        [layer] = of.layers
        row = layer.index.row(path)
        assert row is not None
        entry, token, stamp = layer.index.entry(row), CancelToken(), of.image.stamp
        if one:
            return b"".join(self.contents.file(place, layer.blob.diff_id, entry, token, stamp))
        pieces = self.contents.files(place, layer.blob.diff_id, [entry], token, stamp)
        return b"".join(piece for _, piece in pieces)

    def _open(self, place: Place) -> ImageSource:
        if isinstance(place, ArchiveImage):
            return open_archive(place)
        return self.engine


def _files(contents: ImageContents) -> list[bytes]:
    return [path for layer in contents.layers for path in layer.index.paths]


def save_to(path: Path, content: bytes) -> ArchiveImage:
    path.write_bytes(content)
    return ArchiveImage(path)


def plain_folder(path: Path, image: Image) -> ArchiveImage:
    return ArchiveImage(write(path, layout([image], "plain")))


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestPlain:
    @pytest.mark.parametrize("form", ["legacy", "modern", "layout", "folder"])
    def test_a_lie_is_never_shown_of_the_engines_image(
        self, desk: Desk, tmp_path: Path, form: str
    ) -> None:
        match form:
            case "folder":
                lying = plain_folder(tmp_path / "layout", LIAR)
            case "legacy":
                lying = save_to(tmp_path / "image.tar", legacy_save(LIAR))
            case "modern":
                lying = save_to(tmp_path / "image.tar", modern_save(LIAR))
            case _:
                lying = save_to(tmp_path / "image.tar", tar(dict(layout([LIAR], "plain"))))
        assert desk.read(lying) == [b"app/model.bin", b"app/more.bin"]
        assert desk.known(ENGINE) is None
        assert desk.read(ENGINE) == [b"app/model.bin"]
        # What that layer is says nothing of an archive that only claims to have it.
        assert desk.known(lying) == [b"app/model.bin", b"app/more.bin"]

    def test_a_layer_that_everybody_knows_is_still_read(self, desk: Desk, tmp_path: Path) -> None:
        assert desk.read(ENGINE) == [b"app/model.bin"]
        lying = save_to(tmp_path / "image.tar", legacy_save(LIAR))
        assert desk.known(lying) is None
        assert desk.read(lying) == [b"app/model.bin", b"app/more.bin"]
        assert desk.known(ENGINE) == [b"app/model.bin"]

    def test_nor_of_an_honest_archive(self, desk: Desk, tmp_path: Path) -> None:
        lying = save_to(tmp_path / "lying.tar", legacy_save(LIAR))
        honest = save_to(tmp_path / "honest.tar", legacy_save(HONEST))
        assert desk.read(lying) == [b"app/model.bin", b"app/more.bin"]
        assert desk.known(honest) is None
        assert desk.read(honest) == [b"app/model.bin"]
        assert desk.known(lying) == [b"app/model.bin", b"app/more.bin"]

    def test_nor_of_an_honest_image_in_the_same_archive(self, desk: Desk, tmp_path: Path) -> None:
        other = Image((EVIL,), ("team/other:v2",), claimed=(digest(GOOD),))
        path = save_to(tmp_path / "two.tar", legacy_save(HONEST, other)).path
        lying, honest = (ArchiveImage(path, one.names[0]) for one in (other, HONEST))
        assert desk.read(lying) == [b"app/model.bin", b"app/more.bin"]
        assert desk.read(honest) == [b"app/model.bin"]

    @pytest.mark.parametrize("how", ["replaced", "overwritten", "in a folder"])
    def test_an_archive_that_is_another_now(self, desk: Desk, tmp_path: Path, how: str) -> None:
        """Even one as large as before, and with the time of before."""
        other = Image((WORSE,), claimed=LIAR.claimed)
        path = tmp_path / "image.tar"
        if how == "in a folder":
            place = plain_folder(tmp_path / "layout", LIAR)
            path = place.path / "blobs" / "sha256" / digest(EVIL)[7:]
        else:
            place = save_to(path, legacy_save(LIAR))
        assert desk.read(place) == [b"app/model.bin", b"app/more.bin"]
        assert desk.known(place) is not None
        before = path.stat()
        content = WORSE if how == "in a folder" else legacy_save(other)
        assert len(content) == before.st_size
        if how == "replaced":
            path.rename(tmp_path / "old.tar")
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert desk.known(place) is None
        assert desk.read(place) == [b"app/less.bin", b"app/model.bin"]

    def test_what_was_read_is_known(self, desk: Desk, tmp_path: Path) -> None:
        place = save_to(tmp_path / "image.tar", legacy_save(HONEST))
        assert desk.known(place) is None
        desk.read(place)
        assert desk.known(place) == [b"app/model.bin"]
        assert desk.known(ArchiveImage(Path(os.path.relpath(place.path)))) is not None

    def test_what_the_engine_has_serves_an_archive_whose_layers_can_be_held_against_it(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        desk.read(ENGINE)
        place = save_to(tmp_path / "image.tar", tar(dict(layout([HONEST], "gzip"))))
        assert desk.known(place) == [b"app/model.bin"]

    def test_nobody_is_told_the_kinds_of_a_layer_that_is_only_claimed(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        desk.read(save_to(tmp_path / "lying.tar", legacy_save(LIAR)))
        assert desk.records.told == {}
        desk.read(save_to(tmp_path / "packed.tar", tar(dict(layout([HONEST], "gzip")))))
        assert desk.records.told.keys() == {DiffId(digest(GOOD))}


class TestLookingAtAFile:
    """By where it lay when the image was read."""

    @pytest.mark.parametrize("one", [True, False])
    @pytest.mark.parametrize("form", ["plain", "folder", "whole", "known of the engine"])
    def test_of_an_archive_that_is_another_now_none_is_shown(
        self, desk: Desk, tmp_path: Path, form: str, one: bool
    ) -> None:
        other = Image((tar({"app/model.bin": b"else" * 1000}),), claimed=HONEST.claimed)
        path = tmp_path / "image.tar"
        if form == "known of the engine":
            desk.read(ENGINE)
        if form == "folder":
            place = plain_folder(tmp_path / "layout", HONEST)
            path, content = place.path / "blobs" / "sha256" / digest(GOOD)[7:], other.layers[0]
        else:
            content = legacy_save(other)
            if form == "whole":
                place = save_to(path, gzip.compress(legacy_save(HONEST)))
                content = gzip.compress(content)
            else:
                place = save_to(path, legacy_save(HONEST))
        before = desk.contents.read(place, Job())
        assert desk.file(place, before, b"app/model.bin", one=one) == b"good" * 1000
        path.write_bytes(content)
        with pytest.raises(ArchiveError, match="was changed after its files were listed") as caught:
            desk.file(place, before, b"app/model.bin", one=one)
        assert caught.value.hint == "Open it again to see what is in it now."

    def test_an_archive_that_is_named_by_another_path_is_the_same(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        place = save_to(tmp_path / "image.tar", legacy_save(HONEST))
        before = desk.contents.read(place, Job())
        here = ArchiveImage(Path(os.path.relpath(place.path)))
        assert desk.file(here, before, b"app/model.bin") == b"good" * 1000


class TestReadToItsEnd:
    @pytest.mark.parametrize("form", ["gzip", "zstd", "folder", "whole", "whole xz"])
    def test_another_layer_is_refused(self, desk: Desk, tmp_path: Path, form: str) -> None:
        with pytest.raises(ArchiveDamaged, match="not the one that the image names"):
            desk.read(self.place(tmp_path, form, LIAR))
        assert desk.records.kept == {}

    @pytest.mark.parametrize("form", ["gzip", "zstd", "folder", "whole", "whole xz"])
    def test_the_right_one_serves_the_engines_image(
        self, desk: Desk, tmp_path: Path, form: str
    ) -> None:
        assert desk.read(self.place(tmp_path, form, HONEST)) == [b"app/model.bin"]
        assert desk.known(ENGINE) == [b"app/model.bin"]
        assert desk.engine.readings == 0

    def place(self, folder: Path, form: str, image: Image) -> ArchiveImage:
        match form:
            case "folder":
                return ArchiveImage(write(folder / "layout", layout([image])))
            case "whole xz":
                return save_to(folder / "image.tar", lzma.compress(legacy_save(image)))
            case "whole":
                return save_to(folder / "image.tar", gzip.compress(legacy_save(image)))
        return save_to(folder / "image.tar", tar(dict(layout([image], form))))

    @pytest.mark.parametrize("how", ["plain", "gzip", "members", "zstd", "frames"])
    @pytest.mark.parametrize("behind", [b"", bytes(10240), b"behind the end" * 1000])
    def test_the_digest_is_of_all(self, how: str, behind: bytes) -> None:
        """Some is behind the archive's end, where no entry is any more."""
        layer = GOOD + behind
        index = digested_index(unpacked([packed(layer, how)]), lambda: None)
        assert index.digest == digest(layer)
