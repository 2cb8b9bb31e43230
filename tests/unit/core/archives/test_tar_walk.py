"""Tar archives by their headers, held against the standard library's reader."""

import io
import os
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.core.archives.tar_entries import HEAD_BYTES, LARGE
from modeldesk.core.archives.tar_walk import walk
from modeldesk.core.archives.window import FileWindow, StreamWindow
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter, unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.errors import ArchiveDamaged, ArchiveError, Cancelled
from tests.unit.core.archives.against_tarfile import compare, ours

FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
LETTERS = "ab./é\udcff -"


def member(name: str, kind: bytes = tarfile.REGTYPE, **fields: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for key, value in fields.items():
        setattr(info, key, value)
    return info


def archive(members: Sequence[tarfile.TarInfo], form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar archive of these, with the least of zeros at its end."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, errors="surrogateescape") as opened:
        for info in members:
            opened.addfile(info, io.BytesIO(b"x" * info.size) if info.isreg() else None)
    content = out.getvalue().rstrip(b"\0")
    return content + bytes(-len(content) % 512 + 1024)


def file_index(folder: Path, content: bytes) -> LayerIndex:
    """As it is read from a file."""
    path = folder / "layer.tar"
    path.write_bytes(content)
    with path.open("rb") as file:
        writer = LayerIndexWriter()
        walk(FileWindow(file.fileno(), 0, len(content)), writer, lambda: None)
    return unpack(writer.finish())


@st.composite
def members(draw: st.DrawFn) -> tarfile.TarInfo:
    names = st.text(LETTERS, min_size=1, max_size=12) | st.builds(
        lambda part, times: "/".join([part] * times),
        st.text("xyz", min_size=1, max_size=30),
        st.integers(1, 12),
    )
    kinds = (
        tarfile.REGTYPE,
        tarfile.REGTYPE,
        tarfile.REGTYPE,
        tarfile.DIRTYPE,
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.FIFOTYPE,
    )
    kind = draw(st.sampled_from(kinds))
    info = member(draw(names), kind)
    if kind == tarfile.REGTYPE:
        info.size = draw(st.sampled_from((0, 1, 511, 512, 513, 5000)))
    if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        info.linkname = draw(names)
    info.mode = draw(st.sampled_from((0o644, 0o755, 0o4755)))
    info.uid = draw(st.sampled_from((0, 1000, 2_097_151)))
    info.mtime = draw(st.sampled_from((0, 1, 1_700_000_000)))
    return info


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    found = draw(st.lists(members(), max_size=8))
    form = draw(st.sampled_from(FORMATS))
    try:
        return archive(found, form)
    except ValueError:
        # ustar has no room for some names.
        return archive(found, tarfile.GNU_FORMAT)


class TestSameAsTheStandardLibrary:
    @settings(max_examples=200)
    @given(archives(), st.sampled_from((0, 1, 100, 512, 700, 4096)))
    def test_whole_archives(self, content: bytes, piece: int) -> None:
        assert compare(content, piece)

    @settings(max_examples=300)
    @given(archives(), st.data())
    def test_changed_archives(self, content: bytes, data: st.DataObject) -> None:
        changed = bytearray(content[:4096])
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(0, len(changed) - 1))
            changed[place] = data.draw(st.integers(0, 255))
        with suppress(tarfile.TarError):
            compare(bytes(changed) + content[4096:])

    @settings(max_examples=200)
    @given(archives(), st.data())
    def test_archives_that_are_cut(self, content: bytes, data: st.DataObject) -> None:
        with suppress(tarfile.TarError):
            compare(content[: data.draw(st.integers(0, len(content)))])

    @pytest.mark.parametrize("form", FORMATS)
    @pytest.mark.parametrize("before", ["", "./", "/"])
    def test_many_files(self, form: int, before: str) -> None:
        found = [
            member(f"{before}usr/lib/p{n % 7}/{'long/' * (n % 40)}{n}", size=n * 37 % 3000, mtime=n)
            for n in range(1200)
        ]
        found[5:5] = [member(f"{before}usr/lib/p{n}", tarfile.DIRTYPE) for n in range(7)]
        found += [member(f"{before}usr/lib/l{n}.so", tarfile.SYMTYPE, linkname="x" * n)
                  for n in range(1, 99)]  # fmt: skip
        found += [member(f"{before}etc/.wh.{n}") for n in range(9)]
        content = archive(found, form)
        assert compare(content)
        assert compare(content, 10_000)
        assert len(ours(content)) == 1200 + 7 + 98 + 9

    def test_numbers_too_large_for_digits(self) -> None:
        content = archive([member("a", uid=2**40, gid=2**31, mtime=2**35), member("b", mtime=-5)])
        assert compare(content)

    def test_a_sparse_file_of_gnu_tar(self, tmp_path: Path) -> None:
        for form in ("gnu", "posix --sparse-version=0.0", "posix --sparse-version=1.0"):
            with (tmp_path / "holes").open("wb") as file:
                for place in range(40):
                    file.seek(place * 1_000_000)
                    file.write(b"data")
            os.system(f"cd {tmp_path} && tar -S --format={form} -cf holes.tar holes")
            content = (tmp_path / "holes.tar").read_bytes()
            assert len(content) < 1_000_000
            assert compare(content)
            assert ours(content)[b"holes"].size_bytes == 39_000_004


class TestNames:
    def test_what_is_not_below_the_root_stays_as_it_is(self) -> None:
        content = archive([member("../../etc/passwd"), member("/etc/shadow"), member("a/../../b")])
        assert list(ours(content)) == [b"../../etc/passwd", b"a/../../b", b"etc/shadow"]

    def test_a_hundred_folders_deep(self) -> None:
        deep = "/".join(["folder"] * 100)
        assert list(ours(archive([member(deep)], tarfile.PAX_FORMAT))) == [deep.encode()]

    def test_the_later_of_two_stays(self) -> None:
        content = archive([member("a", size=1), member("b"), member("./a", size=7)])
        assert [(e.path, e.size_bytes) for e in ours(content).values()] == [(b"a", 7), (b"b", 0)]

    @pytest.mark.parametrize("rarer", [0, 1])
    def test_the_later_of_two_stays_whatever_its_form(self, rarer: int) -> None:
        """Plain headers are looked at many at once, the others one by one."""
        pair = [member("a", size=1), member("./a", size=7)]
        pair[rarer].pax_headers = {"mtime": "5.5"}
        content = archive([*pair, member("b")], tarfile.PAX_FORMAT)
        assert compare(content)
        assert ours(content)[b"a"].size_bytes == 7

    def test_the_root_is_no_entry(self) -> None:
        content = archive([member("./", tarfile.DIRTYPE), member("./a"), member("/", size=9)])
        assert list(ours(content)) == [b"a"]

    def test_markers(self) -> None:
        content = archive(
            [member("a/.wh.b"), member("a/.wh..wh..opq"), member(".wh.c"), member("d.wh.e"),
             member("f/.wh.g", tarfile.SYMTYPE, linkname="h")]
        )  # fmt: skip
        assert [int(entry.type) for entry in ours(content).values()] == [
            FileType.WHITEOUT,
            FileType.OPAQUE,
            FileType.WHITEOUT,
            FileType.FILE,
            FileType.SYMLINK,
        ]

    def test_slashes_where_they_do_not_belong(self) -> None:
        folder = bytearray(archive([member("a", tarfile.DIRTYPE)])[:512])
        folder[1] = 0
        folder[148:156] = b" " * 8
        folder[148:156] = b"%06o\0 " % sum(folder)
        content = bytes(folder) + archive([member("b/", size=5)])
        assert compare(content)
        assert list(ours(content)) == [b"a/", b"b"]

    def test_an_old_folder_has_no_data_whatever_size_it_says(self) -> None:
        folder = signed(member("a/", tarfile.AREGTYPE, size=700))
        content = folder + archive([member("b", size=5), member("c")])
        assert compare(content)
        assert list(ours(content)) == [b"a/", b"b", b"c"]

    def test_a_long_name_of_gnu_goes_before_records(self) -> None:
        # As engines have it, in whatever order they come.
        name, link = b"gnu/" * 40, b"to/" * 50
        long = b"".join(
            signed(member("././@LongLink", kind, size=len(text))) + text.ljust(512, b"\0")
            for kind, text in ((b"L", name), (b"K", link))
        )
        records = with_records(b"12 path=pax\n16 linkpath=pax\n")[:1024]
        symlink = archive([member("a", tarfile.SYMTYPE, linkname="b")])
        assert compare(long + records + symlink)
        for content in (long + records + symlink, records + long + symlink):
            (entry,) = ours(content).values()
            assert (entry.path, entry.link) == (name.rstrip(b"/"), link)

    def test_a_time_of_less_than_a_second(self) -> None:
        content = with_records(b"12 mtime=.5\n")
        assert compare(content)
        assert [entry.modified for entry in ours(content).values()] == [0]

    def test_records_for_all_that_follow(self) -> None:
        out = io.BytesIO()
        with tarfile.open(
            fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"mtime": "77"}
        ) as opened:
            opened.addfile(member("a"))
            opened.addfile(member("b", mtime=5.5))
        found = ours(out.getvalue())
        assert [found[name].modified for name in (b"a", b"b")] == [77, 5]


