"""Where an engine is looked for, and in which order."""

import hashlib
import json
from pathlib import Path

import pytest

from modeldesk.adapters.docker_engine.addresses import Surroundings, TlsFiles, candidates


def around(home: Path, platform: str = "linux", **variables: str) -> Surroundings:
    return Surroundings({"XDG_RUNTIME_DIR": "/run/user/1000", **variables}, home, platform)


def addresses(surroundings: Surroundings) -> list[tuple[str, str]]:
    return [(one.source, one.address) for one in candidates(surroundings)]


def keep_context(folder: Path, name: str, endpoint: object) -> Path:
    """A context as docker keeps it; gives the folder for its TLS files."""
    kept = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / kept / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Endpoints": {"docker": endpoint}}))
    return folder / "contexts" / "tls" / kept / "docker"


def test_the_usual_places_in_order(tmp_path: Path) -> None:
    assert addresses(around(tmp_path)) == [
        ("Default address", "unix:///var/run/docker.sock"),
        ("Rootless Docker", "unix:///run/user/1000/docker.sock"),
        ("Docker Desktop", f"unix://{tmp_path}/.docker/run/docker.sock"),
        ("Docker Desktop", f"unix://{tmp_path}/.docker/desktop/docker.sock"),
        ("Colima", f"unix://{tmp_path}/.colima/default/docker.sock"),
        ("Colima", f"unix://{tmp_path}/.config/colima/default/docker.sock"),
        ("Rancher Desktop", f"unix://{tmp_path}/.rd/docker.sock"),
        ("OrbStack", f"unix://{tmp_path}/.orbstack/run/docker.sock"),
        ("Podman", "unix:///run/user/1000/podman/podman.sock"),
        ("Podman", "unix:///run/podman/podman.sock"),
    ]


def test_the_variable_comes_first_then_the_context(tmp_path: Path) -> None:
    folder = tmp_path / ".docker"
    keep_context(folder, "lab", {"Host": "tcp://lab:2375"})
    (folder / "config.json").write_text('{"currentContext": "lab"}')
    found = addresses(around(tmp_path, DOCKER_HOST="tcp://other:2375"))
    assert found[:3] == [
        ("DOCKER_HOST", "tcp://other:2375"),
        ("Context lab", "tcp://lab:2375"),
        ("Default address", "unix:///var/run/docker.sock"),
    ]


def test_the_context_of_the_variable_wins(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    keep_context(folder, "lab", {"Host": "tcp://lab:2375"})
    keep_context(folder, "desk", {"Host": "unix:///desk.sock"})
    (folder / "config.json").write_text('{"currentContext": "lab"}')
    found = addresses(around(tmp_path, DOCKER_CONFIG=str(folder), DOCKER_CONTEXT="desk"))
    assert found[0] == ("Context desk", "unix:///desk.sock")
    found = addresses(around(tmp_path, DOCKER_CONFIG=str(folder), DOCKER_CONTEXT="default"))
    assert found[0][0] == "Default address"


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"currentContext": 5}'])
def test_a_configuration_that_is_missing_or_damaged(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker" / "config.json").write_text(content)
    assert addresses(around(tmp_path))[0][0] == "Default address"


@pytest.mark.parametrize("endpoint", [None, {}, {"Host": ""}, {"Host": 5}, "tcp://lab"])
def test_a_context_without_address_is_said_so(tmp_path: Path, endpoint: object) -> None:
    keep_context(tmp_path / ".docker", "lab", endpoint)
    first = candidates(around(tmp_path, DOCKER_CONTEXT="lab"))[0]
    assert first.source == "Context lab"
    assert "lab" in first.problem


def test_a_context_that_is_gone_is_said_so(tmp_path: Path) -> None:
    assert candidates(around(tmp_path, DOCKER_CONTEXT="gone"))[0].problem


def test_each_place_is_looked_at_once(tmp_path: Path) -> None:
    real = tmp_path / "real.sock"
    (tmp_path / ".rd").mkdir()
    (tmp_path / ".rd" / "docker.sock").symlink_to(real)
    found = addresses(around(tmp_path, DOCKER_HOST=f"unix://{real}"))
    assert ("DOCKER_HOST", f"unix://{real}") in found
    assert "Rancher Desktop" not in [source for source, _ in found]


def test_an_address_that_was_chosen_is_the_only_one(tmp_path: Path) -> None:
    surroundings = around(tmp_path, DOCKER_HOST="tcp://other:2375")
    (only,) = candidates(surroundings, " /my/engine.sock ")
    assert (only.source, only.address) == ("Settings", "unix:///my/engine.sock")
    assert only.socket_path == "/my/engine.sock"


def test_an_address_that_was_chosen_keeps_what_is_known_of_it(tmp_path: Path) -> None:
    tls = keep_context(tmp_path / ".docker", "lab", {"Host": "tcp://lab:2376"})
    tls.mkdir(parents=True)
    surroundings = around(tmp_path, DOCKER_CONTEXT="lab")
    (only,) = candidates(surroundings, "tcp://lab:2376")
    assert only.source == "Context lab"
    assert only.tls == TlsFiles(tls / "ca.pem", tls / "cert.pem", tls / "key.pem")


def test_tls_files_of_a_context_that_does_not_verify(tmp_path: Path) -> None:
    endpoint = {"Host": "tcp://lab:2376", "SkipTLSVerify": True}
    keep_context(tmp_path / ".docker", "lab", endpoint).mkdir(parents=True)
    tls = candidates(around(tmp_path, DOCKER_CONTEXT="lab"))[0].tls
    assert tls is not None
    assert not tls.verify


def test_tls_files_by_variables(tmp_path: Path) -> None:
    host = {"DOCKER_HOST": "tcp://lab:2376", "DOCKER_TLS_VERIFY": "1"}
    assert candidates(around(tmp_path, **host))[0].tls == TlsFiles(
        tmp_path / ".docker" / "ca.pem",
        tmp_path / ".docker" / "cert.pem",
        tmp_path / ".docker" / "key.pem",
    )
    tls = candidates(around(tmp_path, **host, DOCKER_CERT_PATH="/certs"))[0].tls
    assert tls is not None
    assert tls.key == Path("/certs/key.pem")
    assert candidates(around(tmp_path, DOCKER_HOST="tcp://lab:2376"))[0].tls is None


def test_other_platforms(tmp_path: Path) -> None:
    windows = addresses(around(tmp_path, "win32"))
    assert windows[0] == ("Default address", "npipe:////./pipe/docker_engine")
    assert all(address.startswith("npipe://") for _, address in windows)
    machine = f"unix://{tmp_path}/.local/share/containers/podman/machine/podman.sock"
    assert ("Podman", machine) in addresses(around(tmp_path, "darwin"))
    assert ("Podman", machine) not in addresses(around(tmp_path, "linux"))
