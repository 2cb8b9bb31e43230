"""`modeldesk layers`, on archives and fakes."""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import layers
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.places import find_place
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.contents.model import ArchiveImage, EngineImage, RegistryImage
from modeldesk.core.errors import EngineUnavailable, InvalidInput, NotFound
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.records import FakeImageRecords
from tests.unit.core.archives.crafting import Image, digest, legacy_save, tar

BASE = tar({"etc": None, "etc/os-release": b"ID=test\n" * 100})
CACHE = tar({"root/.cache/pip/wheel": bytes(5000), "app/serve.py": b"print()\n" * 50})
CLEAN = tar({"root/.cache/.wh.pip": b"", "app/serve.py": b"print(1)\n" * 50})
Look = Callable[..., Answer]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    parts = Parts(Paths.under(tmp_path / "home"))
    vars(parts).update(finder=FakeFinder(None), library=Library(FakeImageRecords()))
    return Session(parts)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "image.tar"
    path.write_bytes(legacy_save(Image((BASE, CACHE, CLEAN))))
    return path


@pytest.fixture
def look(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Answer:
        parser = argparse.ArgumentParser()
        layers.add_arguments(parser)
        return layers.execute(parser.parse_args(words), session)

    yield run
    session.close()


def test_an_archive_without_any_engine(look: Look, archive: Path) -> None:
    answer = look(str(archive))
    assert isinstance(answer.json, dict)
    found = json.loads(json.dumps(answer.json))
    assert found["source"] == str(archive)
    assert [layer["diff_id"] for layer in found["layers"]] == list(
        map(digest, (BASE, CACHE, CLEAN))
    )
    assert [layer["size_bytes"] for layer in found["layers"]] == [800, 5400, 450]
    assert [layer["files"] for layer in found["layers"]] == [1, 2, 1]
    # The cache, and the program that was written twice.
    assert found["reclaimable_bytes"] == 5400
    assert found["wasted_paths"] == [
        {"path": "/root/.cache/pip/wheel", "bytes": 5000, "layers": [1, 2]},
        {"path": "/app/serve.py", "bytes": 400, "layers": [1, 2]},
    ]
    assert found["dive"]["size_bytes"] == 6650
    assert "gate" not in found
    assert answer.exit_code == ExitCode.DONE
    assert any("Reclaimable: 5.40 kB of 6.65 kB" in line for line in answer.lines)


def test_duplicates_only_when_asked_for(look: Look, tmp_path: Path) -> None:
    one, other = b"1" * 70_000, b"2" * 70_000
    below = tar({"models/a.bin": one, "models/b.bin": other})
    above = tar({"app/weights": one, "app/more": one})
    path = tmp_path / "copies.tar"
    path.write_bytes(legacy_save(Image((below, above))))
    plain = look(str(path))
    assert isinstance(plain.json, dict)
    assert "duplicates" not in plain.json
    answer = look(str(path), "--duplicates")
    assert isinstance(answer.json, dict)
    assert answer.json["duplicates"] == [
        {
            "paths": ["/app/more", "/app/weights", "/models/a.bin"],
            "layers": [1, 1, 0],
            "size_bytes": 70_000,
            "wasted_bytes": 140_000,
        }
    ]
    assert "Duplicates: 140 kB in copies of 1 file" in answer.lines


def test_the_gate_by_options_and_by_file(look: Look, archive: Path, tmp_path: Path) -> None:
    assert look(str(archive), "--gate").exit_code == ExitCode.WASTEFUL
    assert look(str(archive), "--min-efficiency", "0.5").exit_code == ExitCode.WASTEFUL
    easy = ("--min-efficiency", "0.5", "--max-user-wasted", "1")
    assert look(str(archive), *easy).exit_code == ExitCode.DONE
    assert look(str(archive), *easy, "--max-wasted", "100").exit_code == ExitCode.WASTEFUL
    (tmp_path / ".dive-ci").write_text(
        "rules:\n  lowestEfficiency: disabled\n  highestUserWastedPercent: disabled\n"
    )
    assert look(str(archive), "--gate").exit_code == ExitCode.DONE
    (tmp_path / ".dive-ci").write_text("rules:\n  lowestEfficiency: much\n")
    with pytest.raises(InvalidInput):
        look(str(archive), "--gate")


def test_one_of_several_images_by_name(session: Session, archive: Path) -> None:
    assert find_place(session, str(archive))[0] == ArchiveImage(archive)
    assert find_place(session, f"{archive}:team/rec:v1.0.0")[0] == ArchiveImage(
        archive, "team/rec:v1.0.0"
    )


def test_without_an_engine_only_a_registrys_name_is_looked_for_there(session: Session) -> None:
    place, _ = find_place(session, "registry.lan:5000/team/rec:v1")
    assert place == RegistryImage("registry.lan:5000/team/rec:v1")
    with pytest.raises(EngineUnavailable):
        find_place(session, "rec:v1")


def test_on_the_engine_before_the_registry(tmp_path: Path) -> None:
    engine = FakeEngine()
    image = engine.add_image("registry.lan:5000/team/rec:v1.0.0", steps=[("COPY x", 10)])
    engine.add_image("python:3", steps=[("ADD rootfs /", 10)])
    parts = Parts(Paths.under(tmp_path))
    vars(parts).update(finder=FakeFinder(engine), library=Library(FakeImageRecords()))
    session = Session(parts)
    place, bases = find_place(session, "registry.lan:5000/team/rec:v1.0.0")
    assert isinstance(place, EngineImage)
    assert (place.image, place.address) == (image, engine.info.address)
    assert [base.name for base in bases] == ["python:3"]
    there = find_place(session, "registry.lan:5000/team/rec:v9")[0]
    assert there == RegistryImage("registry.lan:5000/team/rec:v9")
    with pytest.raises(NotFound):
        find_place(session, "team/none:v1")
    session.close()


def test_what_can_not_be_kept_is_read_all_the_same(
    session: Session, look: Look, archive: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.write_text("a file in the way")
    answer = look(str(archive))
    assert answer.exit_code == ExitCode.DONE
