"""A folder, given file by file to what takes it as BuildKit does."""

import os
from pathlib import Path

import pytest

from modeldesk.adapters.docker_engine.session import file_sync
from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.offer import FolderContext
from modeldesk.core.build_context.scan import scan
from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken
from tests.contracts.build_contract import Sent, write
from tests.support.session_client import Answer, Receiver, path_of, serving

DOCKERFILE = b"FROM scratch\n"


class Folder:
    def __init__(self, path: Path, ignore: str = "", texts: dict[str, bytes] | None = None) -> None:
        always = frozenset({"Dockerfile", ".dockerignore"})
        plan = scan(path, IgnoreRules.parse(ignore), CancelToken(), texts, always)
        self.sent = Sent()
        self.context = FolderContext(plan, CancelToken(), self.sent)
        self.error: BaseException | None = None
        self.answer = Answer()

    def take(
        self, name: str = "context", receiver: Receiver | None = None, **metadata: list[str]
    ) -> Receiver:
        receiver = receiver or Receiver()
        assert self.context.plan is not None
        handler = file_sync.file_handler(self.context, self.context.plan, "Dockerfile")
        wanted = [
            (key.replace("_", "-"), value) for key, values in metadata.items() for value in values
        ]
        with serving({file_sync.METHOD: handler}) as (client, server):
            self.answer = client.call(
                file_sync.METHOD, metadata=[("dir-name", name), *wanted], answer_to=receiver
            )
        self.error = server.error
        return receiver


def test_everything_arrives_in_the_order_of_a_walk(tmp_path: Path) -> None:
    files = {
        "Dockerfile": DOCKERFILE, "a/b": b"1", "a.txt": b"2", "a-b/c": b"3", "empty": b"",
        "模型.bin": b"4", "big": os.urandom(1_000_000), os.fsdecode(b"caf\xe9"): b"5",
    }  # fmt: skip
    write(tmp_path, files)
    (tmp_path / "hollow").mkdir()
    (tmp_path / "out").symlink_to("/etc/hosts")
    folder = Folder(tmp_path)
    received = folder.take()
    assert folder.answer.status == 0
    assert received.files == files
    assert set(received.paths) - files.keys() == {"a", "a-b", "hollow", "out"}
    in_order = [path.encode("utf-8", "surrogateescape").split(b"/") for path in received.paths]
    assert in_order == sorted(in_order)
    assert folder.sent.asked_bytes == folder.sent.sent_bytes == sum(map(len, files.values()))


def test_modes_times_and_links(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": DOCKERFILE, "run.sh": b"x"})
    (tmp_path / "run.sh").chmod(0o4751)
    os.utime(tmp_path / "run.sh", ns=(0, 1_700_000_000_123_456_789))
    (tmp_path / "link").symlink_to("run.sh")
    stats = {path_of(stat): stat for stat in Folder(tmp_path).take().stats}
    run = stats["run.sh"]
    assert run[2] == 0o751 | 1 << 23
    assert 3 not in run  # Root's.
    assert 4 not in run
    time = run[6]
    assert isinstance(time, int)
    assert time // 1_000_000 == 1_700_000_000_123
    assert stats["link"][7] == b"run.sh"
    assert stats["link"][5] == 6


def test_only_what_is_asked_for_is_sent(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": DOCKERFILE, "weights.bin": bytes(100_000), "serve.py": b"new"})
    folder = Folder(tmp_path)
    received = folder.take(receiver=Receiver(lambda path: path == "serve.py"))
    assert received.files == {"serve.py": b"new"}
    assert "weights.bin" in received.paths
    assert folder.sent.sent_bytes == 3


def test_the_builders_folder_holds_its_files_alone(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile.dockerignore": b"own", "serve.py": b""})
    texts = {"Dockerfile": DOCKERFILE}
    names = ["Dockerfile", "Dockerfile.dockerignore", "dockerfile"]
    assert Folder(tmp_path, texts=texts).take("dockerfile", followpaths=names).files == {
        "Dockerfile": DOCKERFILE, "Dockerfile.dockerignore": b"own",
    }  # fmt: skip
    # Texts that were given are followed instead of the folder's own.
    texts[".dockerignore"] = b"given"
    assert Folder(tmp_path, texts=texts).take("dockerfile").files == texts
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "Dockerfile.dockerignore", "serve.py",
    ]  # fmt: skip


def test_what_only_the_builder_needs_enters_no_image(tmp_path: Path) -> None:
    ignore = "Dockerfile\n.dockerignore\n"
    write(tmp_path, {"Dockerfile": DOCKERFILE, ".dockerignore": ignore.encode(), "a": b""})
    folder = Folder(tmp_path, ignore)
    assert folder.take(exclude_patterns=ignore.split()).paths == ["a"]
    assert folder.take(followpaths=[".dockerignore"]).paths == [".dockerignore"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["a"], {"a", "a/b", "a/b/c", "a/x.txt"}),
        (["/a/b/"], {"a", "a/b", "a/b/c"}),
        (["a/*.txt", "d"], {"a", "a/x.txt", "d"}),
        (["*/b"], {"a", "a/b", "a/b/c", "to-b", "outside", "loop"}),
        (["to-b"], {"to-b", "a", "a/b", "a/b/c"}),
        (["to-b/c"], {"to-b", "a", "a/b", "a/b/c"}),
        (["outside"], {"outside"}),
        (["loop/x"], {"loop"}),
        (["../a/b/../x.txt"], {"a", "a/x.txt"}),
        (["nothing", "d/x"], set()),
        (["."], None),
        (["a", "."], None),
        ([], None),
    ],
)
def test_paths_are_followed(tmp_path: Path, wanted: list[str], found: set[str] | None) -> None:
    write(tmp_path, {"a/b/c": b"", "a/x.txt": b"", "d": b"", "Dockerfile": b""})
    (tmp_path / "to-b").symlink_to("a/b")
    (tmp_path / "outside").symlink_to("../../etc")
    (tmp_path / "loop").symlink_to("loop")
    paths = set(Folder(tmp_path).take(followpaths=wanted).paths)
    everything = set(Folder(tmp_path).take().paths)
    assert paths == (everything if found is None else found)


def test_names_that_are_not_ascii_come_escaped(tmp_path: Path) -> None:
    write(tmp_path, {"模型.bin": b"m", "a b": b"", "Dockerfile": b""})
    escaped = ["%E6%A8%A1%E5%9E%8B.bin"]
    received = Folder(tmp_path).take(followpaths=escaped, followpaths_encoded=["1"])
    assert received.paths == ["模型.bin"]
    assert Folder(tmp_path).take(followpaths=["a b"]).paths == ["a b"]


def test_a_folder_that_is_none_of_the_builders(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.take("/etc")
    assert folder.answer.status == 5


def test_a_file_that_is_gone_ends_the_call(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": b"", "a": b"x"})
    folder = Folder(tmp_path)
    (tmp_path / "a").unlink()
    folder.take()
    assert folder.answer.status == 2
    assert isinstance(folder.error, FolderError)


def test_an_empty_folder(tmp_path: Path) -> None:
    assert Folder(tmp_path).take().paths == []
