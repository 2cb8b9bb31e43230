"""Model artifacts against Docker's own registry: read by others, killed in the middle, sent over
bad lines, and in little memory."""

import filecmp
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.composition import Parts
from modeldesk.core.artifacts.catalogue import Catalogue
from modeldesk.core.artifacts.model import Kind
from modeldesk.core.attached.subject import subject_there
from modeldesk.core.errors import NotInRegistry, RegistryLied
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.metadata.model import Key, Section
from modeldesk.core.references import Reference
from modeldesk.paths import Paths
from tests.contracts.registry_contract import put_bytes
from tests.engine.registries import artifact_work
from tests.engine.registries.artifact_work import (
    NAME,
    make_weights,
    pull_to,
    push_folder,
    there_and_back,
)
from tests.engine.registries.conftest import USER, RegistrySite, RunRegistry, run_registry
from tests.fakes.registry_contents import OCI_MANIFEST, digest_of, entry, manifest_of
from tests.support.faulty_proxy import Cut, Drop, Rule, faulty_proxy
from tests.support.token_server import TokenServer, serve_tokens
from tests.unit.core.artifacts.models import make_folder, packed_gzip, tar_of, weights

KILLS = 4
LARGE_MB = 24
LIMIT_MB = 64


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RegistrySite]:
    with run_registry(tmp_path / "registry") as site:
        yield site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = make_folder(tmp_path / "rec")
    (made / ".env").unlink()
    return made


@pytest.fixture
def large(tmp_path: Path) -> Path:
    made = tmp_path / "large"
    made.mkdir()
    for name in ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"):
        make_weights(made / name, LARGE_MB)
    return made


def _same(one: Path, other: Path) -> bool:
    seen = filecmp.dircmp(one, other)
    names = [str(path.relative_to(one)) for path in one.rglob("*") if path.is_file()]
    _, mismatch, errors = filecmp.cmpfiles(one, other, names, shallow=False)
    return not (seen.left_only or seen.right_only or mismatch or errors)


