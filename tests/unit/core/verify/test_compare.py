"""Two images of one source: what tells them apart, by reading their files."""

import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from modeldesk.core.archives.source import open_archive
from modeldesk.core.contents.indexing import DirectIndexer
from modeldesk.core.contents.model import ArchiveImage, Place
from modeldesk.core.contents.ports import ImageSource
from modeldesk.core.contents.service import Contents
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.verify.causes import cause_of, without_times
from modeldesk.core.verify.compare import compare_images
from modeldesk.core.verify.model import Cause, Verdict, Verification
from modeldesk.core.verify.words import advice, cause_text, examples_text, verdict_text
from tests.fakes.content_records import FakeContentRecords
from tests.unit.core.archives.crafting import Image, legacy_save

BASE = {"etc/os-release": b"ID=test\n"}
Verify = Callable[..., Verification]
PYC = b"\xa7\r\r\n" + bytes(4)


def layer(files: dict[str, bytes], *, when: int = 1000, mode: int = 0o644, uid: int = 0) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode, member.uid = len(content), when, mode, uid
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    def open_source(place: Place) -> ImageSource:
        assert isinstance(place, ArchiveImage)
        return open_archive(place)

    records = FakeContentRecords()
    contents = Contents(records, DirectIndexer(records, open_source), open_source)

    def compare(first: bytes, second: bytes, token: CancelToken | None = None) -> Verification:
        places = []
        for name, made in (("first", first), ("second", second)):
            path = tmp_path / f"{name}.tar"
            path.write_bytes(legacy_save(Image((layer(BASE), made))))
            places.append(ArchiveImage(path))
        job = Job(token or CancelToken())
        return compare_images(places[0], places[1], "a1b2c3d4", contents, job)

    return compare


def causes(found: Verification) -> dict[Cause, list[bytes]]:
    return {
        cause: list(because.examples)
        for one in found.layers
        for cause, because in one.causes.items()
    }


def test_the_same_layers_are_identical(verify: Verify) -> None:
    found = verify(layer({"app/a": b"a"}), layer({"app/a": b"a"}))
    assert (found.verdict, found.same_layers, causes(found)) == (Verdict.IDENTICAL, 2, {})
    assert "all 2 layers have the same diff IDs" in verdict_text(found)
    assert list(advice(found)) == []


def test_times_alone_are_harmless(verify: Verify) -> None:
    found = verify(layer({"app/a": b"a"}), layer({"app/a": b"a"}, when=2000))
    assert found.verdict is Verdict.EQUIVALENT
    assert causes(found) == {Cause.TIMES: [b"app/a"]}
    assert found.same_layers == 1
    assert any("as old as the build" in text for text in advice(found))


def test_the_order_of_an_archive_is_harmless(verify: Verify) -> None:
    files = {"app/a": b"a", "app/b": b"b"}
    found = verify(layer(files), layer(dict(reversed(files.items()))))
    assert (found.verdict, causes(found)) == (Verdict.EQUIVALENT, {Cause.ORDER: []})


def test_content_of_the_same_size_and_time_is_found(verify: Verify) -> None:
    found = verify(
        layer({"app/w": b"aaaa", "app/x": b"x"}), layer({"app/w": b"aaab", "app/x": b"x"})
    )
    assert (found.verdict, causes(found)) == (Verdict.DIFFERENT, {Cause.CONTENT: [b"app/w"]})


def test_files_that_one_image_has_alone_are_content(verify: Verify) -> None:
    found = verify(layer({"app/a": b"a", "app/b": b""}), layer({"app/a": b"a", "app/c": b""}))
    assert causes(found) == {Cause.CONTENT: [b"app/b", b"app/c"]}


def test_owners_and_permissions_are_told(verify: Verify) -> None:
    for change in ({"mode": 0o755}, {"uid": 7}):
        found = verify(layer({"app/a": b"a"}), layer({"app/a": b"a"}, **change))
        assert (found.verdict, causes(found)) == (Verdict.DIFFERENT, {Cause.OWNER: [b"app/a"]})


