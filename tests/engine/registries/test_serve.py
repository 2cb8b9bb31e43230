"""``modeldesk serve`` as a process, over Docker's own registry."""

import io
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.core.errors import NotInRegistry
from modeldesk.core.jobs import CancelToken
from tests.engine.registries.conftest import RegistrySite, RunRegistry
from tests.support.certificates import make_authority, make_certificate
from tests.support.waiting import SLOW_MACHINE_S, until
from tests.unit.core.hub.hubs import weights

REC = "/v1/models/team/rec/-"
BYTES = {"Content-Type": "application/octet-stream"}
_WHERE = re.compile(r"Serving \S+ on (\S+)")


@dataclass
class Served:
    """A server that runs."""

    process: subprocess.Popen[str]
    address: str
    home: Path

    def client(self, token: str, verify: ssl.SSLContext | bool = True) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60, verify=verify)

    def uploads(self) -> list[Path]:
        return [one for one in (self.home / "serve").rglob("*") if one.is_file()]


def modeldesk(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modeldesk", *arguments],
        env={**os.environ, "MODELDESK_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def token(home: Path, *roles: str) -> str:
    given = [word for role in roles for word in ("--role", role)]
    done = modeldesk(home, "serve", "token", "add", "ci", *given, "--json")
    assert done.returncode == 0, done.stderr
    found: str = json.loads(done.stdout)["token"]
    return found


@contextmanager
def served(site: RegistrySite, home: Path, *more: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "modeldesk", "serve", "--registry", site.address, "--port", "0",
         *more],
        env={**os.environ, "MODELDESK_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        said: list[str] = []
        for line in process.stderr:
            said.append(line)
            if found := _WHERE.search(line):
                yield Served(process, found[1], home)
                return
        raise AssertionError("".join(said))
    finally:
        process.kill()
        process.communicate()


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(site: RegistrySite, *more: str, home: Path | None = None) -> Served:
            return stack.enter_context(served(site, home or tmp_path / "home", *more))

        yield start


def folder(fill: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in (
            ("model.safetensors", weights(fill, 50_000)),
            ("metrics.json", b'{"accuracy": 0.9}'),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


class TestServe:
    def test_two_servers_over_one_registry_are_one(
        self, run: RunRegistry, serve: Serve, tmp_path: Path
    ) -> None:
        site = run()
        homes = [tmp_path / "one", tmp_path / "two"]
        tokens = [token(home, "publish", "promote") for home in homes]
        servers = [serve(site, home=home) for home in homes]
        one, two = (server.client(own) for server, own in zip(servers, tokens, strict=True))
        with one, two:
            tar = {"Content-Type": "application/x-tar"}
            first = one.put(f"{REC}/versions/v1.0.0", content=folder(1), headers=tar)
            assert first.status_code == 201, first.text
            assert two.post(f"{REC}/versions", content=folder(2), headers=tar).status_code == 201
            names = [v["version"] for v in one.get(f"{REC}/versions").json()["versions"]]
            assert len(names) == 2
            change = {"set": {"accuracy": 0.95}, "why": "again"}
            assert two.patch(f"{REC}/versions/v1.0.0/metadata", json=change).status_code == 200
            path = f"{REC}/channels/candidate"
            wanted: dict[str, Any] = {"version": "v1.0.0", "why": "good"}
            moved = one.put(path, json=wanted, headers={"If-None-Match": "*"})
            assert moved.status_code == 200, moved.text
            seen = two.get(path)
            assert seen.headers["etag"] == moved.headers["etag"]
            assert two.put(path, json=wanted, headers={"If-Match": '"none"'}).status_code == 412
            (line,) = two.get(f"{path}/history").json()["moves"]
            assert (line["why"], line["to"]) == ("good", "v1.0.0")
            query = {"query": "accuracy >= 0.95 and channel = candidate"}
            (hit,) = two.get("/v1/search", params=query).json()["hits"]
            assert hit["version"]["version"] == "v1.0.0"
            file = f"{REC}/versions/candidate/files/model.safetensors"
            assert two.get(file).content == weights(1, 50_000)
            part = two.get(file, headers={"Range": "bytes=100-199"})
            assert (part.status_code, part.content) == (206, weights(1, 50_000)[100:200])
            off = two.delete(path, headers={"If-Match": seen.headers["etag"]})
            assert off.status_code == 200, off.text
        log = json.loads(modeldesk(homes[0], "serve", "audit", "--json").stdout)
        assert {line["outcome"] for line in log} == {"done"}
        kept = b"".join(path.read_bytes() for home in homes for path in home.rglob("*.sqlite*"))
        for secret in tokens:
            assert secret.rpartition("_")[2].encode() not in kept

    @pytest.mark.parametrize("size", [200_000, 40_000_000])
    def test_a_server_that_is_killed_leaves_the_registry_whole(
        self, run: RunRegistry, serve: Serve, tmp_path: Path, size: int
    ) -> None:
        """While the small one comes, and while the large one goes on to the registry."""
        site, home = run(), tmp_path / "home"
        secret = token(home, "publish")
        server = serve(site)
        content = weights(3, size // 4)
        coming = size < 1_000_000

        def pieces() -> Iterator[bytes]:
            yield content[: len(content) // 2]
            if coming:
                until(server.uploads)
                server.process.send_signal(signal.SIGKILL)
                time.sleep(0.2)
            yield content[len(content) // 2 :]

        def kill_on_the_way() -> None:
            # It goes on once it has come whole.
            until(lambda: site.uploads() or ended.is_set(), pause_s=0.001)
            server.process.send_signal(signal.SIGKILL)

        ended = threading.Event()
        killer = threading.Thread(target=kill_on_the_way)
        path = f"{REC}/versions/v1.0.0?file=model.safetensors"
        if not coming:
            killer.start()
        try:
            with server.client(secret) as client, pytest.raises(httpx.TransportError):
                client.put(path, content=pieces(), headers=BYTES)
        finally:
            ended.set()
            if not coming:
                killer.join()
        server.process.wait(SLOW_MACHINE_S)
        registry = site.client()
        assert _tags(registry) == ()
        second = serve(site)
        assert not second.uploads()
        with second.client(secret) as client:
            answer = client.put(path, content=content, headers=BYTES)
            assert answer.status_code == 201, answer.text
            assert client.get(f"{REC}/versions/v1.0.0").json()["files"][0]["size_bytes"] == len(
                content
            )
        registry.close()
        log = json.loads(modeldesk(home, "serve", "audit", "--json").stdout)
        assert log[0]["outcome"] == "done"
        assert [one["outcome"] for one in log[1:]] in ([], ["begun"])

    def test_it_ends_as_it_is_asked(self, run: RunRegistry, serve: Serve, tmp_path: Path) -> None:
        server = serve(run(), "--grace", "2")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(SLOW_MACHINE_S) == ExitCode.DONE
        assert not server.uploads()

    def test_it_encrypts(self, run: RunRegistry, serve: Serve, tmp_path: Path) -> None:
        authority = make_authority(tmp_path / "ca")
        own = make_certificate(tmp_path / "own", by=authority)
        server = serve(run(), "--cert", str(own.file), "--key", str(own.key))
        assert server.address.startswith("https://")
        secret = token(server.home, "read")
        trusting = ssl.create_default_context(cafile=str(authority.file))
        with server.client(secret, trusting) as client:
            assert client.get("/v1/models").json()["models"] == []
        with server.client(secret) as client, pytest.raises(httpx.ConnectError):
            client.get("/v1/models")
        plain = server.address.replace("https", "http")
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{plain}/v1/health")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--host", "0.0.0.0", "--open"], "modeldesk serve token add"),
            (["--host", "0.0.0.0"], "--cert"),
            (["--cert", "/nowhere.pem", "--key", "/nowhere.key"], "PEM"),
            (["--cert", "/nowhere.pem"], "--key"),
        ],
    )
    def test_what_would_let_others_in_is_refused(
        self, run: RunRegistry, tmp_path: Path, arguments: list[str], said: str
    ) -> None:
        done = modeldesk(tmp_path, "serve", "--registry", "127.0.0.1:1", "--port", "0", *arguments)
        assert done.returncode == ExitCode.USAGE
        assert said in done.stderr

    def test_memory_does_not_grow_with_what_is_sent(
        self, run: RunRegistry, serve: Serve, tmp_path: Path
    ) -> None:
        server = serve(run())
        secret = token(server.home, "publish")
        content = weights(5, 40_000_000)
        with server.client(secret) as client:
            client.put(f"{REC}/versions/v0?file=a.safetensors", content=weights(1), headers=BYTES)
            before = _peak(server.process.pid)
            answer = client.put(
                f"{REC}/versions/v1?file=a.safetensors", content=content, headers=BYTES
            )
            assert answer.status_code == 201, answer.text
            with client.stream("GET", f"{REC}/versions/v1/files/a.safetensors") as got:
                assert sum(map(len, got.iter_bytes())) == len(content)
        assert _peak(server.process.pid) - before < 64_000_000


def _tags(registry: RegistryClient) -> tuple[str, ...]:
    try:
        return registry.tags("team/rec", CancelToken())
    except NotInRegistry:
        return ()


def _peak(process: int) -> int:
    """The most memory it ever had."""
    text = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) * 1024
