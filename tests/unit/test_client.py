"""`modeldesk.client`, on fakes; the same against a real registry is in tests/end_to_end."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import cast

import pytest

from modeldesk.client import CancelToken, ModelDeskError, ModelRegistry, Progress, Version
from modeldesk.core.errors import (
    ArtifactError,
    Cancelled,
    InvalidInput,
    InvalidQuery,
    InvalidReference,
    InvalidVersion,
    NoArtifact,
    NotInRegistry,
    RuleBroken,
    TagTaken,
)
from modeldesk.core.ids import ModelName
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import Settings, write_content
from tests.fakes.registry import FakeRegistries, FakeRegistry
from tests.unit.core.artifacts.models import HOST, contents, make_folder, weights

_HEAVY = ("PySide6", "shiboken6", "docker", "git", "numpy", "pyqtgraph", "sqlite3", "httpx")


class Bench:
    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.folder = make_folder(root / "model")
        self.registries = FakeRegistries(HOST)
        self.opened: list[ModelRegistry] = []

    @property
    def registry(self) -> FakeRegistry:
        return self.registries.hosts[HOST]

    def client(
        self, registry: str | None = HOST, settings: Settings | None = None
    ) -> ModelRegistry:
        if settings is not None:
            write_content(self.home / "settings.json", asdict(settings))
        made = ModelRegistry(registry, home=self.home)
        known = settings.registries if settings is not None else ()
        vars(made._parts).update(_registries={known: self.registries})
        self.opened.append(made)
        return made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for one in made.opened:
        vars(one._parts)["_registries"] = {}
        one.close()


_LIGHT = f"""
import sys, modeldesk.client
modeldesk.client.ModelRegistry("registry.lan:5000").close()
print(*[one for one in {_HEAVY} if one in sys.modules])
"""


def test_importing_it_is_light() -> None:
    """No window and no engine, and what is for a registry only once one is asked."""
    command = [sys.executable, "-c", _LIGHT]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == ""


def test_registered_found_moved_and_had(tmp_path: Path, bench: Bench) -> None:
    client, heard = bench.client(), list[Progress]()
    version = client.register_model(
        "team/rec",
        bench.folder,
        {"f1": 0.8, "dataset": "clicks-2025-11", "training_time": 90, "params": {"lr": 0.01}},
        progress=heard.append,
    )
    assert (version.name, version.kind, version.framework) == (
        "v1.0.0",
        "ModelPack",
        "Transformers",
    )
    assert version.metrics == {"accuracy": 0.943, "f1": 0.8}
    assert (version.dataset, version.training_seconds) == ("clicks-2025-11", 90.0)
    assert version.parameters == {"lr": 0.01}
    assert version.reference == f"{HOST}/team/rec:v1.0.0@{version.digest}"
    assert heard[-1].fraction == 1.0
    assert client.search("f1 >= 0.8 and channel != deprecated") == (version,)
    assert client.search("f1 > 0.8") == ()
    moved = client.set_channel("team/rec", "candidate", "v1.0.0", why="looks well")
    assert moved.channels == ("candidate",)
    assert client.get_version("team/rec", "candidate") == moved
    assert client.get_version("team/rec", version.digest) == moved
    folder = client.download("team/rec", "candidate", to=tmp_path / "here")
    assert contents(folder)["model.safetensors"] == weights()


def test_models_with_versions_and_channels(bench: Bench) -> None:
    client = bench.client()
    client.register_model("team/rec", bench.folder)
    (bench.folder / "model.safetensors").write_bytes(weights(1))
    client.register_model("team/rec", bench.folder)
    client.register_model("other", bench.folder / "model.safetensors", version="v0.1.0")
    client.set_channel("team/rec", "candidate", "v1.1.0")
    found = client.list_models()
    assert [(one.name, [v.name for v in one.versions]) for one in found] == [
        ("other", ["v0.1.0"]),
        ("team/rec", ["v1.1.0", "v1.0.0"]),
    ]
    assert found[1].channels == {"candidate": "v1.1.0"}
    assert [one.name for one in client.search("model = team/rec")] == ["v1.1.0", "v1.0.0"]


def test_a_version_that_exists(bench: Bench) -> None:
    client = bench.client()
    first = client.register_model("rec", bench.folder, version="v1.0.0")
    assert client.register_model("rec", bench.folder, version="v1.0.0") == first
    (bench.folder / "model.safetensors").write_bytes(weights(1))
    with pytest.raises(TagTaken) as taken:
        client.register_model("rec", bench.folder, version="v1.0.0")
    assert isinstance(taken.value, ModelDeskError)
    assert taken.value.hint


def test_a_channel_has_its_rules_and_its_history(bench: Bench) -> None:
    client = bench.client()
    client.register_model("rec", bench.folder / "model.safetensors")
    with pytest.raises(RuleBroken):
        client.set_channel("rec", "stable", "v1.0.0")
    client.set_channel("rec", "stable", "v1.0.0", why="only one there is", override=True)
    # The same again is nothing new.
    client.set_channel("rec", "stable", "v1.0.0")
    history = client._parts.channels.history  # what the window shows
    assert [one.why for one in history(ModelName("rec")).moves] == ["only one there is"]
    with pytest.raises(InvalidInput):
        client.set_channel("rec", "nightly", "v1.0.0")
    with pytest.raises(NotInRegistry):
        client.set_channel("rec", "stable", "v9.9.9")


def test_names_below_a_place(bench: Bench) -> None:
    bench.registry.add_image("elsewhere/rec", "v1", [b"x"])
    settings = Settings(default_registry=f"{HOST}/team")
    client = bench.client(None, settings)
    version = client.register_model("rec", bench.folder)
    assert version.reference.startswith(f"{HOST}/team/rec:")
    assert [one.name for one in client.list_models()] == ["rec"]


def test_a_registry_without_a_list(bench: Bench) -> None:
    bench.registry.has_catalog = False
    bench.client().register_model("team/rec", bench.folder)
    with pytest.raises(NotInRegistry):
        bench.client().list_models()
    known = KnownRegistry(HOST, repositories=("team/rec", "team/gone"))
    client = bench.client(HOST, Settings(registries=(known,)))
    assert [one.name for one in client.list_models()] == ["team/rec"]


def test_images_are_told_and_not_downloaded(tmp_path: Path, bench: Bench) -> None:
    bench.registry.add_image("rec", "v1.0.0", [b"layer"])
    client = bench.client()
    assert client.get_version("rec", "v1.0.0").kind == "image"
    with pytest.raises(NoArtifact):
        client.download("rec", "v1.0.0", tmp_path / "here")


def test_what_is_written_wrongly(tmp_path: Path, bench: Bench) -> None:
    client = bench.client()
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArtifactError):
        client.register_model("rec", tmp_path / "empty")
    with pytest.raises(InvalidReference):
        client.register_model("Rec", bench.folder)
    with pytest.raises(InvalidVersion):
        client.register_model("rec", bench.folder, version="stable")
    with pytest.raises(InvalidInput, match="neither"):
        client.register_model("rec", bench.folder, {"params": {"a": cast("float", None)}})
    with pytest.raises(InvalidInput, match="calendar"):
        client.register_model("rec", bench.folder, scheme="calendar")
    with pytest.raises(InvalidQuery):
        client.search("accuracy >=")
    with pytest.raises(InvalidInput, match="No registry"):
        ModelRegistry(home=bench.home)


def test_a_cancel(bench: Bench) -> None:
    token = CancelToken()
    token.cancel()
    client = bench.client()
    for ask in (
        lambda: client.register_model("rec", bench.folder, cancel=token),
        lambda: client.list_models(cancel=token),
        lambda: client.search(cancel=token),
        lambda: client.get_version("rec", "v1", cancel=token),
    ):
        with pytest.raises(Cancelled):
            ask()


def test_many_threads(tmp_path: Path, bench: Bench) -> None:
    """Each gets a name of its own."""
    client = bench.client()

    def register(number: int) -> Version:
        file = tmp_path / f"{number}.safetensors"
        file.write_bytes(weights(number))
        return client.register_model(f"rec-{number % 2}", file)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(register, range(4)))
    assert len({(one.model, one.name) for one in made}) == 4
    assert {one.name for one in made} == {"v1.0.0", "v1.1.0"}