class TestKept:
    """Of some files, so that what is in them is known without reading the layer again."""

    def test_the_beginning_of_large_ones(self, tmp_path: Path) -> None:
        out = io.BytesIO()
        weights = os.urandom(LARGE)
        with tarfile.open(fileobj=out, mode="w") as opened:
            opened.addfile(member("small", size=5), io.BytesIO(b"small"))
            opened.addfile(member("weights", size=LARGE), io.BytesIO(weights))
            opened.addfile(member("after", size=5), io.BytesIO(b"after"))
        index = file_index(tmp_path, out.getvalue())
        assert index.kept == {b"weights": weights[:HEAD_BYTES]}
        assert index.size_bytes == LARGE + 10

    @pytest.mark.parametrize("before", ["", "./", "/", ".//", "././", "/./"])
    def test_lists_of_packages_whole(self, tmp_path: Path, before: str) -> None:
        status = b"Package: a\n" * 99_999
        names = (
            "var/lib/dpkg/status",
            "lib/apk/db/installed",
            "usr/lib/apk/db/installed",
            "var/lib/dpkg/status.d/base",
        )
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as opened:
            for name in ("etc/passwd", *names, "var/lib/dpkg/status-old"):
                opened.addfile(member(before + name, size=len(status)), io.BytesIO(status))
        index = file_index(tmp_path, out.getvalue())
        whole = {path for path, content in index.kept.items() if content == status}
        assert whole == {name.encode() for name in names}


