"""One image on a real engine, in a real registry, and in what real programs save of it: each
tells the same files, and the engine's own sizes."""

import io
import shutil
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path

import docker
import pytest

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.index_packing import unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import ArchiveImage, EngineImage, Place, RegistryImage
from modeldesk.core.contents.ports import ImageSource
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.waste import find_waste
from modeldesk.core.errors import Cancelled, EngineError, NotInRegistry
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.sources import open_source
from tests.support.engine import TINY, keeps_packed

DOCKERFILE = f"""
FROM {TINY}
RUN mkdir -p /app/cache && head -c 3000000 /dev/urandom > /app/cache/wheel && echo a > /app/kept \\
    && ln -s kept /app/link && ln /app/kept /app/hard && mkfifo /app/pipe
RUN rm -r /app/cache && echo longer > /app/kept
COPY model.bin /app/文件.bin
"""
MODEL = bytes(range(256)) * 8000


@pytest.fixture
def image(engine_client: docker.DockerClient, unique_name: str) -> str:
    """The id of an image with something of every kind in it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as context:
        for name, content in (("Dockerfile", DOCKERFILE.encode()), ("model.bin", MODEL)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            context.addfile(member, io.BytesIO(content))
    out.seek(0)
    made, _ = engine_client.images.build(
        fileobj=out, custom_context=True, tag=f"{unique_name}:v1", rm=True
    )
    return str(made.id)


@pytest.fixture
def on_engine(engine_url: str, image: str, unique_name: str) -> EngineImage:
    return EngineImage(engine_url, ImageId(image), f"{unique_name}:v1")


@pytest.fixture
def saved(
    engine_client: docker.DockerClient, on_engine: EngineImage, tmp_path: Path
) -> ArchiveImage:
    path = tmp_path / "saved.tar"
    with path.open("wb") as file:
        for chunk in engine_client.images.get(on_engine.name).save(named=on_engine.name):
            file.write(chunk)
    return ArchiveImage(path)


def indexes(place: Place) -> dict[DiffId, LayerIndex]:
    with closing(open_source(place)) as source:
        found = source.read(CancelToken())
        read = source.index_layers(set(found.detail.diff_ids), Job())
        layers = {layer.diff_id: layer.packed for layer in read}
    return {diff_id: unpack(layers[diff_id]) for diff_id in found.detail.diff_ids}


def rows(index: LayerIndex) -> list[tuple[object, ...]]:
    return [(e.path, e.type, e.size_bytes, e.mode, e.uid, e.gid, e.link) for e in index]


def test_layers_are_as_large_as_the_engine_says(
    engine_client: docker.DockerClient, on_engine: EngineImage
) -> None:
    found = indexes(on_engine)
    history = engine_client.images.get(on_engine.image).history()
    sizes = [entry["Size"] for entry in reversed(history) if entry["Size"]]
    read = [index.size_bytes for index in found.values()]
    if keeps_packed(engine_client):
        # Files and folders in blocks of the disk; of the image, what is packed.
        assert all(said % 512 == 0 and said >= own for said, own in zip(sizes, read, strict=True))
        return
    assert read == sizes
    assert sum(read) == engine_client.images.get(on_engine.image).attrs["Size"]


def test_what_a_layer_holds(on_engine: EngineImage) -> None:
    *_, first, second, third = indexes(on_engine).values()
    kinds = {entry.path: entry.type for entry in first if entry.path.startswith(b"app")}
    assert kinds[b"app/link"] == FileType.SYMLINK
    assert kinds[b"app/pipe"] == FileType.SPECIAL
    assert sorted(kinds[path] for path in (b"app/hard", b"app/kept")) == [
        FileType.FILE, FileType.HARD_LINK,
    ]  # fmt: skip
    assert {e.path: e.type for e in second if b".wh." in e.path} == {
        b"app/.wh.cache": FileType.WHITEOUT
    }
    assert third.row("app/文件.bin".encode()) is not None


def test_the_engine_and_its_archive_tell_the_same(
    on_engine: EngineImage, saved: ArchiveImage
) -> None:
    engine, archive = indexes(on_engine), indexes(saved)
    assert engine.keys() == archive.keys()
    for diff_id, index in engine.items():
        assert rows(index) == rows(archive[diff_id])


def test_tar_lists_as_many_entries(saved: ArchiveImage, tmp_path: Path) -> None:
    with tarfile.open(saved.path) as archive:
        layers = [member for member in archive if member.name.endswith("layer.tar")]
        listed = []
        for member in layers:
            file = archive.extractfile(member)
            assert file is not None
            with tarfile.open(fileobj=file) as layer:
                listed.append(len([one for one in layer if one.name not in (".", "./")]))
    if not layers:
        pytest.skip("this engine saves an OCI layout")
    assert sorted(listed) == sorted(map(len, indexes(saved).values()))


def test_without_pulling_from_a_registry(
    engine_client: docker.DockerClient,
    on_engine: EngineImage,
    registry_address: str,
    unique_name: str,
) -> None:
    repository = f"{registry_address}/{unique_name}/rec"
    engine_client.images.get(on_engine.image).tag(repository, "v1")
    engine_client.images.push(repository, "v1")
    place = RegistryImage(f"{repository}:v1")
    engine, registry = indexes(on_engine), indexes(place)
    assert engine.keys() == registry.keys()
    for diff_id, index in engine.items():
        assert rows(index) == rows(registry[diff_id])
    with closing(open_source(place)) as source:
        image = source.read(CancelToken())
        assert all(blob.digest.startswith("sha256:") for blob in image.blobs)
        assert all(blob.compressed_bytes for blob in image.blobs)
        top = image.detail.diff_ids[-1]
        row = registry[top].row("app/文件.bin".encode())
        assert row is not None
        content = source.file(top, registry[top].entry(row), CancelToken())
        assert b"".join(content) == MODEL
        assert _files(source, top, registry[top]) == MODEL
    missing = closing(open_source(RegistryImage(f"{repository}:none")))
    with missing as source, pytest.raises(NotInRegistry):
        source.read(CancelToken())


@pytest.mark.parametrize("form", ["oci", "oci-archive", "dir", "docker-archive"])
def test_what_skopeo_writes(
    on_engine: EngineImage, saved: ArchiveImage, tmp_path: Path, form: str
) -> None:
    skopeo = shutil.which("skopeo")
    if skopeo is None:
        pytest.skip("needs skopeo (packaging/test.py installs it)")
    path = tmp_path / "copy"
    name = "" if form == "dir" else ":team/rec:v1"
    subprocess.run(
        [skopeo, "copy", "--quiet", f"docker-archive:{saved.path}", f"{form}:{path}{name}"],
        check=True,
    )
    engine, copied = indexes(on_engine), indexes(ArchiveImage(path))
    assert engine.keys() == copied.keys()
    for diff_id, index in engine.items():
        assert rows(index) == rows(copied[diff_id])


@pytest.mark.parametrize("form", ["oci", "oci-archive", "docker-archive"])
def test_what_buildah_makes(tmp_path: Path, form: str) -> None:
    buildah = shutil.which("buildah")
    if buildah is None:
        pytest.skip("needs buildah (packaging/test.py installs it)")
    folder, path = tmp_path / "folder", tmp_path / "made"
    folder.mkdir()
    for name, content in (("model.bin", MODEL), ("next.bin", MODEL[:5000]), ("文件.txt", b"hi")):
        (folder / name).write_bytes(content)
    (folder / "Containerfile").write_text(
        "FROM scratch\nCOPY model.bin 文件.txt /app/\nCOPY next.bin /app/model.bin\n",
        encoding="utf-8",
    )
    stores = ("--root", str(tmp_path / "root"), "--runroot", str(tmp_path / "run"))
    own = [buildah, *stores, "--storage-driver", "vfs"]
    recipe = ("-f", str(folder / "Containerfile"), str(folder))
    for command in (
        ["bud", "--isolation", "chroot", "--layers", "--quiet", "--tag", "made:v1", *recipe],
        ["push", "--quiet", "made:v1", f"{form}:{path}:made:v1"],
    ):
        subprocess.run([*own, *command], check=True, stdout=subprocess.DEVNULL)
    layers = list(indexes(ArchiveImage(path)).values())
    files = [{e.path: e.size_bytes for e in one if e.type == FileType.FILE} for one in layers]
    assert files == [
        {b"app/model.bin": len(MODEL), "app/文件.txt".encode(): 2},
        {b"app/model.bin": 5000},
    ]
    assert find_waste(Stack(layers)).reclaimable_bytes == len(MODEL)


@pytest.mark.parametrize("large", [False, True])
def test_a_file_out_of_the_engine(
    on_engine: EngineImage, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        module = "modeldesk.adapters.docker_engine.image_source"
        monkeypatch.setattr(f"{module}._KEPT_OF_EACH", 1000)
    found = indexes(on_engine)
    top = list(found)[-1]
    row = found[top].row("app/文件.bin".encode())
    assert row is not None
    with closing(open_source(on_engine)) as source:
        assert b"".join(source.file(top, found[top].entry(row), CancelToken())) == MODEL
        assert _files(source, top, found[top]) == MODEL


def _files(source: ImageSource, layer: DiffId, index: LayerIndex) -> bytes:
    """The model, when all files of the layer are read at once."""
    entries = [entry for entry in index if entry.type == FileType.FILE]
    read: dict[bytes, bytes] = {}
    for entry, piece in source.files(layer, entries, CancelToken()):
        read[entry.path] = read.get(entry.path, b"") + piece
    assert {path: len(content) for path, content in read.items()} == {
        entry.path: entry.size_bytes for entry in entries
    }
    return read["app/文件.bin".encode()]


def test_a_cancel_in_the_middle_leaves_no_stream(on_engine: EngineImage) -> None:
    token = CancelToken()

    def cancel(_: Progress) -> None:
        token.cancel()

    with closing(open_source(on_engine)) as source:
        wanted = set(source.read(CancelToken()).detail.diff_ids)
        with pytest.raises(Cancelled):
            list(source.index_layers(wanted, Job(token, report=cancel)))


def test_an_image_that_is_gone(on_engine: EngineImage) -> None:
    gone = EngineImage(on_engine.address, ImageId(f"sha256:{'0' * 64}"), "gone")
    with closing(open_source(gone)) as source, pytest.raises(EngineError):
        source.read(CancelToken())
