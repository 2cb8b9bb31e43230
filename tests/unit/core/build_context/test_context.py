"""What of a folder is sent, and that it arrives as it is."""

import inspect
import io
import os
import shutil
import socket
import stat
import sys
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.scan import ContextPlan, Special, scan
from modeldesk.core.build_context.stream import CHUNK_BYTES, stream
from modeldesk.core.build_context.tar import EntryKind, entry_bytes, header
from modeldesk.core.errors import Cancelled, FolderError
from modeldesk.core.jobs import CancelToken


def planned(folder: Path, patterns: str = "", **given: bytes) -> ContextPlan:
    return scan(folder, IgnoreRules.parse(patterns), CancelToken(), given)


def sent(plan: ContextPlan) -> dict[str, tarfile.TarInfo]:
    """The members of the stream, which must be a tar of the size that was promised."""
    data = b"".join(stream(plan, CancelToken()))
    assert len(data) == plan.total_bytes
    with tarfile.open(fileobj=io.BytesIO(data), errors="surrogateescape") as archive:
        return {member.name: member for member in archive}


def names(folder: Path, patterns: str = "") -> list[str]:
    return [entry.path for entry in planned(folder, patterns).entries]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "serve.py").write_text("print()\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.csv").write_text("1,2\n")
    (tmp_path / "data" / "deep").mkdir()
    (tmp_path / "data" / "deep" / "labels.txt").write_text("a\n")
    return tmp_path


def test_everything_is_sent_in_order_folders_first(folder: Path) -> None:
    assert names(folder) == [
        "Dockerfile", "data", "serve.py", "data/deep", "data/train.csv", "data/deep/labels.txt",
    ]  # fmt: skip


def test_excluded_folders_are_left_out_and_come_back_for_an_exception(folder: Path) -> None:
    assert names(folder, "data") == ["Dockerfile", "serve.py"]
    assert names(folder, "data\n!data/deep/labels.txt") == [
        "Dockerfile", "serve.py", "data", "data/deep", "data/deep/labels.txt",
    ]  # fmt: skip
    assert names(folder, "*\n!**/*.csv") == ["data", "data/train.csv"]


def test_what_the_builder_needs_is_sent_whatever_is_excluded(folder: Path) -> None:
    plan = scan(
        folder,
        IgnoreRules.parse("**"),
        CancelToken(),
        always=frozenset({"Dockerfile", "data/deep/labels.txt", ".dockerignore"}),
    )
    assert [entry.path for entry in plan.entries] == [
        "Dockerfile", "data", "data/deep", "data/deep/labels.txt",
    ]  # fmt: skip


def test_given_texts_replace_the_folders_files_and_touch_nothing(folder: Path) -> None:
    plan = planned(folder, Dockerfile=b"FROM other\n", extra=b"x" * 600)
    data = io.BytesIO(b"".join(stream(plan, CancelToken())))
    with tarfile.open(fileobj=data) as archive:
        assert archive.getnames().count("Dockerfile") == 1
        file = archive.extractfile("Dockerfile")
        assert file is not None
        assert file.read() == b"FROM other\n"
    assert (folder / "Dockerfile").read_text() == "FROM scratch\n"
    assert not (folder / "extra").exists()


def test_modes_times_and_root_as_owner(folder: Path) -> None:
    script = folder / "serve.py"
    script.chmod(0o4751)
    os.utime(script, (1_000_000_000.75, 1_000_000_000.75))
    os.utime(folder / "Dockerfile", (-5, -5))
    member = sent(planned(folder))["serve.py"]
    assert (member.mode, member.mtime, member.uid, member.gid) == (0o4751, 1_000_000_000, 0, 0)
    assert sent(planned(folder))["Dockerfile"].mtime == -5