class TestDamage:
    def test_no_archive_at_all(self) -> None:
        with pytest.raises(ArchiveDamaged, match="damaged"):
            ours(b"This is no archive." * 100)

    def test_a_changed_name(self) -> None:
        content = bytearray(archive([member("a", size=3), member("b", size=3), member("c")]))
        content[1024 + 2] ^= 1
        with pytest.raises(ArchiveDamaged, match="check sum"):
            ours(bytes(content))

    def test_a_sum_that_is_wrong_by_what_adler_forgets(self) -> None:
        # Both ways that headers are read: plain ones and others.
        for kind in (tarfile.REGTYPE, tarfile.FIFOTYPE):
            header = signed(member("a", kind, mtime=7), 65_521)
            with pytest.raises(ArchiveDamaged, match="check sum"):
                ours(header + bytes(1024))

    def test_a_sum_of_signed_bytes(self) -> None:
        for kind in (tarfile.REGTYPE, tarfile.FIFOTYPE):
            content = signed(member("é\udcff", kind), -256 * 3) + bytes(1024)
            assert compare(content)
            assert list(ours(content)) == ["é".encode() + b"\xff"]

    @pytest.mark.parametrize("left", [600, 512 + 100, 1024 + 10])
    def test_an_end_in_the_middle(self, tmp_path: Path, left: int) -> None:
        content = archive([member("a", size=300), member("b", size=3)])[:left]
        with pytest.raises(ArchiveDamaged, match="ends"):
            ours(content)
        with pytest.raises(ArchiveDamaged, match="ends"):
            file_index(tmp_path, content)

    def test_no_end_but_at_a_header(self) -> None:
        content = archive([member("a", size=300), member("b", size=3)])[:1024]
        assert list(ours(content)) == [b"a"]

    def test_a_size_that_nothing_can_have(self, tmp_path: Path) -> None:
        info = member("a", size=2**62)
        content = info.tobuf(tarfile.GNU_FORMAT) + bytes(2048)
        with pytest.raises(ArchiveDamaged, match="ends"):
            file_index(tmp_path, content)
        negative = bytearray(member("a").tobuf(tarfile.GNU_FORMAT))
        negative[124:136] = b"\xff" * 12
        negative[148:156] = b" " * 8
        negative[148:156] = b"%06o\0 " % sum(negative)
        with pytest.raises(ArchiveDamaged, match="impossible"):
            ours(bytes(negative) + bytes(1024))

    @pytest.mark.parametrize(
        "records",
        [
            b"9999999 path=a\n",
            b"path=a\n",
            b"0 path=a\n",
            b"12 path=abcd",
            b"99999999999999999999999 path=a\n",
            b"10 size=-1\n",
            b"12 size=abc\n",
            b"30 size=9999999999999999999999\n"[:30],
            b"13 mtime=abc\n",
            b"8 path a\n",
        ],
    )
    def test_records_that_break_the_rules(self, records: bytes) -> None:
        content = with_records(records)
        with pytest.raises(ArchiveDamaged):
            ours(content)

    def test_zero_bytes_in_a_name(self) -> None:
        assert list(ours(with_records(b"14 path=a\0b/c\n"))) == [b"a"]

    def test_headers_that_speak_of_each_other_without_end(self, tmp_path: Path) -> None:
        one = with_records(b"11 path=ab\n")[:1024]
        with pytest.raises(ArchiveDamaged, match="middle of a header"):
            file_index(tmp_path, one * 20_000)

    def test_a_name_longer_than_any(self) -> None:
        info = member("././@LongLink", tarfile.GNUTYPE_LONGNAME, size=2 << 20)
        content = info.tobuf(tarfile.GNU_FORMAT) + bytes(3 << 20)
        with pytest.raises(ArchiveDamaged, match="long"):
            ours(content)

    def test_more_files_than_any_image_has(self) -> None:
        content = archive([member(f"f{n}") for n in range(20_000)])
        writer = LayerIndexWriter(most_rows=10_000)
        with pytest.raises(ArchiveError, match="more files than"):
            walk(StreamWindow([content]), writer, lambda: None)

    def test_files_that_claim_to_be_larger_than_can_be_added_up(self) -> None:
        for size, times in ((2**63 - 1, 4), (2**50, 2)):
            content = with_records(b"%d GNU.sparse.realsize=%d\n" % (24 + len(str(size)), size))
            with pytest.raises(ArchiveError, match="larger than any"):
                ours(content[:1536] * times + bytes(1024))
        content = with_records(b"40 GNU.sparse.realsize=1125899906842624\n")
        assert [entry.size_bytes for entry in ours(content).values()] == [2**50]


def test_it_can_be_stopped_at_any_time() -> None:
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            raise Cancelled

    piece = archive([member(f"f{n}") for n in range(1000)])[:-1024]
    with pytest.raises(Cancelled):
        walk(StreamWindow(piece for _ in range(100)), LayerIndexWriter(), check)
    assert looks == 3


def signed(info: tarfile.TarInfo, wrong: int = 0) -> bytes:
    """A header alone, whose sum may be wrong by so much."""
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT, errors="surrogateescape")[-512:])
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % (sum(header) + wrong)
    return bytes(header)


def with_records(records: bytes) -> bytes:
    """An archive of one file, of which these records speak."""
    info = member("PaxHeaders/a", tarfile.XHDTYPE, size=len(records))
    header = info.tobuf(tarfile.USTAR_FORMAT) + records.ljust(512, b"\0")
    return header + archive([member("a")])
