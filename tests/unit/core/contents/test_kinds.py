"""What a layer is for, by what is in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.core.contents.kinds import tell
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import add_up, kind_of
from tests.unit.core.contents.details import image
from tests.unit.core.contents.layers import LAYERS, file, layer, symlink

BASE, SYSTEM, DEPENDENCIES, APPLICATION, WEIGHTS, OTHER = LayerKind
MB = 1024 * 1024
SAFETENSORS = (64).to_bytes(8, "little") + b'{"weight":{"dtype":"F32"'


def parts(index: LayerIndex, otherwise: LayerKind = APPLICATION) -> dict[LayerKind, int]:
    return dict(tell(index).parts_with(otherwise))


@pytest.mark.parametrize(
    ("path", "database", "expected"),
    [
        ("usr/bin/gcc", "var/lib/dpkg/status", SYSTEM),
        ("usr/lib/python3/dist-packages/apt/cache.py", "var/lib/dpkg/status", SYSTEM),
        ("usr/lib/libz.so", "lib/apk/db/installed", SYSTEM),
        ("etc/passwd", "usr/lib/sysimage/rpm/rpmdb.sqlite", SYSTEM),
        ("usr/bin/tool", "", APPLICATION),
        ("usr/local/bin/tool", "var/lib/dpkg/status", APPLICATION),
        ("usr/local/lib/python3.11/site-packages/x.py", "", DEPENDENCIES),
        ("usr/local/lib/python3.11/dist-packages/x.py", "var/lib/dpkg/status", DEPENDENCIES),
        ("opt/conda/lib/libmkl.so", "", DEPENDENCIES),
        ("app/node_modules/x/index.js", "", DEPENDENCIES),
        ("app/.venv/bin/python", "", DEPENDENCIES),
        ("app/serve.py", "", APPLICATION),
        ("condas/x", "", APPLICATION),
    ],
)
def test_by_place(path: str, database: str, expected: LayerKind) -> None:
    databases = [file(database, 1)] if database else []
    found = parts(layer(file(path, 900), *databases))

    assert found[expected] == 900 + (1 if databases and expected == SYSTEM else 0)
    assert sum(found.values()) == 900 + len(databases)


@pytest.mark.parametrize(
    ("path", "size", "start", "expected"),
    [
        ("models/blobs/0a1b", 5 * MB, SAFETENSORS, WEIGHTS),
        ("models/m.gguf", 2 * MB, b"GGUF\3\0\0\0", WEIGHTS),
        ("models/m.bin", 2 * MB, b"PK\x03\x04" + b"\0" * 26 + b"archive/data.pkl", WEIGHTS),
        ("models/m.pkl", 2 * MB, b"\x80\x04\x95", WEIGHTS),
        ("models/m.onnx", 2 * MB, b"\x08\x07", WEIGHTS),
        ("models/variables/variables.data-00000-of-00001", 2 * MB, b"", WEIGHTS),
        # Too small to have been looked into.
        ("models/m.gguf", MB - 1, b"", APPLICATION),
        # Large and nothing else.
        ("models/unknown", 10 * MB, b"\1\2\3\4", WEIGHTS),
        ("models/unknown", 9 * MB, b"\1\2\3\4", APPLICATION),
        ("models/program", 10 * MB, b"\x7fELF", APPLICATION),
        ("data/table.parquet", 10 * MB, b"PAR1", APPLICATION),
        # What packages bring along is theirs, unless it is large and says what it is.
        ("x/site-packages/p/sample.npz", 20 * MB, b"PK\x03\x04", DEPENDENCIES),
        ("x/site-packages/p/libtorch.so", 900 * MB, b"\x7fELF", DEPENDENCIES),
        ("x/site-packages/p/small.pkl", 2 * MB, b"\x80\x04\x95", DEPENDENCIES),
        ("x/site-packages/p/m.safetensors", 20 * MB, SAFETENSORS, WEIGHTS),
    ],
)
def test_weights_by_content(path: str, size: int, start: bytes, expected: LayerKind) -> None:
    index = layer(file(path, size), kept={path: start} if start else None)

    assert parts(index) == {expected: size}


def test_a_large_file_beside_code_is_no_weights() -> None:
    index = layer(file("app/blob", 20 * MB), file("app/serve.py", 10), file("m/blob", 20 * MB))

    assert parts(index) == {APPLICATION: 20 * MB + 10, WEIGHTS: 20 * MB}


def test_code_in_a_folder_below_does_not_count() -> None:
    assert parts(layer(file("m/blob", 20 * MB), file("m/src/x.py", 10)))[WEIGHTS] == 20 * MB


def test_what_came_with_weights_that_were_found_is_the_application() -> None:
    index = layer(file("app/m.gguf", 2 * MB), file("app/x.txt", 30), kept={"app/m.gguf": b"GGUF"})

    assert parts(index, WEIGHTS) == {WEIGHTS: 2 * MB, APPLICATION: 30}
    assert parts(layer(file("app/x.txt", 30)), WEIGHTS) == {WEIGHTS: 30}


def test_links_count_with_their_length() -> None:
    assert parts(layer(symlink("app/link", "target"))) == {APPLICATION: 6}


def test_a_layer_is_what_most_of_it_is() -> None:
    found = tell(layer(file("app/a", 10), file("x/site-packages/b", 20))).parts_with(APPLICATION)

    assert found == ((DEPENDENCIES, 20), (APPLICATION, 10))
    assert kind_of(found, APPLICATION) == DEPENDENCIES
    assert kind_of(found, BASE) == BASE
    assert kind_of((), OTHER) == OTHER
    assert add_up([found, found, ()]) == {DEPENDENCIES: 40, APPLICATION: 20}


def test_an_image_is_put_together() -> None:
    made = image(
        ("ADD rootfs.tar /", layer(file("var/lib/dpkg/status", 5), file("usr/bin/sh", 100))),
        ("RUN pip install numpy", layer(file("x/site-packages/numpy.so", 50), file("bin/f2py", 2))),
        ("COPY model.gguf /m/", layer(file("m/a", 2 * MB), kept={"m/a": b"GGUF"})),
        base_layers=1,
    )

    assert [found.kind for found in made.layers] == [BASE, DEPENDENCIES, WEIGHTS]
    # A base image is one part, whatever is in it.
    assert made.layers[0].parts == ((BASE, 105),)
    assert made.layers[1].parts == ((DEPENDENCIES, 52),)
    assert made.layers[1].instruction == "RUN pip install numpy"
    assert made.size_bytes == 157 + 2 * MB


@settings(max_examples=50)
@given(LAYERS, st.sampled_from(LayerKind))
def test_parts_add_up(layers: list[LayerIndex], otherwise: LayerKind) -> None:
    for index in layers:
        assert sum(size for _, size in tell(index).parts_with(otherwise)) == index.size_bytes
