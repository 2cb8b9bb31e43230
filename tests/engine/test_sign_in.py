"""Signing in to a real registry with a password file, plain and encrypted, by the command line as a
process: what is kept where, and that no file of ours has the password."""

import base64
import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import registry
from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.connections import Connections
from modeldesk.composition import Parts
from modeldesk.core.errors import NotInRegistry
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.paths import Paths
from tests.support import certificates
from tests.support.credentials import write_helper
from tests.support.ports import free_port

OCI = "application/vnd.oci.image"
USER, PASSWORD = "mia", "corr3ct-horse-battery"


class Desk:
    """The command line with files and a credential helper of its own."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.docker = folder / "docker"
        self.kept = folder / "kept"
        self.docker.mkdir()
        write_helper("test", folder / "bin", self.kept)
        self._environment = {
            **os.environ,
            "MODELDESK_HOME": str(self.home),
            "DOCKER_CONFIG": str(self.docker),
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }

    def docker_names_a_helper(self) -> None:
        (self.docker / "config.json").write_text('{"credsStore": "test"}')

    def run(self, *arguments: str, given: str = "", fails: bool = False) -> Any:
        """The JSON that was printed."""
        done = subprocess.run(
            [sys.executable, "-m", "modeldesk", "registry", *arguments, "--json"],
            input=given,
            capture_output=True,
            text=True,
            env=self._environment,
            timeout=60,
            check=False,
        )
        assert PASSWORD not in done.stdout + done.stderr
        assert (done.returncode != 0) == fails, done.stderr
        return json.loads(done.stdout) if done.stdout else {"said": done.stderr}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@contextmanager
def running(folder: Path, certificate: certificates.Certificate | None = None) -> Iterator[str]:
    port = free_port()
    shown = (certificate.file, certificate.key) if certificate else None
    process = registry.start(folder, port, (USER, PASSWORD), shown)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def files_with(secret: str, folder: Path) -> list[Path]:
    """Every file below `folder` that holds it, as it is or as docker would write it."""
    encoded = base64.b64encode(f"{USER}:{secret}".encode())
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in (secret.encode(), encoded))
    ]


def use(desk: Desk, folder: Path, host: str) -> None:
    """Put a version there and learn of it, writing down all that the program logs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_CONFIG", str(desk.docker))
        patch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
        log = logging.FileHandler(desk.home / "modeldesk.log")
        root = logging.getLogger()
        level = root.level
        root.addHandler(log)
        root.setLevel(logging.DEBUG)
        parts = Parts(Paths.under(desk.home))
        try:
            config = json.dumps({"rootfs": {"diff_ids": []}, "config": {}}).encode()
            push(RegistryClient(host), config)
            answer = parts.remote_versions.ask([f"{host}/team/model"], CancelToken())
            assert [one.tag for one in answer.versions] == ["v1.0.0"]
        finally:
            parts.close()
            root.setLevel(level)
            root.removeHandler(log)
            log.close()


def push(client: RegistryClient, config: bytes) -> None:
    digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    blob = Blob(digest, len(config), lambda first: iter([config[first:]]))
    described = {"mediaType": f"{OCI}.config.v1+json", "digest": digest, "size": len(config)}
    content = json.dumps(
        {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "config": described,
         "layers": []}
    ).encode()  # fmt: skip
    name = f"sha256:{hashlib.sha256(content).hexdigest()}"
    manifest = Manifest(content, f"{OCI}.manifest.v1+json", name)
    client.put_blob("team/model", blob, lambda _: None, CancelToken())
    client.put_manifest("team/model", "v1.0.0", manifest, CancelToken())
    client.close()


def test_sign_in_check_and_sign_out_by_a_helper(desk: Desk, tmp_path: Path) -> None:
    desk.docker_names_a_helper()
    with running(tmp_path / "registry") as host:
        assert desk.run("check", host, fails=True)["failed"] == "sign-in"
        wrong = desk.run(
            "sign-in", host, "--user", USER, "--password-stdin", given="wrong", fails=True
        )
        assert wrong["failed"] == "sign-in"
        assert not (desk.kept / "kept").exists()
        done = desk.run("sign-in", host, "--user", USER, "--password-stdin", given=PASSWORD + "\n")
        assert (done["ok"], done["user"], done["kept_in"]) == (True, USER, "helper:test")
        assert desk.run("check", host)["accepted"] is True
        (listed,) = desk.run("list")
        assert (listed["host"], listed["user"]) == (host, USER)
        use(desk, tmp_path, host)
        assert [path.parent for path in files_with(PASSWORD, tmp_path)] == [desk.kept]
        assert {"modeldesk.sqlite", "settings.json", "modeldesk.log"} <= {
            path.name for path in desk.home.iterdir()
        }
        assert (desk.docker / "config.json").read_text() == '{"credsStore": "test"}'
        out = desk.run("sign-out", host)
        assert (out["erased_from"], out["signed_in"]) == ("helper:test", False)
        assert files_with(PASSWORD, tmp_path) == []
        assert desk.run("check", host, fails=True)["failed"] == "sign-in"


def test_without_helper_and_keyring_nothing_is_written_down(desk: Desk, tmp_path: Path) -> None:
    with running(tmp_path / "registry") as host:
        done = desk.run(
            "sign-in", host, "--user", USER, "--password-stdin", given=PASSWORD, fails=True
        )
    assert "no keyring" in str(done["said"])
    assert files_with(PASSWORD, tmp_path) == []
    assert not (desk.docker / "config.json").exists()


def test_what_docker_login_wrote_stays_and_is_said(desk: Desk, tmp_path: Path) -> None:
    with running(tmp_path / "registry") as host:
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        written = json.dumps({"auths": {host: {"auth": pair}}})
        (desk.docker / "config.json").write_text(written)
        assert desk.run("check", host)["accepted"] is True
        out = desk.run("sign-out", host)
        assert (out["erased_from"], out["user"], out["kept_in"]) == ("", USER, "docker")
        assert (desk.docker / "config.json").read_text() == written


@pytest.mark.skipif(not certificates.can_make(), reason="openssl is not installed")
def test_an_encrypted_registry_with_an_authority_of_its_own(desk: Desk, tmp_path: Path) -> None:
    desk.docker_names_a_helper()
    authority = certificates.make_authority(tmp_path / "authority")
    shown = certificates.make_certificate(tmp_path / "server", by=authority)
    with running(tmp_path / "registry", shown) as host:
        assert desk.run("check", host, fails=True)["failed"] == "encryption"
        desk.run("add", host, "--ca", str(authority.file), "--name", "队")
        done = desk.run("sign-in", host, "--user", USER, "--password-stdin", given=PASSWORD)
        assert done["accepted"] is True
        known = KnownRegistry(host, ca_file=str(authority.file))
        client = Connections((known,)).client(host)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCKER_CONFIG", str(desk.docker))
            patch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
            with pytest.raises(NotInRegistry):
                client.tags("team/none", CancelToken())
        client.close()
        assert desk.run("list")[0]["name"] == "队"
        desk.run("remove", host)
    assert desk.run("list") == []
    assert files_with(PASSWORD, desk.home) == []
