"""Registries of each test's own, as processes."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

import registry as registry_program
from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry
from tests.support.certificates import make_authority, make_certificate
from tests.support.ports import free_port
from tests.support.token_server import TokenServer, serve_tokens

USER = Credentials("mia", "secret-of-mia")


class RegistrySite:
    """A registry that runs, and how one gets to it."""

    def __init__(self, address: str, folder: Path, ca_file: str = "") -> None:
        self.address = address
        self.folder = folder
        self.known = KnownRegistry(address, ca_file=ca_file)
        self.user: Credentials | None = None

    def client(self) -> RegistryClient:
        return RegistryClient(self.address, lambda _: self.user, known=self.known)

    def uploads(self) -> list[Path]:
        """The bytes of what was begun and not ended. (The state of its digest, some hundred
        bytes, stays behind in any case.)"""
        return list(self.folder.glob("data/**/_uploads/*/data"))

    def is_taking(self, count: int) -> bool:
        """Whether an upload has so many bytes."""
        with suppress(FileNotFoundError):
            return any(one.stat().st_size >= count for one in self.uploads())
        return False


@contextmanager
def run_registry(
    folder: Path,
    sign_in: tuple[str, str] | None = None,
    certificate: tuple[Path, Path] | None = None,
    *,
    deletes: bool = True,
    more: str = "",
    port: int = 0,
) -> Iterator[RegistrySite]:
    """As `packaging/registry.py` starts it; ended afterwards."""
    if not registry_program.can_start():
        pytest.skip("needs a registry (packaging/test.py installs it)")
    port = port or free_port()
    process = registry_program.start(folder, port, sign_in, certificate, deletes=deletes, more=more)
    try:
        yield RegistrySite(f"127.0.0.1:{port}", folder)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


RunRegistry = Callable[..., RegistrySite]


@pytest.fixture(scope="class")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunRegistry]:
    """Starts registries that run till the end of the class: `open`, `basic`, `tls`, `token`."""
    with ExitStack() as stack:

        def start(kind: str = "open", *, deletes: bool = True) -> RegistrySite:
            folder = tmp_path_factory.mktemp("registry")
            sign_in = certificate = None
            more = ca_file = ""
            if kind == "basic":
                sign_in = (USER.user, USER.password)
            if kind == "tls":
                authority = make_authority(folder / "ca")
                own = make_certificate(folder / "own", by=authority)
                certificate, ca_file = (own.file, own.key), str(authority.file)
            if kind == "token":
                tokens = TokenServer(folder / "tokens", USER.user, USER.password)
                more = stack.enter_context(serve_tokens(tokens)).configuration()
            site = stack.enter_context(
                run_registry(folder, sign_in, certificate, deletes=deletes, more=more)
            )
            site.known = KnownRegistry(site.address, ca_file=ca_file)
            site.user = USER if kind in ("basic", "token") else None
            return site

        yield start
