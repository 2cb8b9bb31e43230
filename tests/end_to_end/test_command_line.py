"""The main job on the command line, with a real engine: build, look, run, roll back."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from modeldesk.core.releases.model import DEPLOYMENT_LABEL
from tests.end_to_end.program import Program, get_json, kill, sample_folder
from tests.fakes.git_repository import GitRepository
from tests.support.waiting import SLOW_MACHINE_S, until


@pytest.fixture
def program(engine_url: str, own_folder: Path) -> Program:
    return Program(engine_url, own_folder)


@pytest.fixture
def built(
    program: Program, unique_name: str, tmp_path: Path, engine_client: docker.DockerClient
) -> Iterator[dict[str, str]]:
    """Two versions of the sample model: version tag → image id."""
    images = {}
    for version in ("v1.0.0", "v1.1.0"):
        folder = sample_folder(tmp_path / unique_name, version)
        done = program.run("build", str(folder), "--model", unique_name, "--tag", version, "--json")
        assert done.code == 0, done.err
        images[version] = done.json["image_id"]
    yield images
    for container in engine_client.containers.list(all=True, filters={"name": unique_name}):
        container.remove(force=True)


def test_cleaning_up(program: Program, built: dict[str, str], unique_name: str) -> None:
    ask = ("cleanup", "--model", unique_name, "--keep", "1", "--json")
    dry = program.run(*ask).json
    assert dry["dry_run"] is True
    [candidate] = dry["candidates"]
    assert candidate["references"] == [f"{unique_name}:v1.0.0"]
    assert candidate["locked"] == ""
    assert 0 < dry["freed_bytes"] < 1_000_000 < candidate["size_bytes"]
    assert len(program.run("images", unique_name, "--json").json[0]["versions"]) == 2

    done = program.run(*ask, "--yes")
    assert done.code == 0, done.err
    assert [one["image_id"] for one in done.json["removed"]] == [built["v1.0.0"]]
    assert done.json["failed"] == []
    came_back = done.json["freed_bytes"] + done.json["kept_by_build_cache"]
    assert came_back == dry["freed_bytes"]
    assert f"docker image rm {unique_name}:v1.0.0" in done.err
    assert program.run(*ask).json["candidates"] == []


def test_the_main_job(program: Program, built: dict[str, str], unique_name: str) -> None:
    models = program.run("images", "--json").json
    [model] = [m for m in models if m["model"] == unique_name]
    newest, oldest = model["versions"]
    assert (newest["tag"], oldest["tag"]) == ("v1.1.0", "v1.0.0")
    assert newest["reference"] == f"{unique_name}:v1.1.0"
    assert newest["image_id"] == built["v1.1.0"]
    assert newest["unique_bytes"] + newest["shared_bytes"] <= newest["size_bytes"] * 1.001
    assert 0 < newest["unique_bytes"] < 1_000_000 < newest["shared_bytes"]
    assert newest["labels"]["org.opencontainers.image.version"] == "v1.1.0"
    assert set(newest) >= {
        "reference", "tag", "image_id", "digest", "size_bytes", "unique_bytes",
        "shared_bytes", "created", "labels",
    }  # fmt: skip

    layers = program.run("layers", f"{unique_name}:v1.1.0", "--json").json
    assert layers["image_id"] == built["v1.1.0"]
    kinds = [layer["kind"] for layer in layers["layers"]]
    assert kinds[0] == "base image"
    assert "model weights" in kinds
    assert "application" in kinds

    first = program.run(
        "run", f"{unique_name}:v1.0.0", "--service", unique_name, "-p", "5000", "--json"
    )
    assert first.code == 0, first.err
    url = first.json["url"]
    assert url.startswith("http://127.0.0.1:")
    accuracy = get_json(f"{url}/metadata")["metrics"]["accuracy"]
    second = program.run(
        "run", f"{unique_name}:v1.1.0", "--service", unique_name, "--why", "better", "--json",
    )  # fmt: skip
    assert second.code == 0, second.err
    assert get_json(f"{url}/metadata")["metrics"]["accuracy"] > accuracy

    listed = program.run("deployments", "--json").json
    [deployment] = [d for d in listed if d["deployment"] == unique_name]
    assert deployment["reference"] == f"{unique_name}:v1.1.0"
    assert deployment["url"] == url
    assert deployment["state"].startswith("running")
    assert [v["reference"] for v in deployment["earlier"]] == [f"{unique_name}:v1.0.0"]

    back = program.run("rollback", unique_name, "--json")
    assert back.code == 0, back.err
    assert back.json["from_digest"] == built["v1.1.0"]
    assert back.json["to_digest"] == built["v1.0.0"]
    assert back.json["restored"] is False
    assert back.json["url"] == url
    assert back.json["seconds"] > 0
    assert get_json(f"{url}/metadata")["metrics"]["accuracy"] == accuracy
    no_further = program.run("rollback", unique_name)
    assert no_further.code == 1
    assert "the earliest of its versions" in no_further.err
    assert "--to: v1.1.0" in no_further.err
    [now] = [d for d in program.run("deployments", "--json").json if d["deployment"] == unique_name]
    assert now["previous"] is None
    assert [v["reference"] for v in now["earlier"]] == [f"{unique_name}:v1.1.0"]
    # A variable of a script that is empty names no version, not the one before.
    assert program.run("rollback", unique_name, "--to", "").code == 4
    forward = program.run("rollback", unique_name, "--to", "v1.1.0", "--json")
    assert forward.code == 0, forward.err
    assert get_json(f"{url}/metadata")["metrics"]["accuracy"] > accuracy


def test_progress_goes_to_standard_error_and_steps_are_told(
    program: Program, unique_name: str, tmp_path: Path
) -> None:
    folder = sample_folder(tmp_path / unique_name)
    done = program.run("build", str(folder), "--model", unique_name, "--tag", "v1.0.0", "--json")
    assert done.code == 0, done.err
    assert set(done.json) == {"image_id", "references", "refused", "moved", "context_bytes",
                              "duration_s", "steps", "commit", "git_tag",
                              "git_problem"}  # fmt: skip
    assert done.json["references"][0] == f"{unique_name}:v1.0.0"
    assert 0 < done.json["context_bytes"] < 1_000_000
    assert done.json["steps"]
    for step in done.json["steps"]:
        assert set(step) == {"name", "cached", "seconds"}
    assert done.err.strip()


def test_a_version_is_never_moved(program: Program, unique_name: str, tmp_path: Path) -> None:
    first = sample_folder(tmp_path / unique_name, "v1.0.0")
    arguments = ("--model", unique_name, "--tag", "v1.0.0", "--json")
    assert program.run("build", str(first), *arguments).code == 0
    other = sample_folder(tmp_path / unique_name, "v1.1.0")
    refused = program.run("build", str(other), *arguments)
    assert refused.code == 2
    assert refused.out == ""
    assert "v1.0.0" in refused.err


def test_a_target_that_fails_is_told_by_the_exit_code(
    program: Program, built: dict[str, str], unique_name: str, tmp_path: Path
) -> None:
    started = program.run(
        "run", f"{unique_name}:v1.0.0", "--service", unique_name, "-p", "5000", "--json"
    )
    url = started.json["url"]
    broken = sample_folder(tmp_path / "broken" / unique_name)
    (broken / "digits.safetensors").write_bytes(b"not weights")
    assert program.run("build", str(broken), "--model", unique_name, "--tag", "v2.0.0").code == 0
    port = url.rpartition(":")[2]
    failed = program.run(
        "run", f"{unique_name}:v2.0.0", "--service", unique_name, "-p", f"{port}:5000", "--json"
    )
    assert failed.code == 7, failed.err
    assert failed.json["restored"] is True
    assert f"could not run {unique_name}:v2.0.0" in failed.json["problem"]
    assert failed.json["problem"] in failed.err
    assert "are damaged" in failed.json["output"]
    assert f"| {failed.json['output'].splitlines()[-1]}" in failed.err
    assert get_json(f"{url}/health")
    listed = program.run("deployments", "--json").json
    [deployment] = [d for d in listed if d["deployment"] == unique_name]
    assert deployment["reference"] == f"{unique_name}:v1.0.0"


def test_a_container_that_dies_shows_its_last_words(
    program: Program, unique_name: str, tmp_path: Path, engine_client: docker.DockerClient
) -> None:
    broken = sample_folder(tmp_path / unique_name)
    (broken / "digits.safetensors").write_bytes(b"not weights")
    program.run("build", str(broken), "--model", unique_name, "--tag", "v1.0.0")
    failed = program.run("run", f"{unique_name}:v1.0.0", "--name", unique_name, "--json")
    assert failed.code == 6
    assert failed.out == ""
    assert "|" in failed.err
    assert engine_client.containers.list(all=True, filters={"name": unique_name}) == []


def test_a_taken_port_is_named(program: Program, built: dict[str, str], unique_name: str) -> None:
    reference = f"{unique_name}:v1.0.0"
    first = program.run("run", reference, "--name", unique_name, "-p", "5000", "--json")
    port = first.json["url"].rpartition(":")[2]
    second = program.run("run", reference, "--name", f"{unique_name}-2", "-p", f"{port}:5000")
    assert second.code == 1
    assert port in second.err


def test_unknown_names_are_answered_with_near_ones(
    program: Program, built: dict[str, str], unique_name: str
) -> None:
    missing = program.run("layers", f"{unique_name}:v1.0.9", "--json")
    assert missing.code == 4
    assert program.run("images", f"{unique_name}x", "--json").code == 4
    assert missing.out == ""
    assert f"{unique_name}:v1.0.0" in missing.err
    assert program.run("rollback", unique_name).code == 4


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("build {repository} --from-commit nope", 4),
        ("build {folder} --from-commit nope", 2),
        ("build {folder} --git-tag", 2),
        ("build {repository}/gone --from-commit HEAD", 2),
        ("inspect {folder} --git-tags v*", 2),
        ("versions nope-{name}", 4),
        ("verify nope-{name}:v1", 4),
        ("compare {folder}/gone", 2),
        ("compare {folder} --request {folder}/gone.json", 2),
        ("builds nope-{name}", 4),
        ("builds --show nope", 4),
    ],
)
def test_what_is_not_there_and_what_can_not_be_used_have_a_code_each(
    program: Program, unique_name: str, tmp_path: Path, words: str, code: int
) -> None:
    repository = GitRepository(tmp_path / "repository")
    folder = sample_folder(tmp_path / "model")
    known = {"repository": repository.root, "folder": folder, "name": unique_name}
    done = program.run(*(word.format(**known) for word in words.split()))
    assert done.code == code, done.err
    assert done.err.startswith("modeldesk: ") or "\nmodeldesk: " in done.err
    assert "Traceback" not in done.err


def test_doctor_knows_the_engine_and_what_is_wrong(program: Program, tmp_path: Path) -> None:
    well = program.run("doctor", "--json")
    assert well.code == 0, well.err
    assert well.json["engine"]["version"]
    assert well.json["problems"] == []
    gone = program.run("doctor", "--json", extra={"DOCKER_HOST": f"unix://{tmp_path}/no.sock"})
    assert gone.code == 3
    assert gone.json["engine"] is None
    assert gone.json["attempts"]
    assert gone.json["problems"][0]["fix"]
    assert program.run("images", extra={"DOCKER_HOST": f"unix://{tmp_path}/no.sock"}).code == 3


def test_interrupted_in_the_middle_of_a_build_nothing_is_left(
    program: Program, unique_name: str, tmp_path: Path, engine_client: docker.DockerClient
) -> None:
    folder = sample_folder(tmp_path / unique_name)
    (folder / "Dockerfile").write_text(
        # A shell that has something left to do stays, and has the name in its command line.
        f"FROM modeldesk-test/tiny:1\nRUN sleep 600; echo {unique_name}\n"
    )
    process = program.start("build", str(folder), "--model", unique_name, "--tag", "v1.0.0")
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if unique_name in line and "sleep" in line:
            break
    step = f"sleep 600; echo {unique_name}"
    until(lambda: _processes(step) or process.poll() is not None, seen=lambda: said, pause_s=0.1)
    assert process.poll() is None, said
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SLOW_MACHINE_S)
    assert process.returncode == 130, err
    assert time.monotonic() - begin < 4
    until(lambda: not _processes(step), seen=lambda: _processes(step), pause_s=0.1)
    assert engine_client.images.list(name=unique_name) == []


def _processes(command: str) -> list[str]:
    """The machine's processes whose command line has `command` in it."""
    found = subprocess.run(["pgrep", "-f", command], capture_output=True, text=True, check=False)
    return found.stdout.split()


