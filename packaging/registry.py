"""A registry of the OCI Distribution API on this machine, for the tests."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

from console import Problem

PACKAGES = ("docker-registry", "apache2-utils", "openssl")
PROGRAM = "MODELDESK_TEST_REGISTRY_PROGRAM"
"""Names another program to test with, such as a later version's."""

_CONFIGURATION = """\
version: 0.1
log:
  level: error
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: {data}
  delete:
    enabled: {deletes}
http:
  addr: {address}
"""
_ENCRYPTION = """\
  tls:
    certificate: {certificate}
    key: {key}
"""
_SIGN_IN = """\
auth:
  htpasswd:
    realm: modeldesk
    path: {passwords}
"""


def free_port() -> int:
    """A port of the loopback address that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def can_start() -> bool:
    return program() is not None


def program() -> str | None:
    """The registry to test with; None where there is none. Raises `Problem` where one is named
    that can't be run."""
    named = os.environ.get(PROGRAM)
    if not named:
        return shutil.which("docker-registry") or shutil.which("registry")
    found = shutil.which(named)
    if found is None:
        raise Problem(f"{PROGRAM} names {named}, which can't be run.")
    return found


def start(
    folder: Path,
    port: int,
    sign_in: tuple[str, str] | None = None,
    certificate: tuple[Path, Path] | None = None,
    *,
    deletes: bool = True,
    more: str = "",
) -> subprocess.Popen[bytes]:
    """Start a registry that keeps its data in `folder`, and wait until it answers.

    With `sign_in` (name, password) it answers nobody else; with a `certificate` (and its key) it
    is encrypted; unless it `deletes`, nothing can be removed from it. `more` is added to its
    configuration. It runs in a process group of its own, and whoever calls ends it. Raises
    `Problem`.
    """
    command = program()
    if command is None:
        raise Problem("No registry is installed (Debian package docker-registry).")
    folder.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{port}"
    text = _CONFIGURATION.format(
        data=folder / "data", address=address, deletes=str(deletes).lower()
    )
    if certificate is not None:
        text += _ENCRYPTION.format(certificate=certificate[0], key=certificate[1])
    if sign_in is not None:
        passwords = folder / "htpasswd"
        _write_password(passwords, *sign_in)
        text += _SIGN_IN.format(passwords=passwords)
    text += more
    configuration = folder / "config.yml"
    configuration.write_text(text, encoding="utf-8")
    # Its own settings may be overridden by variables of this prefix; a person's must not be.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRY_")}
    # From 3.0 on it would else look for somebody to send traces to.
    environment["OTEL_TRACES_EXPORTER"] = "none"
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen(
            [command, "serve", str(configuration)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _wait(process, port, folder / "registry.log", encrypted=certificate is not None)
    return process


def _write_password(to: Path, name: str, password: str) -> None:
    """The password goes by standard input, so that no list of processes shows it."""
    subprocess.run(
        ["htpasswd", "-ciB", str(to), name],
        input=password.encode(),
        check=True,
        capture_output=True,
    )


def _wait(process: subprocess.Popen[bytes], port: int, log: Path, *, encrypted: bool) -> None:
    patience = time.monotonic() + 15
    while process.poll() is None and time.monotonic() < patience:
        connection = _connection(port, encrypted=encrypted)
        try:
            connection.request("GET", "/v2/")
            if connection.getresponse().status in (200, 401):
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    process.kill()
    process.wait()
    last = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
    raise Problem(f"The registry did not start on 127.0.0.1:{port}:\n{last}")


def _connection(port: int, *, encrypted: bool) -> http.client.HTTPConnection:
    """Whether it answers is all that is asked, so anybody's certificate does."""
    if not encrypted:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=1, context=context)
