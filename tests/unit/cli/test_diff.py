"""`modeldesk diff`, on archives and without an engine."""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import diff
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import InvalidInput, ModelDeskError
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.engine import FakeFinder
from tests.fakes.records import FakeImageRecords
from tests.unit.core.archives.crafting import Image, digest, legacy_save, tar

BASE = tar({"etc": None, "etc/os-release": b"ID=test\n" * 100})
CACHE = tar({"root/.cache/pip/wheel": bytes(5000), "app/serve.py": b"print()\n" * 50})
CLEAN = tar({"app/serve.py": b"print(1)\n" * 50})
Compare = Callable[..., Answer]


@pytest.fixture
def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Compare]:
    parts = Parts(Paths.under(tmp_path / "home"))
    vars(parts).update(finder=FakeFinder(None), library=Library(FakeImageRecords()))
    session = Session(parts)
    monkeypatch.chdir(tmp_path)
    Path("before.tar").write_bytes(legacy_save(Image((BASE, CACHE))))
    Path("after.tar").write_bytes(legacy_save(Image((BASE, CLEAN))))

    def run(*words: str) -> Answer:
        parser = argparse.ArgumentParser()
        diff.add_arguments(parser)
        return diff.execute(parser.parse_args(words), session)

    yield run
    session.close()


def test_two_archives_for_a_program(compare: Compare) -> None:
    told = json.loads(json.dumps(compare("before.tar", "after.tar").json))
    assert told["delta_bytes"] == -4950
    assert told["files_delta_bytes"] == -4950
    assert told["sentences"][:2] == [
        "after.tar is 4.95 kB smaller than before.tar.",
        "Most of the difference: the pip cache /root/.cache/pip/wheel (5.00 kB) is gone.",
    ]
    assert told["left"]["source"] == "before.tar"
    assert [(pair["state"], bool(pair["left"])) for pair in told["layers"]] == [
        ("shared", True),
        ("changed", True),
    ]
    assert told["layers"][0]["left"]["diff_id"] == digest(BASE)
    assert told["files"]["resized"] == {"files": 1, "left_bytes": 400, "right_bytes": 450}
    assert [(row["path"], row["delta_bytes"]) for row in told["files"]["folders"]] == [
        ("/root/.cache/pip/wheel", -5000),
        ("/app/serve.py", 50),
    ]


def test_two_archives_for_a_person(compare: Compare) -> None:
    lines = compare("before.tar", "after.tar").lines
    assert lines[0] == "after.tar is 4.95 kB smaller than before.tar."
    assert any("−  /root/.cache/pip/wheel" in line and "−5.00 kB" in line for line in lines)
    assert any(line.startswith("Image size") and "6.20 kB" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "start"), [("r.html", "<!DOCTYPE html>"), ("r.md", "# before"), ("r.json", "{")]
)
def test_the_report_is_written(compare: Compare, name: str, start: str) -> None:
    answer = compare("before.tar", "after.tar", "--report", name)
    assert Path(name).read_text(encoding="utf-8").startswith(start)
    assert answer.lines[-1] == f"The report is in {name}."


def test_a_report_of_no_known_kind_is_refused_before_any_work(compare: Compare) -> None:
    with pytest.raises(InvalidInput, match=r"r\.docx"):
        compare("nowhere.tar", "nothing.tar", "--report", "r.docx")


def test_a_report_that_can_not_be_written(compare: Compare) -> None:
    with pytest.raises(InvalidInput, match="There is no folder no/folder"):
        compare("nowhere.tar", "nothing.tar", "--report", "no/folder/r.md")
    Path("r.md").mkdir()
    with pytest.raises(ModelDeskError, match="could not be written"):
        compare("before.tar", "after.tar", "--report", "r.md")


def test_a_model_s_own_folder_is_no_archive(compare: Compare) -> None:
    Path("shop").mkdir()
    with pytest.raises(ModelDeskError, match="engine"):
        compare("shop:v1", "after.tar")


def test_the_same_archive(compare: Compare) -> None:
    answer = compare("after.tar", "after.tar")
    assert answer.lines[0] == "It is the same image twice."