@pytest.mark.parametrize("delay_s", [0.2, 0.8, 1.4, 2.0, 2.8])
def test_killed_in_the_middle_of_a_rollback_it_is_put_right(
    program: Program,
    built: dict[str, str],
    unique_name: str,
    engine_client: docker.DockerClient,
    delay_s: float,
) -> None:
    started = program.run(
        "run", f"{unique_name}:v1.0.0", "--service", unique_name, "-p", "5000", "--json"
    )
    port = started.json["url"].rpartition(":")[2]
    again = program.run("run", f"{unique_name}:v1.1.0", "--service", unique_name, "--json")
    assert again.code == 0, again.err
    process = program.start("rollback", unique_name)
    time.sleep(delay_s)
    kill(process)
    healed = program.run("deployments", "--json")
    assert healed.code == 0, healed.err
    [deployment] = [d for d in healed.json if d["deployment"] == unique_name]
    assert deployment["state"].startswith("running")
    there = engine_client.containers.list(all=True, filters={"name": unique_name})
    kept = [one["container_id"] for one in deployment["kept"]]
    versions = {c.id for c in there if DEPLOYMENT_LABEL in c.labels}
    assert versions == {deployment["container_id"], *kept}
    # And the gateway.
    assert len(there) == len(versions) + 1
    metadata = get_json(f"http://127.0.0.1:{port}/metadata")
    weights = {
        version: json.loads(
            (sample_folder(Path(program.environment["MODELDESK_HOME"]) / version, version)
             / "metrics.json").read_text()
        )["accuracy"]
        for version in built
    }  # fmt: skip
    runs = deployment["reference"].rpartition(":")[2]
    assert metadata["metrics"]["accuracy"] == weights[runs]


LOADED = """
import importlib, sys
from modeldesk.cli.main import main
from modeldesk.cli.parser import COMMANDS
for name in COMMANDS:
    importlib.import_module(f"modeldesk.cli.commands.{name}")
heavy = {"PySide6", "docker", "git", "numpy", "pyqtgraph"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


def test_no_window_and_no_heavy_library_is_loaded_to_begin_with(program: Program) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED],
        capture_output=True,
        text=True,
        check=True,
        env=program.environment,
    )
    assert loaded.stdout.strip() == "[]"
