"""The parts of the program: made once, whoever asks."""

import base64
import json
import threading
from pathlib import Path

import pytest

from modeldesk.adapters.os_keyring import OsKeyring
from modeldesk.composition import Parts, find_sign_in
from modeldesk.core.contents.model import RegistryImage
from modeldesk.core.engine.model import SignIn
from modeldesk.core.errors import AlreadyRunning, RecordsError, RegistryUntrusted
from modeldesk.core.ids import EngineId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import Settings
from modeldesk.late import Once
from modeldesk.paths import Paths
from tests.support.credentials import MemoryKeyring


class Slow:
    """Has a part whose making waits until a second thread asks for it too, or could have."""

    def __init__(self) -> None:
        self.made = 0
        self.second_asks = threading.Event()

    @Once
    def part(self) -> object:
        self.made += 1
        self.second_asks.wait(0.2)
        return object()


def test_two_threads_that_ask_at_once_get_the_same_part() -> None:
    slow = Slow()
    got: list[object] = []

    def ask() -> None:
        got.append(slow.part)

    def ask_second() -> None:
        slow.second_asks.set()
        ask()

    threads = [threading.Thread(target=ask), threading.Thread(target=ask_second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slow.made == 1
    assert got[0] is got[1] is slow.part


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    paths.settings.write_text(json.dumps({"theme": "dark"}), encoding="utf-8")
    parts = Parts(paths)
    assert parts.settings.theme == "dark"
    parts.close()
    assert not paths.database.exists()
    assert parts.releases.deployments(EngineId("e")) == ()
    assert paths.database.exists()
    parts.close()


def test_programs_that_keep_their_records_apart_have_the_same_locks(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    one, other = Parts(paths), Parts(paths)
    one.do_without_records(tmp_path / "aside" / "records.sqlite", RecordsError("They are newer."))
    with one.locks.hold("rec:1"), pytest.raises(AlreadyRunning), other.locks.hold("rec:1"):
        pass


def test_base_images_are_pulled_with_what_docker_signs_in_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    auths = {
        "r.lan:5000": {"auth": base64.b64encode(b"me:pass").decode()},
        "t.lan": {"auth": base64.b64encode(b"me:").decode(), "identitytoken": "token"},
    }
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    assert find_sign_in("r.lan:5000") == SignIn("me", "pass")
    assert find_sign_in("t.lan") == SignIn("", "token")
    assert find_sign_in("elsewhere.lan") is None


def test_and_with_what_the_keyring_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    backend = MemoryKeyring()
    monkeypatch.setattr("keyring.get_keyring", lambda: backend)
    OsKeyring(backend).keep("k.lan", Credentials("mia", "s3cret"), CancelToken())
    assert find_sign_in("k.lan") == SignIn("mia", "s3cret")
    assert find_sign_in("elsewhere.lan") is None


def test_registries_are_reached_as_the_settings_say_by_then(tmp_path: Path) -> None:
    parts = Parts(Paths.under(tmp_path))
    parts.settings = Settings(registries=(KnownRegistry("r.lan", ca_file="/none/ca.pem"),))
    with pytest.raises(RegistryUntrusted, match=r"/none/ca[.]pem"):
        parts.contents_here.read(RegistryImage("r.lan/team/model:v1"), Job())
    answer = parts.remote_versions.ask(["r.lan/team/model"], CancelToken())
    assert [type(one) for one in answer.errors] == [RegistryUntrusted]
    parts.close()