def test_names_long_or_not_utf8_arrive_byte_for_byte(folder: Path) -> None:
    long = "é" * 100
    (folder / os.fsdecode(b"caf\xe9\xff")).mkdir()
    (folder / "data" / long).write_text("x")
    (folder / "new\nline").write_text("x")
    (folder / ("d" * 120)).mkdir()
    members = sent(planned(folder))
    assert {os.fsencode(name) for name in members} >= {
        b"caf\xe9\xff", f"data/{long}".encode(), b"new\nline", b"d" * 120,
    }  # fmt: skip


def test_links_are_sent_as_links_and_never_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    (folder / "data" / "round").symlink_to("../data")
    (folder / "dangling").symlink_to("nowhere/" + "x" * 150)
    members = sent(planned(folder))
    targets = {name: one.linkname for name, one in members.items() if one.issym()}
    assert targets == {
        "loop": "loop",
        "up": "..",
        "data/round": "../data",
        "dangling": "nowhere/" + "x" * 150,
    }


def test_sockets_pipes_and_devices_are_passed_over_and_said(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    # The kernel allows only short paths for sockets.
    short = Path(tempfile.mkdtemp(dir="/tmp"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short / "socket"))
        shutil.move(short / "socket", folder / "socket")
    short.rmdir()
    if os.geteuid() == 0:
        os.mknod(folder / "device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    plan = planned(folder)
    assert dict(plan.skipped) | {"device": Special.DEVICE} == {
        "pipe": Special.PIPE,
        "socket": Special.SOCKET,
        "device": Special.DEVICE,
    }
    assert "pipe" not in sent(plan)


@pytest.fixture
def other_user() -> Iterator[None]:
    """Root may read everything; whoever else runs the tests already may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_can_not_be_read_is_named_before_anything_is_sent(
    open_folder: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    secret = open_folder / "secret\udce9"
    secret.mkdir() if kind == "folder" else secret.write_text("x")
    secret.chmod(0)
    request.getfixturevalue("other_user")
    with pytest.raises(FolderError, match="“secret\ufffd” can't be read: Permission denied"):
        planned(open_folder)
    assert planned(open_folder, "secret*").entries == ()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is not there"):
        planned(tmp_path / "gone")
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="is not there"):
        planned(tmp_path / "file")


def pipe_in_place_of(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda file: file.write_bytes(b"x"), "became smaller"),
        (lambda file: file.write_bytes(b"x" * 9_000_000), "grew"),
        (lambda file: file.unlink(), "vanished"),
        (lambda file: shutil.rmtree(file.parent), "is not there"),
        (lambda file: file.rename(file.parent / "x") and file.symlink_to("x"), "can't be read"),
        (pipe_in_place_of, "smaller"),
    ],
)
def test_a_file_that_changed_since_it_was_looked_at(
    tmp_path: Path, change: Callable[[Path], object], said: str
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(bytes(4_000_000))
    plan = planned(folder)
    change(folder / "weights.bin")
    with pytest.raises(FolderError, match=said):
        list(stream(plan, CancelToken()))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda file: os.truncate(file, 2_500_000), "became smaller"),
        (lambda file: file.open("ab").write(b"x"), "grew"),
        (lambda file: os.utime(file, (1, 1)), "was changed"),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_file_that_changes_under_our_hands(
    folder: Path, change: Callable[[Path], object], said: str
) -> None:
    (folder / "weights.bin").write_bytes(bytes(8_000_000))
    plan = planned(folder)
    pieces = stream(plan, CancelToken())
    data = next(pieces) + next(pieces)
    change(folder / "weights.bin")
    with pytest.raises(FolderError, match=said):
        data += b"".join(pieces)
    # What went out is no whole tar.
    with pytest.raises(tarfile.ReadError), tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.getmembers()


def test_a_deep_folder_needs_no_recursion(tmp_path: Path) -> None:
    here = tmp_path.joinpath(*["d"] * 300)
    here.mkdir(parents=True)
    (here / "f").write_text("x")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        plan = planned(tmp_path)
        assert len(plan.entries) == 301
        assert len(sent(plan)) == 301
    finally:
        sys.setrecursionlimit(limit)


def test_sizes_of_every_kind_of_entry_are_known_beforehand() -> None:
    for length in (1, 99, 100, 101, 255, 511, 512, 513, 1024):
        path = "n" * length
        for kind in EntryKind:
            target = "t" * length if kind is EntryKind.LINK else ""
            head = header(path, kind, mode=0o644, modified=0, target=target)
            assert len(head) == entry_bytes(path, kind, 0, target), (length, kind)
    large = header("w", EntryKind.FILE, mode=0o644, modified=0, size_bytes=9 << 33)
    assert tarfile.TarInfo.frombuf(large, "utf-8", "strict").size == 9 << 33
    assert entry_bytes("w", EntryKind.FILE, 9 << 33, "") == 512 + (9 << 33)


def test_chunks_are_all_but_alike(folder: Path) -> None:
    (folder / "weights.bin").write_bytes(os.urandom(5_000_000))
    for number in range(3000):
        (folder / f"{number}.txt").write_bytes(b"x" * 700)
    chunks = [len(chunk) for chunk in stream(planned(folder), CancelToken())]
    assert all(CHUNK_BYTES <= size < 2.1 * CHUNK_BYTES for size in chunks[:-1])


def test_cancel_ends_the_scan_and_the_stream(folder: Path) -> None:
    (folder / "weights.bin").write_bytes(bytes(8_000_000))
    token = CancelToken()
    pieces = stream(planned(folder), token)
    next(pieces)
    token.cancel()
    with pytest.raises(Cancelled):
        next(pieces)
    with pytest.raises(Cancelled):
        scan(folder, IgnoreRules(), token)


def test_a_sparse_file_of_many_gigabytes_needs_little_memory(folder: Path) -> None:
    with (folder / "weights.bin").open("wb") as file:
        file.truncate(9 << 30)
    plan = planned(folder)
    assert plan.total_bytes > 9 << 30
    pieces = stream(plan, CancelToken())
    assert max(len(next(pieces)) for _ in range(64)) < 2.1 * CHUNK_BYTES
    pieces.close()


def test_a_hundred_thousand_files_are_looked_at(tmp_path: Path) -> None:
    for outer in range(100):
        inner = tmp_path / f"d{outer}"
        inner.mkdir()
        first = str(inner / "first")
        os.close(os.open(first, os.O_CREAT | os.O_WRONLY))
        for number in range(999):
            os.link(first, f"{inner}/f{number}")
    rules = IgnoreRules.parse("**/.git\n**/*.pyc\n**/__pycache__\n.env*\ndata/raw\n!keep\n*.log")
    entries = scan(tmp_path, rules, CancelToken()).entries
    assert sum(entry.kind is EntryKind.FILE for entry in entries) == 100_000


def test_a_folder_in_use_by_another_thread_is_sent_whole_or_not_at_all(folder: Path) -> None:
    """Somebody writes while it is sent, again and again: never a tar that is wrong."""
    victim = folder / "log.txt"
    victim.write_bytes(bytes(3_000_000))
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.001):
            with victim.open("ab") as file:
                file.write(b"line\n")

    writer = threading.Thread(target=write)
    writer.start()
    outcomes = set()
    try:
        for _ in range(20):
            plan = planned(folder)
            try:
                told = sum(one.size_bytes for one in plan.entries)
                outcomes.add(sent(plan)["log.txt"].size == told - 21 - 6)
            except FolderError:
                outcomes.add(True)
    finally:
        stop.set()
        writer.join()
    assert outcomes == {True}


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_names_that_are_no_text_are_known(folder: Path) -> None:
    assert planned(folder).names_are_text
    assert planned(folder, 模型=b"").names_are_text
    (folder / "out").symlink_to("caf\udce9")
    assert not planned(folder).names_are_text
    (folder / "out").unlink()
    (folder / "caf\udce9").touch()
    assert not planned(folder).names_are_text
    assert planned(folder, "caf*").names_are_text
