"""Extracting: never outside the folder, through no link, all or nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.extract import IfThere, Plan, extract, plan, taken
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.safe_names import free_name, safe_name
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.view import FileView
from modeldesk.core.errors import ArchiveDamaged, Cancelled, ExtractFailed
from modeldesk.core.jobs import CancelToken, Job, Progress
from tests.unit.core.contents.layers import (
    Item,
    file,
    folder,
    hard_link,
    layer,
    removed,
    symlink,
)


def view(*layers: LayerIndex) -> FileView:
    return Stack(layers).view()


def read(
    number: int, entries: Sequence[Entry], _token: CancelToken
) -> Iterator[tuple[Entry, bytes]]:
    """Content that tells where it is from."""
    for entry in entries:
        half = entry.size_bytes // 2
        yield entry, bytes([48 + number]) * half
        yield entry, bytes([48 + number]) * (entry.size_bytes - half)


def planned(shown: FileView, path: bytes) -> Plan:
    return plan(shown, path, CancelToken())


def everything(root: Path) -> dict[str, bytes | None]:
    """Path → content, None for a folder."""
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
    }


def test_a_file_is_written_with_its_time_and_without_the_rights_it_lends(tmp_path: Path) -> None:
    shown = view(layer(Item("bin/tool", 6, modified=1_700_000_000)))
    made = extract(planned(shown, b"bin/tool"), tmp_path, IfThere.KEEP_BOTH, read, Job())
    assert made == tmp_path / "tool"
    assert made.read_bytes() == b"000000"
    assert made.stat().st_mtime == 1_700_000_000
    assert made.stat().st_mode & 0o7777 == 0o644
    assert everything(tmp_path) == {"tool": b"000000"}


def test_a_folder_has_what_is_there_in_the_end(tmp_path: Path) -> None:
    shown = view(
        layer(folder("app"), file("app/a", 2), file("app/gone", 3), folder("app/empty")),
        layer(file("app/sub/b", 1), removed("app/gone"), file("other", 5)),
    )
    made = extract(planned(shown, b"app"), tmp_path, IfThere.KEEP_BOTH, read, Job())
    assert everything(made) == {"a": b"00", "empty": None, "sub": None, "sub/b": b"1"}


def test_all_of_an_image(tmp_path: Path) -> None:
    shown = view(layer(file("a", 1), file("b/c", 1)))
    made = extract(planned(shown, b""), tmp_path, IfThere.KEEP_BOTH, read, Job())
    assert made.name == "image"
    assert everything(made) == {"a": b"0", "b": None, "b/c": b"0"}


def test_what_was_removed_can_be_had_from_the_layer_below(tmp_path: Path) -> None:
    shown = view(layer(file("p/secret", 4)), layer(removed("p/secret")))
    made = extract(planned(shown, b"p/secret"), tmp_path, IfThere.KEEP_BOTH, read, Job())
    assert made.read_bytes() == b"0000"


def test_hard_links_are_files_and_other_links_are_left_out(tmp_path: Path) -> None:
    shown = view(
        layer(
            file("d/file", 3),
            hard_link("d/same", "d/file"),
            symlink("d/out", "/etc"),
            symlink("d/passwd", "../../../../etc/passwd"),
        )
    )
    wanted = planned(shown, b"d")
    assert wanted.left_out == 2
    made = extract(wanted, tmp_path, IfThere.KEEP_BOTH, read, Job())
    assert everything(made) == {"file": b"000", "same": b"000"}
    with pytest.raises(ExtractFailed, match="no content"):
        extract(planned(shown, b"d/out"), tmp_path, IfThere.KEEP_BOTH, read, Job())


def test_nothing_is_written_through_a_name_or_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    target = tmp_path / "target"
    target.mkdir()
    (target / "x").symlink_to(outside)
    shown = view(
        layer(
            file("x/../../../outside/evil", 1),
            symlink("x/link", str(outside)),
            file("x/link/through", 1),
            file("x/a\\b:c", 1),
            file("x/..", 1),
            file("x/CON.txt", 1),
        )
    )
    made = extract(planned(shown, b"x"), target, IfThere.REPLACE, read, Job())
    assert made.parent == target
    assert made.name == "x (2)"
    assert not list(outside.iterdir())
    assert not (set(target.iterdir()) - {target / "x", made})
    for path in made.rglob("*"):
        assert path.resolve().is_relative_to(made)
        assert not path.is_symlink()
    assert {"a_b_c", "_CON.txt"} <= {path.name for path in made.iterdir()}


def test_names_that_become_one_are_told_apart(tmp_path: Path) -> None:
    shown = view(layer(file("d/a:b", 1), file("d/a?b", 2)))
    made = extract(planned(shown, b"d"), tmp_path, IfThere.KEEP_BOTH, read, Job())
    assert everything(made) == {"a_b": b"0", "a_b (2)": b"00"}


def test_what_is_there_stays_or_is_replaced_as_asked(tmp_path: Path) -> None:
    shown = view(layer(file("d/model.onnx", 3)))
    wanted = planned(shown, b"d/model.onnx")
    (tmp_path / "model.onnx").write_text("mine")
    assert taken(wanted, tmp_path)
    second = extract(wanted, tmp_path, IfThere.KEEP_BOTH, read, Job())
    assert second.name == "model (2).onnx"
    assert (tmp_path / "model.onnx").read_text() == "mine"
    assert extract(wanted, tmp_path, IfThere.REPLACE, read, Job()) == tmp_path / "model.onnx"
    assert (tmp_path / "model.onnx").read_bytes() == b"000"


def test_a_link_in_the_way_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    target = tmp_path / "target"
    target.mkdir()
    (target / "f").symlink_to(outside)
    wanted = planned(view(layer(file("f", 1))), b"f")
    assert taken(wanted, target)
    extract(wanted, target, IfThere.REPLACE, read, Job())
    assert outside.read_text() == "mine"
    assert not (target / "f").is_symlink()


def test_a_folder_never_takes_another_ones_place(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine").write_text("mine")
    wanted = planned(view(layer(file("d/f", 1))), b"d")
    assert extract(wanted, tmp_path, IfThere.REPLACE, read, Job()).name == "d (2)"
    assert (tmp_path / "d" / "mine").read_text() == "mine"


def test_a_cancel_leaves_nothing(tmp_path: Path) -> None:
    shown = view(layer(*(file(f"d/{number}", 100) for number in range(50))))
    job = Job()
    reports: list[Progress] = []

    def report(progress: Progress) -> None:
        reports.append(progress)
        if progress.done > 1000:
            job.token.cancel()

    with pytest.raises(Cancelled):
        extract(planned(shown, b"d"), tmp_path, IfThere.KEEP_BOTH, read, Job(job.token, report))
    assert reports
    assert everything(tmp_path) == {}


def test_content_that_ends_early_leaves_nothing(tmp_path: Path) -> None:
    wanted = planned(view(layer(file("d/f", 10))), b"d/f")
    with pytest.raises(ArchiveDamaged):
        extract(
            wanted,
            tmp_path,
            IfThere.KEEP_BOTH,
            lambda _layer, entries, _token: iter([(entries[0], b"abc")]),
            Job(),
        )
    with pytest.raises(ArchiveDamaged):
        extract(wanted, tmp_path, IfThere.KEEP_BOTH, lambda *_: iter(()), Job())
    assert everything(tmp_path) == {}


def test_folders_deeper_than_can_be_written_leave_nothing(tmp_path: Path) -> None:
    deep = "/".join(["a"] * 1500)
    for item in (file(f"{deep}/f", 1), folder(deep)):
        with pytest.raises(ExtractFailed, match="deeper"):
            extract(planned(view(layer(item)), b""), tmp_path, IfThere.KEEP_BOTH, read, Job())
    assert everything(tmp_path) == {}
    shown = view(layer(file("/".join(["a"] * 200), 1)))
    assert extract(planned(shown, b""), tmp_path, IfThere.KEEP_BOTH, read, Job()).is_dir()


def test_a_folder_that_can_not_be_written_to_says_so(tmp_path: Path) -> None:
    wanted = planned(view(layer(file("f", 1))), b"f")
    with pytest.raises(ExtractFailed, match="can't be written to"):
        extract(wanted, tmp_path / "gone", IfThere.KEEP_BOTH, read, Job())


def test_files_are_asked_for_in_the_order_of_the_archives() -> None:
    shown = view(
        layer(file("d/z", 1), file("d/a", 1)),
        layer(file("d/m", 1)),
    )
    assert [wanted.path for wanted in planned(shown, b"d").files] == [b"z", b"a", b"m"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        (b"..", "_"),
        (b".", "_"),
        (b"", "_"),
        (b"a/b", "a_b"),
        (b"tab\tnew\nline", "tab_new_line"),
        (b"caf\xe9", "caf%E9"),
        ("模型.md".encode(), "模型.md"),
        (b"trailing. ", "trailing"),
        (b"nul", "_nul"),
        (b"NUL.tar.gz", "_NUL.tar.gz"),
        ("red\u202egnp.exe".encode(), "red_gnp.exe"),
        (b".env", ".env"),
    ],
)
def test_safe_names(name: bytes, safe: str) -> None:
    assert safe_name(name) == safe


def test_long_names_keep_their_ending() -> None:
    made = safe_name(b"n" * 300 + b".safetensors")
    assert made.endswith(".safetensors")
    assert len(made.encode()) <= 200
    assert len(safe_name(("长" * 300).encode()).encode()) <= 200


def test_free_names_count_up() -> None:
    there = {"a.txt", "a (2).txt", ".env"}
    assert free_name("a.txt", there.__contains__) == "a (3).txt"
    assert free_name(".env", there.__contains__) == ".env (2)"
    assert free_name("new", there.__contains__) == "new"
