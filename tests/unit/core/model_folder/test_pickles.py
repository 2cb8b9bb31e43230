import collections
import io
import os
import pickle
import subprocess
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.model_folder.pickles import read_pickle


class Evil:
    """Unpickling it would run a command."""

    def __init__(self, call: object, *arguments: object) -> None:
        self.call = call
        self.arguments = arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call, self.arguments


class CountingFile(io.BytesIO):
    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.largest = max(self.largest, size or 0)
        return super().read(size)


def scanned(content: bytes) -> BinaryIO:
    return io.BytesIO(content)


@pytest.mark.parametrize("protocol", range(6))
def test_imports_are_found_in_every_protocol(protocol: int) -> None:
    content = read_pickle(scanned(pickle.dumps(collections.OrderedDict(a=1), protocol)))
    assert content.imports == {"collections.OrderedDict"}
    assert content.complete
    assert content.unsafe == ()


@pytest.mark.parametrize("protocol", range(6))
def test_commands_are_told(protocol: int) -> None:
    evil = [
        Evil(os.system, "touch /tmp/x"),
        "posix",
        Evil(subprocess.Popen, ["x"]),
        Evil(eval, "1"),
    ]
    content = read_pickle(scanned(pickle.dumps(evil, protocol)))
    assert {name.rpartition(".")[2] for name in content.unsafe} == {"system", "Popen", "eval"}


def test_an_import_whose_name_is_hidden_is_unsafe() -> None:
    content = read_pickle(scanned(b"\x80\x04K\x01K\x02\x93."))
    assert content.unsafe == ("?",)


def test_a_second_pickle_in_the_file_is_read_too() -> None:
    both = pickle.dumps([1]) + pickle.dumps(Evil(os.system, "x"))
    assert read_pickle(scanned(both)).unsafe


def test_commands_after_raw_arrays_are_told() -> None:
    raw = b"\x80\x04\xff\xff" + bytes(5000) + pickle.dumps(Evil(subprocess.call, "x"))
    content = read_pickle(scanned(raw))
    assert "subprocess" in content.unsafe
    assert not content.complete


def test_large_parts_are_not_read_into_memory() -> None:
    file = CountingFile(pickle.dumps([bytes(50_000_000), collections.Counter()], 4))
    content = read_pickle(file)
    assert content.imports == {"collections.Counter"}
    assert file.largest <= 1024 * 1024


def test_a_long_pickle_is_read_in_part() -> None:
    assert not read_pickle(scanned(pickle.dumps(list(range(400_000))))).complete


@given(st.binary(max_size=400))
def test_any_bytes_can_be_looked_at(content: bytes) -> None:
    read_pickle(scanned(b"\x80\x04" + content))


@given(st.integers(0, 300))
def test_a_truncated_pickle_is_looked_at(end: int) -> None:
    whole = pickle.dumps([collections.OrderedDict(a="x" * 50), 12345678901234567890])
    assert read_pickle(scanned(whole[:end])).complete == (end >= len(whole))