@pytest.mark.parametrize("kind", ["open", "basic", "tls"])
def test_there_and_back(
    kind: str, run: RunRegistry, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _there_and_back(run(kind), folder, tmp_path, monkeypatch)


def test_with_tokens(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = TokenServer(tmp_path / "tokens", USER.user, USER.password)
    with (
        serve_tokens(tokens) as serving,
        run_registry(tmp_path / "registry", more=serving.configuration()) as site,
    ):
        site.user = USER
        _there_and_back(site, folder, tmp_path, monkeypatch)


def _there_and_back(
    site: RegistrySite, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        artifact_work, "RegistryClients", lambda: RegistryClients(lambda _: site.client())
    )
    pushed = push_folder(site.address, str(folder), "v1.0.0")
    pulled = pull_to(site.address, "v1.0.0", str(tmp_path / "here"), str(tmp_path / "locks"))
    assert pulled.source.digest == pushed.target.digest
    assert _same(folder, tmp_path / "here")
    assert not push_folder(site.address, str(tmp_path / "here"), "v1.0.0").is_new


def test_skopeo_reads_and_copies_it(site: RegistrySite, folder: Path, tmp_path: Path) -> None:
    skopeo = shutil.which("skopeo")
    if skopeo is None:
        pytest.skip("needs skopeo (packaging/test.py installs it)")
    pushed = push_folder(site.address, str(folder), "v1.0.0")
    address = f"docker://{site.address}/{NAME}:v1.0.0"

    def ask(*words: str) -> bytes:
        return subprocess.run([skopeo, *words], check=True, capture_output=True, timeout=60).stdout

    raw = ask("inspect", "--raw", "--tls-verify=false", address)
    assert digest_of(raw) == pushed.target.digest
    manifest = json.loads(raw)
    assert manifest["artifactType"] == "application/vnd.cncf.model.manifest.v1+json"
    out = tmp_path / "out"
    ask("copy", "--src-tls-verify=false", address, f"dir:{out}")
    (first, *_) = manifest["layers"]
    assert (out / first["digest"].removeprefix("sha256:")).read_bytes() == weights()
    # And what it wrote elsewhere is read here.
    ask("copy", "--dest-tls-verify=false", f"dir:{out}",
        f"docker://{site.address}/{NAME}:v2.0.0")  # fmt: skip
    pull_to(site.address, "v2.0.0", str(tmp_path / "here"), str(tmp_path / "locks"))
    assert _same(folder, tmp_path / "here")


def test_artifacts_of_others(site: RegistrySite, tmp_path: Path) -> None:
    """As a registry that checks what it is given keeps them."""
    client = site.client()
    kit = "application/vnd.kitops.modelkit"
    config = b'{"manifestVersion":"1.0.0","model":{"name":"rec","path":"m.onnx"}}'
    layer = packed_gzip(tar_of({"m.onnx": b"onnx", "deep/er.txt": b"1"}))
    for content in (config, layer):
        put_bytes(client, NAME, content)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": entry(f"{kit}.config.v1+json", config),
        "layers": [entry(f"{kit}.model.v1.tar+gzip", layer)],
    }
    client.put_manifest(NAME, "v1.0.0", manifest_of(document), CancelToken())
    client.close()
    pulled = pull_to(site.address, "v1.0.0", str(tmp_path / "here"), str(tmp_path / "locks"))
    assert pulled.artifact.kind is Kind.MODEL_KIT
    assert (tmp_path / "here" / "deep" / "er.txt").read_bytes() == b"1"
    registries = RegistryClients()
    (found,) = Catalogue(registries).versions(Reference(site.address, NAME), CancelToken())
    registries.close()
    assert found.held.artifact == pulled.artifact


def test_a_push_that_is_killed(site: RegistrySite, large: Path, tmp_path: Path) -> None:
    def state() -> None:
        client = site.client()
        try:
            client.digest(NAME, "v1.0.0", CancelToken())
        except NotInRegistry:
            return
        finally:
            client.close()
        # Where there is a tag, there is all of it.
        pull_to(site.address, "v1.0.0", str(tmp_path / "seen"), str(tmp_path / "locks"))
        assert _same(large, tmp_path / "seen")

    _kill_again_and_again(push_folder, (site.address, str(large), "v1.0.0"), state)
    push_folder(site.address, str(large), "v1.0.0")
    pull_to(site.address, "v1.0.0", str(tmp_path / "here"), str(tmp_path / "locks"))
    assert _same(large, tmp_path / "here")


def test_a_pull_that_is_killed(site: RegistrySite, large: Path, tmp_path: Path) -> None:
    push_folder(site.address, str(large), "v1.0.0")
    here = tmp_path / "here"

    def state() -> None:
        for one in here.rglob("*"):
            # What has its name is whole.
            if one.is_file() and not one.name.endswith(".modeldesk-part"):
                assert filecmp.cmp(one, large / one.name, shallow=False)

    arguments = (site.address, "v1.0.0", str(here), str(tmp_path / "locks"))
    _kill_again_and_again(pull_to, arguments, state)
    pull_to(*arguments)
    assert _same(large, here)


def _kill_again_and_again(
    work: Callable[..., object], arguments: tuple[str, ...], state: Callable[[], None]
) -> None:
    context = get_context("spawn")
    for _ in range(KILLS):
        process = context.Process(target=work, args=arguments)
        process.start()
        process.join(random.uniform(0.4, 1.6))
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        process.close()
        state()


def test_a_line_that_breaks(site: RegistrySite, large: Path, tmp_path: Path) -> None:
    """What came is not asked for again."""
    push_folder(site.address, str(large), "v1.0.0")
    blobs = "^GET .*/blobs/"
    with faulty_proxy(site.address) as proxy:
        proxy.rules.append(Rule(blobs, Drop(answered=3_000_000), 3))
        began = time.monotonic()
        pull_to(proxy.address, "v1.0.0", str(tmp_path / "here"), str(tmp_path / "locks"))
        assert time.monotonic() - began < 60
    assert _same(large, tmp_path / "here")


def test_a_proxy_that_cuts_what_it_hands_on(
    site: RegistrySite, large: Path, tmp_path: Path
) -> None:
    """Nothing of it is kept, and the next try ends well."""
    push_folder(site.address, str(large), "v1.0.0")
    here = tmp_path / "here"
    with faulty_proxy(site.address) as proxy:
        proxy.rules.append(Rule("^GET .*/blobs/", Cut(5_000_000), 1, after=1))
        with pytest.raises(RegistryLied):
            pull_to(proxy.address, "v1.0.0", str(here), str(tmp_path / "locks"))
        for one in here.iterdir():
            assert one.name.endswith(".modeldesk-part") or filecmp.cmp(one, large / one.name)
        pull_to(proxy.address, "v1.0.0", str(here), str(tmp_path / "locks"))
    assert _same(large, here)


def test_little_memory(site: RegistrySite, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for number in range(4):
        make_weights(folder / f"part-{number}.safetensors", 80)
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    to = tmp_path / "work" / "here"
    to.parent.mkdir()
    process = context.Process(
        target=there_and_back, args=(site.address, str(folder), str(to), theirs)
    )
    process.start()
    process.join()
    assert process.exitcode == 0
    grown = ours.recv()
    ours.close()
    theirs.close()
    assert grown < LIMIT_MB
    assert _same(folder, to)


def test_what_is_said_of_weights_goes_with_them(
    site: RegistrySite, folder: Path, tmp_path: Path
) -> None:
    digest = push_folder(site.address, str(folder), "v1.0.0").target.digest
    name = f"{site.address}/{NAME}"
    homes = [Paths.under(tmp_path / home) for home in ("mine", "theirs")]
    mine, theirs = map(Parts, homes)
    token, accuracy = CancelToken(), Key(Section.METRIC, "accuracy")
    try:
        (found,) = mine.remote_versions.ask([name], token).versions
        subject = subject_there([found], found.tag)
        assert (found.artifact, subject.image) == ("ModelPack", digest)
        mine.metadata.edit(subject.image, subject.labels, {accuracy: 0.5}, reason="measured")
        done = mine.metadata.attach(subject.image, subject.places, token)
        assert (done.places, done.absent, done.problems) == (subject.places, (), ())
        # Somebody else sees it as soon as the registry is looked through.
        theirs.browsing.browse(site.known, (), Job())
        known = theirs.metadata.metadata(subject.image, subject.labels)
        assert known.values[accuracy].value == 0.5
        assert [edit.reason for edit in known.history] == ["measured"]
        # It is no version of its own, and the weights are what they were.
        catalog = theirs.browsing.catalog([site.known])
        assert [(one.tag, one.digest) for one in catalog.versions] == [("v1.0.0", digest)]
        pulled = pull_to(site.address, "v1.0.0", str(tmp_path / "here"), str(tmp_path / "locks"))
        assert pulled.source.digest == digest
    finally:
        mine.close()
        theirs.close()
