"""pip's resolver, with programs that do what pip does at its best and worst."""

import json
import os
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from modeldesk.adapters.pip.program import environment
from modeldesk.adapters.pip.report import read_report
from modeldesk.adapters.pip.resolver import PipResolver
from modeldesk.core.errors import Cancelled, LockFailed, PackageNotFound
from modeldesk.core.jobs import CancelToken
from modeldesk.core.recipes.model import LockTarget, ResolvedPackage

TARGET = LockTarget("3.11", ("manylinux_2_36_x86_64", "linux_x86_64"), "Python 3.11, linux/amd64")
HASH = "ab" * 32


def entry(name: str = "idna", version: str = "3.10", **info: object) -> dict[str, object]:
    told = {"url": f"https://files.lan/{name}-{version}-py3-none-any.whl",
            "archive_info": {"hashes": {"sha256": HASH}}}  # fmt: skip
    return {"metadata": {"name": name, "version": version}, "download_info": {**told, **info}}


def report(*entries: object) -> bytes:
    return json.dumps({"version": "1", "install": list(entries)}).encode()


@pytest.fixture
def stand_in(tmp_path: Path) -> "StandIn":
    return StandIn(tmp_path)


class StandIn:
    """A program in pip's place. What it was started with is in `said`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.said = folder / "said.json"

    def resolver(self, body: str, seconds: float = 60) -> PipResolver:
        program = self._folder / "pip.py"
        program.write_text(
            "import json, os, pathlib, subprocess, sys, time\n"
            "words = sys.argv[1:]\n"
            "at = lambda name: words[words.index(name) + 1]\n"
            f"said = pathlib.Path({str(self.said)!r})\n"
            "asked = pathlib.Path(at('--requirement')).read_text()\n"
            "said.write_text(json.dumps({'words': words, 'asked': asked, 'cwd': os.getcwd(),"
            " 'pid': os.getpid(), 'files': os.listdir()}))\n" + body
        )
        return PipResolver(lambda _: [sys.executable, str(program)], seconds)

    @property
    def told(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.said.read_text())
        return found


def resolve(resolver: PipResolver, *lines: str) -> tuple[ResolvedPackage, ...]:
    return resolver.resolve(lines or ("idna",), TARGET, CancelToken())


def test_what_pip_is_asked(stand_in: StandIn) -> None:
    secret = "--index-url https://me:s3cret@index.lan/simple"
    body = f"pathlib.Path(at('--report')).write_text({report(entry()).decode()!r})\n"
    found = resolve(stand_in.resolver(body), secret, "idna>=3")
    assert found == (
        ResolvedPackage("idna", "3.10", (f"sha256:{HASH}",), "idna-3.10-py3-none-any.whl"),
    )
    words = stand_in.told["words"]
    assert isinstance(words, list)
    text = " ".join(words)
    for expected in ("install --dry-run", "--only-binary :all:", "--python-version 3.11",
                     "--platform manylinux_2_36_x86_64 --platform linux_x86_64"):  # fmt: skip
        assert expected in text
    # A list of processes shows the arguments to everyone.
    assert "s3cret" not in text
    assert stand_in.told["asked"] == f"{secret}\nidna>=3\n"
    assert stand_in.told["files"] in (["asked.txt", "said"], ["said", "asked.txt"])
    assert not Path(str(stand_in.told["cwd"])).exists()


def test_a_package_without_a_wheel_is_named(stand_in: StandIn) -> None:
    words = "ERROR: Could not find it\nERROR: No matching distribution found for annoy==1.17.3\n"
    body = f"sys.stderr.write({words!r})\nsys.exit(1)\n"
    with pytest.raises(PackageNotFound) as caught:
        resolve(stand_in.resolver(body))
    assert caught.value.requirement == "annoy==1.17.3"
    assert "Python 3.11, linux/amd64" in caught.value.message


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("ERROR: ResolutionImpossible: for help visit", "contradict each other"),
        ("ERROR: HTTPSConnectionPool(host='me:s3cret@index.lan')", "could not find out"),
        ("", "could not find out"),
    ],
)
def test_other_failures(stand_in: StandIn, words: str, sentence: str) -> None:
    with pytest.raises(LockFailed) as caught:
        resolve(stand_in.resolver(f"sys.stderr.write({words!r})\nsys.exit(2)\n"))
    assert sentence in caught.value.message
    assert not isinstance(caught.value, PackageNotFound)


def test_passwords_in_what_pip_says_are_hidden(stand_in: StandIn) -> None:
    said = "Looking in indexes: https://me:s3cret-pass@index.lan/simple"
    with pytest.raises(LockFailed) as caught:
        resolve(stand_in.resolver(f"sys.stderr.write({said!r})\nsys.exit(2)\n"))
    assert "s3cret-pass" not in caught.value.detail


def test_a_report_counts_only_when_pip_ended_well(stand_in: StandIn) -> None:
    body = f"pathlib.Path(at('--report')).write_text({report(entry()).decode()!r})\nsys.exit(1)\n"
    with pytest.raises(LockFailed):
        resolve(stand_in.resolver(body))


def test_one_that_takes_too_long_is_ended(stand_in: StandIn) -> None:
    with pytest.raises(LockFailed, match="longer"):
        resolve(stand_in.resolver("time.sleep(600)\n", seconds=2))
    assert not _runs(int(str(stand_in.told["pid"])))


def test_a_cancel_ends_it_and_all_it_started(stand_in: StandIn) -> None:
    body = (
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "pathlib.Path(said.parent, 'child').write_text(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    resolver, token = stand_in.resolver(body), CancelToken()
    child = stand_in.said.parent / "child"

    def cancel() -> None:
        deadline = time.monotonic() + 30
        while not (child.exists() and child.read_text()) and time.monotonic() < deadline:
            time.sleep(0.01)
        token.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(Cancelled):
        resolver.resolve(["idna"], TARGET, token)
    thread.join()
    assert not Path(str(stand_in.told["cwd"])).exists()
    deadline = time.monotonic() + 10
    while _runs(int(child.read_text())) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(int(child.read_text()))


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(LockFailed, match="started"):
        resolve(PipResolver(lambda _: ["/nowhere/pip"]))


def test_the_environment_has_nothing_that_says_where_to(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_TARGET", "PIP_NO_BINARY", "PYTHONPATH", "PIP_REQUIREMENT"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.lan/simple")
    found = environment("/t")
    assert not {"PIP_TARGET", "PIP_NO_BINARY", "PYTHONPATH", "PIP_REQUIREMENT"} & found.keys()
    assert found["PIP_INDEX_URL"] == "https://index.lan/simple"
    assert found["TMPDIR"] == "/t"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"install": {}}',
        b'{"install": [null]}',
        report(entry(name="x\n--index-url")),
        report(entry(version="1; evil")),
        report(entry(archive_info={})),
        report(entry(archive_info={"hashes": {"sha256": "short"}})),
        report(entry(url="https://files.lan/x.tar.gz")),
        report(entry(archive_info={"hashes": {"sha256": f"{HASH}\n"}})),
        b"[" * 100_000,
    ],
)
def test_a_report_that_could_not_be_written_down(content: bytes) -> None:
    with pytest.raises(LockFailed):
        read_report(content)


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def test_what_is_asked_for_is_nobody_elses(stand_in: StandIn) -> None:
    body = "said.write_text(json.dumps({'mode': os.stat('.').st_mode}))\nsys.exit(1)\n"
    with pytest.raises(LockFailed):
        resolve(stand_in.resolver(body))
    mode = int(str(stand_in.told["mode"]))
    assert os.name == "nt" or stat.S_IMODE(mode) == 0o700
