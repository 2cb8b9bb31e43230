"""What a build is made from, part by part."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.core.build.fingerprints import Fingerprints, nature_of, planned
from modeldesk.core.build.model import BuildRequest
from modeldesk.core.build_context.scan import ContextEntry, ContextPlan
from modeldesk.core.build_context.stream import content
from modeldesk.core.errors import Cancelled, RecordsBusy
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.references import Reference
from modeldesk.core.versioning.fingerprint import Fingerprint, Part, changed_parts
from tests.fakes.records import FakeDigestRecords

DOCKERFILE = "FROM python:3.11\nEXPOSE 5000\nCOPY . /app/\nCMD python app.py\n"
MLMODEL = """flavors:
  sklearn: {pickled_model: model.pkl}
signature:
  inputs: '[{"type": "double", "name": "age"}]'
  outputs: '[{"type": "long"}]'
"""


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = FakeDigestRecords()
        self.fingerprints = Fingerprints(self.records)
        self.dockerfile: str | None = DOCKERFILE
        self.reports: list[Progress] = []

    def write(self, path: str, text: str, age_s: float = 60) -> None:
        file = self.folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        then = time.time() - age_s
        os.utime(file, (then, then))

    def take(self, token: CancelToken | None = None) -> Fingerprint:
        found = inspect(self.folder, CancelToken())
        request = BuildRequest(
            self.folder,
            ModelName("churn"),
            (Reference("docker.io", "churn", "v1"),),
            self.dockerfile,
            nature=nature_of(found),
        )
        job = Job(token or CancelToken(), self.reports.append)
        files, context = planned(request, CancelToken())
        return self.fingerprints.take(files, context, request.nature, job)

    @property
    def kept(self) -> set[str]:
        return {*self.records.kept.get(str(self.folder), {})}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path / "churn")
    bench.folder.mkdir()
    bench.write("app.py", "print()")
    bench.write("model.safetensors", "weights")
    bench.write("requirements.txt", "numpy==2.1.0\n")
    bench.write("vocab.json", "{}")
    bench.write("README.md", "# Churn")
    return bench


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (lambda b: None, set()),
        (lambda b: b.write("app.py", "print(1)"), {Part.CODE}),
        (lambda b: b.write("tools/x.py", ""), {Part.CODE}),
        (lambda b: b.write("model.safetensors", "others!"), {Part.WEIGHTS}),
        (lambda b: b.write("requirements.txt", "numpy==2.2.0\n"), {Part.DEPENDENCIES}),
        (lambda b: b.write("vocab.json", "[]"), {Part.DATA}),
        (lambda b: b.write("README.md", "# Churn 2"), {Part.DOCUMENTS}),
        (lambda b: b.write("metrics.json", '{"f1": 0.9}'), {Part.DOCUMENTS}),
        (lambda b: (b.folder / "vocab.json").rename(b.folder / "words.json"), {Part.DATA}),
        (lambda b: (b.folder / "link.py").symlink_to("app.py"), {Part.CODE}),
    ],
)
def test_what_changes_is_told_by_its_part(
    bench: Bench, change: Callable[[Bench], None], parts: set[Part]
) -> None:
    before = bench.take()
    change(bench)
    assert {*changed_parts(before, bench.take())} == parts
    assert {*before.parts} == {*Part}


@pytest.mark.parametrize(
    ("dockerfile", "parts"),
    [
        (DOCKERFILE + "# said\n", {Part.RECIPE}),
        (DOCKERFILE.replace("3.11", "3.12"), {Part.RECIPE, Part.BASE}),
        (DOCKERFILE.replace("3.11", "3.11@sha256:" + "a" * 64), {Part.RECIPE}),
        (DOCKERFILE.replace("5000", "8080"), {Part.RECIPE, Part.INTERFACE}),
        (DOCKERFILE + 'ENTRYPOINT ["sh"]\n', {Part.RECIPE, Part.INTERFACE}),
        ("FROM python:3.11 AS x\nEXPOSE 1\n" + DOCKERFILE, {Part.RECIPE}),
        (DOCKERFILE.replace("CMD python", "CMD python3"), {Part.RECIPE}),
    ],
)
def test_what_the_dockerfile_changes(bench: Bench, dockerfile: str, parts: set[Part]) -> None:
    before = bench.take()
    bench.dockerfile = dockerfile
    assert {*changed_parts(before, bench.take())} == parts


def test_what_a_generated_server_tells_of_its_model_is_documentation(bench: Bench) -> None:
    bench.write("modeldesk_server/model.json", '{"metrics": {"f1": 0.8}}')
    before = bench.take()
    bench.write("modeldesk_server/model.json", '{"metrics": {"f1": 0.9}}')
    assert changed_parts(before, bench.take()) == (Part.DOCUMENTS,)


def test_the_signature_of_a_model_is_its_interface(bench: Bench) -> None:
    bench.write("MLmodel", MLMODEL)
    before = bench.take()
    bench.write("MLmodel", MLMODEL.replace("double", "float"))
    assert changed_parts(before, bench.take()) == (Part.INTERFACE, Part.DATA)


def test_the_same_folder_elsewhere_has_the_same_fingerprint(bench: Bench, tmp_path: Path) -> None:
    before = bench.take()
    moved = bench.folder.rename(tmp_path / "elsewhere")
    bench.folder = moved
    bench.write("app.py", "print()", age_s=5000)
    (moved / "app.py").chmod(0o755)
    assert bench.take() == before


def test_what_was_read_is_not_read_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bench.take()
    assert bench.kept == {"app.py", "model.safetensors", "requirements.txt", "vocab.json",
                          "README.md"}  # fmt: skip
    bench.write("vocab.json", "[]")
    (bench.folder / "README.md").unlink()
    opened = _opened(monkeypatch)
    assert changed_parts(before, bench.take()) == (Part.DATA, Part.DOCUMENTS)
    # The text that is given for a Dockerfile is in memory.
    assert opened == ["Dockerfile", "vocab.json"]
    assert "README.md" not in bench.kept


def test_a_file_that_was_just_written_is_read_again(bench: Bench) -> None:
    bench.write("app.py", "print(2)", age_s=0)
    bench.take()
    assert "app.py" not in bench.kept


def test_records_that_fail_cost_only_time(bench: Bench) -> None:
    before = bench.take()
    bench.records.failure = RecordsBusy("Busy.")
    assert bench.take() == before


def test_reading_is_cancelled(bench: Bench) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        bench.take(token)


def _opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read whole from now on."""
    found: list[str] = []

    def noted(plan: ContextPlan, entry: ContextEntry, token: CancelToken) -> Iterator[bytes]:
        found.append(entry.path)
        return content(plan, entry, token)

    monkeypatch.setattr("modeldesk.core.build.digests.content", noted)
    return found
