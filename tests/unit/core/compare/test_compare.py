"""Two small images, with every figure worked out by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.core.compare.as_json import as_json
from modeldesk.core.compare.causes import sentences
from modeldesk.core.compare.compare import Named, compare
from modeldesk.core.compare.config import ConfigDifference, Setting
from modeldesk.core.compare.facts import facts
from modeldesk.core.compare.figures import percent_of
from modeldesk.core.compare.files import FileChange
from modeldesk.core.compare.layers import PairState
from modeldesk.core.compare.model import Comparison
from modeldesk.core.compare.packages import PackageChange
from modeldesk.core.compare.report import write_report
from modeldesk.core.containers.secrets import HIDDEN
from modeldesk.core.contents.model import ImageContents
from modeldesk.core.contents.packages import Manager
from modeldesk.core.errors import Cancelled
from modeldesk.core.images import ImageConfig
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.kinds import LayerKind
from tests.unit.core.compare.images import MB, image, one_layer
from tests.unit.core.contents.layers import file, layer, removed

DPKG = b"Package: libc6\nStatus: install ok installed\nVersion: 2.36-9\n"
GCC = b"\nPackage: gcc\nStatus: install ok installed\nVersion: 4:12.2.0-3\n"
SITE = "venv/lib/python3.11/site-packages"

BASE = one_layer(
    "base",
    layer(
        file("bin/sh", 50 * MB), file("var/lib/dpkg/status", 60), kept={"var/lib/dpkg/status": DPKG}
    ),
    "ADD rootfs.tar /",
    LayerKind.BASE_IMAGE,
    20 * MB,
)
TOOLS = one_layer(
    "tools",
    layer(
        file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 148 * MB),
        file("var/lib/dpkg/status", 130, modified=1),
        kept={"var/lib/dpkg/status": DPKG + GCC},
    ),
    "RUN apt-get install gcc",
    LayerKind.SYSTEM_PACKAGES,
    50 * MB,
)


def dependencies(name: str, numpy: str, *, cache: int) -> ImageContents:
    items = [
        file(f"{SITE}/numpy/core.so", 30 * MB),
        file(f"{SITE}/numpy-{numpy}.dist-info/METADATA", 100),
    ]
    if cache:
        items += [file(f"root/.cache/pip/http/{n}", cache // 2) for n in range(2)]
    made = one_layer(
        f"deps-{name}", layer(*items), "RUN pip install", LayerKind.DEPENDENCIES, 10 * MB
    )
    return image(name, [made])


@pytest.fixture
def single() -> ImageContents:
    deps = dependencies("single", "1.26.4", cache=212 * MB).layers
    junk = one_layer("junk", layer(removed("usr/lib/gcc/x86_64-linux-gnu/12/none")), "RUN rm x")
    return image(
        "single",
        [BASE, TOOLS, *deps, junk],
        ImageConfig(
            command=("python", "serve.py"),
            environment=("PATH=/bin", "API_TOKEN=aaa", "OLD=1"),
        ),
        {"io.modeldesk.model.metrics": '{"accuracy": 0.941, "loss": 0.2}', "stage": "one"},
    )


@pytest.fixture
def multi() -> ImageContents:
    deps = dependencies("multi", "2.0.1", cache=0).layers
    return image(
        "multi",
        [BASE, *deps],
        ImageConfig(
            command=("python", "serve.py"),
            environment=("PATH=/bin", "API_TOKEN=bbb"),
            user="app",
            exposed_ports=("5000/tcp",),
        ),
        {"io.modeldesk.model.metrics": '{"accuracy": 0.943, "loss": 0.25}', "stage": "two"},
    )


@pytest.fixture
def compared(single: ImageContents, multi: ImageContents) -> Comparison:
    return compare(Named("v1.0.0", single), Named("v1.1.0", multi), CancelToken())


def test_sizes(compared: Comparison) -> None:
    left, right = compared.left, compared.right
    assert left.size_bytes == 50 * MB + 60 + 148 * MB + 130 + 30 * MB + 100 + 212 * MB
    assert left.reclaimable_bytes == 60  # the package list that the tools' layer wrote again
    assert right.size_bytes == right.files_bytes == 80 * MB + 160
    assert compared.delta_bytes == -360 * MB - 130
    assert compared.files_delta == compared.delta_bytes + 60
    assert compared.files_delta == sum(row.delta_bytes for row in compared.folders)
    assert compared.shared_bytes == 50 * MB + 60
    assert (left.unshared_bytes, right.unshared_bytes) == (390 * MB + 230, 30 * MB + 100)
    assert (left.compressed_bytes, right.compressed_bytes) == (None, 30 * MB)
    assert dict(left.bytes_by_kind) == {
        LayerKind.BASE_IMAGE: 50 * MB + 60,
        LayerKind.SYSTEM_PACKAGES: 148 * MB + 130,
        LayerKind.DEPENDENCIES: 242 * MB + 100,
    }
    assert sum(size for _, size in left.bytes_by_kind) == left.size_bytes


def test_what_made_the_difference(compared: Comparison) -> None:
    assert sentences(compared) == (
        "v1.1.0 is 360 MB smaller than v1.0.0.",
        (
            "Most of the difference: the pip cache /root/.cache/pip/http (212 MB) and "
            "the compiler /usr/lib/gcc/x86_64-linux-gnu/12/cc1 (148 MB) are gone."
        ),
        "Packages: 1 gone, 1 newer.",
        "50.0 MB are in layers that both have; 30.0 MB are not.",
    )


def test_the_other_way_round(single: ImageContents, multi: ImageContents) -> None:
    found = compare(Named("a", multi), Named("b", single), CancelToken())
    assert sentences(found)[:2] == (
        "b is 360 MB larger than a.",
        (
            "Most of the difference: the pip cache /root/.cache/pip/http (212 MB) and "
            "the compiler /usr/lib/gcc/x86_64-linux-gnu/12/cc1 (148 MB) are new."
        ),
    )


def test_layers_stand_beside_each_other(compared: Comparison) -> None:
    assert [
        (
            pair.state,
            pair.left.instruction if pair.left else "",
            pair.right.instruction if pair.right else "",
        )
        for pair in compared.layers
    ] == [
        (PairState.SHARED, "ADD rootfs.tar /", "ADD rootfs.tar /"),
        (PairState.REMOVED, "RUN apt-get install gcc", ""),
        (PairState.CHANGED, "RUN pip install", "RUN pip install"),
        (PairState.REMOVED, "RUN rm x", ""),
    ]


def test_files_and_packages(compared: Comparison) -> None:
    assert {change: total.files for change, total in compared.totals.items()} == {
        FileChange.ADDED: 1,
        FileChange.REMOVED: 4,
        FileChange.RESIZED: 1,
        FileChange.REWRITTEN: 0,
    }
    assert [one.path for one in compared.largest[:2]] == [
        b"usr/lib/gcc/x86_64-linux-gnu/12/cc1",
        b"root/.cache/pip/http/0",
    ]
    assert [(p.manager, p.name, p.left, p.right, p.change) for p in compared.packages] == [
        (Manager.DEBIAN, "gcc", ("4:12.2.0-3",), (), PackageChange.REMOVED),
        (Manager.PIP, "numpy", ("1.26.4",), ("2.0.1",), PackageChange.UPGRADED),
    ]


def test_configuration_without_secrets(compared: Comparison) -> None:
    assert compared.config == (
        ConfigDifference(Setting.USER, "", None, "app"),
        ConfigDifference(Setting.PORTS, "", None, "5000/tcp"),
        ConfigDifference(Setting.VARIABLE, "API_TOKEN", HIDDEN, HIDDEN),
        ConfigDifference(Setting.VARIABLE, "OLD", "1", None),
        ConfigDifference(
            Setting.LABEL,
            "io.modeldesk.model.metrics",
            '{"accuracy": 0.941, "loss": 0.2}',
            '{"accuracy": 0.943, "loss": 0.25}',
        ),
        ConfigDifference(Setting.LABEL, "stage", "one", "two"),
    )


def test_no_password_is_told(tmp_path: Path) -> None:
    def version(name: str, secret: str, url: str) -> ImageContents:
        top = one_layer(name, layer(file(name, 5)), f"RUN git clone https://bot:{secret}@git/x")
        return image(
            name,
            [BASE, top],
            ImageConfig(
                entrypoint=("run", "--token", secret),
                command=("serve", f"--password={secret}", name),
                environment=(f"DATABASE_URL={url}", f"ARGS=--key-id {name} --api-key {secret}"),
                healthcheck=("CMD-SHELL", f"curl http://u:{secret}@localhost/{name}"),
            ),
            {"repo": f"https://bot:{secret}@git/{name}"},
        )

    # One side has its password elsewhere: what the other has in that place is hidden as well.
    found = compare(
        Named("a", version("one", "hunter2", "postgres://u:hunter2@db/x")),
        Named("b", version("two", "hunter3", "hunter3")),
        CancelToken(),
    )
    config = {one.name or one.setting: (one.left, one.right) for one in found.config}
    assert config["DATABASE_URL"] == config["repo"] == (HIDDEN, HIDDEN)
    assert config[Setting.COMMAND] == (
        f'["serve", "--password={HIDDEN}", "one"]',
        f'["serve", "--password={HIDDEN}", "two"]',
    )
    texts = [json.dumps(as_json(found), ensure_ascii=False)]
    for ending in ("html", "md", "json"):
        write_report(found, tmp_path / f"r.{ending}", datetime(2025, 1, 1, tzinfo=UTC))
        texts.append((tmp_path / f"r.{ending}").read_text(encoding="utf-8"))
    for text in texts:
        assert HIDDEN in text
        assert "hunter" not in text


def test_figures_side_by_side(compared: Comparison) -> None:
    told = {
        fact.name: (fact.left, fact.right, fact.change, fact.better) for fact in facts(compared)
    }
    assert told["Image size"] == ("440 MB", "80.0 MB", "−81.8 %", True)
    assert told["Compressed (push / pull)"] == ("not known", "30.0 MB", "", None)
    assert told["Layers"] == ("4", "2", "−2", True)
    assert told["Files"] == ("7", "4", "−3", True)
    assert told["Packages: Debian"] == ("2", "1", "−1", True)
    assert told["Packages: pip"] == ("1", "1", "", None)
    assert told["Runs as"] == ("root", "app", "", True)
    assert told["accuracy"] == ("0.941", "0.943", "+0.002", True)
    assert told["loss"] == ("0.200", "0.250", "+0.050", False)
    assert told["Reclaimable"] == ("60 B", "0 B", "−100.0 %", True)


def test_the_same_image(single: ImageContents) -> None:
    found = compare(Named("a", single), Named("b", single), CancelToken())
    assert sentences(found) == ("It is the same image twice.",)
    assert found.delta_bytes == 0
    assert not (found.folders)
    assert not (found.rewritten)
    assert not (found.packages)
    assert not (found.config)
    assert {pair.state for pair in found.layers} == {PairState.SHARED}
    assert all(fact.change == "" for fact in facts(found))


def test_the_same_layers_and_another_configuration(single: ImageContents) -> None:
    other = image("other", single.layers, ImageConfig(user="app"))
    found = compare(Named("a", single), Named("b", other), CancelToken())
    assert sentences(found) == ("b and a have the same layers.",)
    assert next(one.setting for one in found.config) is Setting.COMMAND


def test_weights_of_the_same_size_are_told() -> None:
    def version(name: str, when: int) -> ImageContents:
        index = layer(file("models/model.safetensors", 90 * MB, modified=when))
        return image(name, [BASE, one_layer(name, index, "COPY model.safetensors /models/")])

    found = compare(Named("v1", version("1", 1)), Named("v2", version("2", 2)), CancelToken())
    assert sentences(found)[:2] == (
        "v2 is as large as v1.",
        "1 file (90.0 MB) was written again at the same size.",
    )
    [row] = found.rewritten
    assert (row.path, row.is_file, row.rewritten_bytes) == (
        b"models/model.safetensors",
        True,
        90 * MB,
    )
    assert found.folders == ()


def test_what_lies_hidden_in_layers_is_a_cause() -> None:
    kept = one_layer("a", layer(file("data", 10 * MB)), "RUN make data")
    rm = one_layer("b", layer(removed("data")), "RUN rm data")
    found = compare(
        Named("v1", image("1", [BASE])), Named("v2", image("2", [BASE, kept, rm])), CancelToken()
    )
    assert found.folders == ()
    assert sentences(found)[:2] == (
        "v2 is 10.0 MB larger than v1.",
        "Most of the difference: 10.0 MB more is reclaimable.",
    )


def test_json_adds_up_and_is_json(compared: Comparison) -> None:
    told = json.loads(json.dumps(as_json(compared)))
    assert told["delta_bytes"] == told["right"]["size_bytes"] - told["left"]["size_bytes"]
    folders = sum(row["delta_bytes"] for row in told["files"]["folders"])
    assert folders + told["reclaimable_delta_bytes"] == told["delta_bytes"]
    assert [pair["state"] for pair in told["layers"]] == ["shared", "removed", "changed", "removed"]
    assert told["left"]["packages"] == {"debian": 2, "pip": 1}
    assert "aaa" not in json.dumps(told)


def test_it_can_be_stopped(single: ImageContents, multi: ImageContents) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        compare(Named("a", single), Named("b", multi), token)


def test_what_is_left_of_much_is_not_said_to_be_gone() -> None:
    assert percent_of(5_010_000, 369) == "−99.9 %"
    assert percent_of(5_010_000, 0) == "−100.0 %"


def test_a_change_that_rounds_to_none_is_neither_good_nor_bad() -> None:
    first, second = (
        image("m", [BASE, one_layer(str(size), layer(file("w", size)), "COPY w /")])
        for size in (10 * MB, 10 * MB + 1)
    )
    found = compare(Named("a", first), Named("b", second), CancelToken())
    told = {fact.name: (fact.change, fact.better) for fact in facts(found)}
    assert told["Image size"] == ("0.0 %", None)


def test_what_is_many_times_as_much_is_told_by_its_size() -> None:
    small = one_layer("s", layer(file("a", 10)), "COPY a /")
    large = one_layer("l", layer(*(file(f"b{n}", 1000) for n in range(200))), "COPY b /")
    found = compare(
        Named("a", image("one", [small])), Named("b", image("two", [large])), CancelToken()
    )
    told = {fact.name: fact.change for fact in facts(found)}
    assert told["Image size"] == "+200 kB"
    assert told["Files"] == "+199"
    back = compare(
        Named("b", image("two", [large])), Named("a", image("one", [small])), CancelToken()
    )
    assert next(fact.change for fact in facts(back)) == "−99.9 %"