def test_compiled_python_differs_by_its_times_or_by_its_code(verify: Verify) -> None:
    name = "app/__pycache__/a.cpython-311.pyc"
    one = layer({name: PYC + b"\1\1\1\1" + b"size" + b"code"})
    other = layer({name: PYC + b"\2\2\2\2" + b"size" + b"code"})
    found = verify(one, other)
    assert causes(found) == {Cause.HELD_TIMES: [name.encode()]}
    # pip writes it whatever PYTHONDONTWRITEBYTECODE says.
    assert any("--no-compile" in text for text in advice(found))
    changed = layer({name: PYC + b"\1\1\1\1" + b"size" + b"evil"})
    found = verify(one, changed)
    assert (found.verdict, causes(found)) == (Verdict.DIFFERENT, {Cause.CONTENT: [name.encode()]})


def test_the_days_of_accounts_are_times_and_their_passwords_are_not(verify: Verify) -> None:
    one = layer({"etc/shadow": b"root:*:19000:0:99999:7:::\napp:!:20400::::::\n"})
    later = layer({"etc/shadow": b"root:*:19000:0:99999:7:::\napp:!:9::::::\n"})
    opened = layer({"etc/shadow": b"root::19000:0:99999:7:::\napp:!:20400::::::\n"})
    assert causes(verify(one, later)) == {Cause.HELD_TIMES: [b"etc/shadow"]}
    assert causes(verify(one, opened)) == {Cause.CONTENT: [b"etc/shadow"]}


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("usr/lib/python3/site-packages/numpy-2.1.0.dist-info/RECORD", Cause.PIP),
        ("site-packages/numpy-2.1.0.dist-info/METADATA", Cause.CONTENT),
        ("var/log/apt/history.log", Cause.SYSTEM),
        ("var/log", Cause.SYSTEM),
        ("var/logs/a", Cause.CONTENT),
        ("var/lib/apt/lists/x", Cause.SYSTEM),
        ("var/lib/dpkg/status", Cause.CONTENT),
        ("root/.cache/pip/x", Cause.SYSTEM),
        ("tmp/x", Cause.SYSTEM),
        ("app/tmp/x", Cause.CONTENT),
        ("app/var/log/x", Cause.CONTENT),
    ],
)
def test_paths_tell_causes(path: str, cause: Cause) -> None:
    assert cause_of(path.encode()) is cause


def test_notes_and_logs_are_harmless(verify: Verify) -> None:
    names = ("var/log/dpkg.log", "lib/x-1.dist-info/RECORD")
    one, other = (layer(dict.fromkeys(names, content)) for content in (b"one", b"another"))
    found = verify(one, other)
    assert found.verdict is Verdict.EQUIVALENT
    assert set(causes(found)) == {Cause.PIP, Cause.SYSTEM}


def test_examples_are_cut(verify: Verify) -> None:
    names = [f"app/{number:03}" for number in range(50)]
    found = verify(layer(dict.fromkeys(names, b"a")), layer(dict.fromkeys(names, b"b")))
    (because,) = found.layers[1].causes.values()
    assert (because.files, len(because.examples)) == (50, 20)
    assert examples_text(because) == "/app/000, /app/001, /app/002 …"
    assert cause_text(Cause.CONTENT, because) == "50 files with other content"


def test_a_pyc_that_goes_by_a_hash_is_left_as_it_is() -> None:
    content = PYC[:4] + b"\1\0\0\0" + hashlib.sha256().digest()
    assert without_times(b"a.pyc", content) == content
    assert without_times(b"a.pyc", b"") == b""


def test_it_can_be_cancelled(verify: Verify) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        verify(layer({"a": b"a"}), layer({"a": b"b"}), token)


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_words(cause: Cause) -> None:
    from modeldesk.core.verify.model import Because

    assert cause_text(cause, Because(2))
