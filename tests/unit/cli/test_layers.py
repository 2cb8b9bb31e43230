"""`modeldesk layers`, on archives and fakes."""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import layers
from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.cli.places import find_place
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.contents.model import ArchiveImage, EngineImage, RegistryImage
from modeldesk.core.errors import ArchiveError, EngineUnavailable, InvalidInput, NotFound
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
            "copies_bytes": 140_000,
        }
    ]
    assert answer.json["duplicates_from_bytes"] == 64_000
    assert "Duplicates: 140 kB in copies of 1 file, among those from 64.0 kB" in answer.lines


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
    with pytest.raises(InvalidInput, match=r"lowestEfficiency in \.dive-ci: “much” is no share"):
        look(str(archive), "--gate")


def test_the_gate_is_told_for_a_person(look: Look, archive: Path) -> None:
    lines = look(str(archive), "--min-efficiency", "0.5", "--max-wasted", "100").lines
    rows = [line.split() for line in lines if line.startswith(("passed", "FAILED"))]
    assert rows[0] == ["passed", "lowestEfficiency", "93.23%", "50.00%"]
    assert rows[1][1:] == ["highestWastedBytes", "850", "B", "100", "B"]
    assert lines[-1] == "Gate: failed, 2 of 3 rules."
    easy = ("--min-efficiency", "0.5", "--max-user-wasted", "1")
    assert look(str(archive), *easy).lines[-1] == "Gate: passed."


def test_a_gate_without_rules(session: Session, look: Look, archive: Path, tmp_path: Path) -> None:
    (tmp_path / ".dive-ci").write_text(
        "rules:\n  lowestEfficiency: disabled\n  highestUserWastedPercent: disabled\n"
        "  lowest-efficency: 0.95\n"
    )
    said = list[str]()
    session.job = replace(session.job, log=said.append)
    answer = look(str(archive), "--gate")
    assert isinstance(answer.json, dict)
    assert answer.json["gate"] == []
    assert answer.lines[-1] == "Gate: passed, since every rule is disabled."
    assert said == [".dive-ci: there is no rule “lowest-efficency”."]


def test_layers_are_counted_from_one_for_a_person(look: Look, archive: Path) -> None:
    lines = look(str(archive)).lines
    assert lines[0].split()[:2] == ["LAYER", "KIND"]
    assert [line.split()[0] for line in lines[1:4]] == ["1", "2", "3"]
    wasted = next(line for line in lines if line.endswith("/root/.cache/pip/wheel"))
    assert wasted.split()[2:4] == ["2,", "3"]


@pytest.mark.parametrize(
    "name", ["/tmp/none/x", "./none", "../none:v1", "none.tar", "none.tar.gz", "none.tgz"]
)
def test_a_file_that_is_not_there_is_not_looked_for_on_the_engine(look: Look, name: str) -> None:
    with pytest.raises(NotFound, match="There is no file") as raised:
        look(name)
    assert exit_code_of(raised.value) is ExitCode.NOT_FOUND


def test_what_is_no_archive_is_said_to_be_none(look: Look, tmp_path: Path) -> None:
    for content in (b"notes\n", b"some long text\n" * 100):
        (tmp_path / "notes.txt").write_bytes(content)
        with pytest.raises(ArchiveError, match="This is no archive of images"):
            look("notes.txt")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidInput, match="no image in the folder"):
        look("./folder")


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
    parts = Parts(Paths.under(tmp_path))
    vars(parts).update(finder=FakeFinder(engine), library=Library(FakeImageRecords()))
    session = Session(parts)
    place, base_layers = find_place(session, "registry.lan:5000/team/rec:v1.0.0")
    assert isinstance(place, EngineImage)
    assert (place.image, place.address) == (image, engine.info.address)
    assert base_layers == session.snapshot().models[0].versions[0].base_layers
    assert find_place(session, "registry.lan:5000/team/rec:v9")[0] == RegistryImage(
        "registry.lan:5000/team/rec:v9"
    )
    for name, there in (
        ("team/none:v1", "docker.io/team/none:v1"),
        ("python:3.12-slim", "docker.io/library/python:3.12-slim"),
    ):
        with pytest.raises(NotFound, match=there):
            find_place(session, name)
    session.close()


def test_what_can_not_be_kept_is_read_all_the_same(
    session: Session, look: Look, archive: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.write_text("a file in the way")
    answer = look(str(archive))
    assert answer.exit_code == ExitCode.DONE
