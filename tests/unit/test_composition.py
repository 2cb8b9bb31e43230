"""The parts of the program: made once, whoever asks."""

import base64
import json
import threading
from pathlib import Path

import pytest

from modeldesk.composition import Once, Parts, find_sign_in
from modeldesk.core.engine.model import SignIn
from modeldesk.core.errors import AlreadyRunning, RecordsError
from modeldesk.core.ids import EngineId
from modeldesk.paths import Paths


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
