"""Images copied, tagged and taken out of real registries, and read by skopeo."""

import json
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import httpx
import pytest

import registry as registry_program
from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.core.errors import Cancelled, NotInRegistry, TagMoved, TagTaken
from modeldesk.core.jobs import CancelToken, Job, PartState, Progress
from modeldesk.core.references import Reference
from modeldesk.core.registry.copying import Copied, CopyRequest, copy
from modeldesk.core.registry.documents import named_by
from modeldesk.core.registry.model import Manifest
from modeldesk.core.registry.removal import plan_removal, remove
from modeldesk.core.registry.tagging import retag, untag
from tests.engine.building import build_image
from tests.engine.counting_proxy import counting
from tests.support.ports import free_port

LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_COPY = textwrap.dedent(
    """
    import resource, sys
    from modeldesk.adapters.oci_registry.registries import RegistryClients
    from modeldesk.core.jobs import Job
    from modeldesk.core.references import Reference
    from modeldesk.core.registry.copying import CopyRequest, copy
    source, target = map(Reference.parse, sys.argv[1:])
    registries = RegistryClients()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("begun", flush=True)
    copy(registries, CopyRequest(source, target), Job())
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    registries.close()
    """
)


@pytest.fixture
def registries() -> Iterator[RegistryClients]:
    clients = RegistryClients()
    yield clients
    clients.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The host of a second registry."""
    if not registry_program.can_start():
        pytest.skip("needs a registry")
    port = free_port()
    process = registry_program.start(tmp_path / "elsewhere", port)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture
def image(engine_client: docker.DockerClient, registry_address: str, unique_name: str) -> Reference:
    """One of 15 MB that was built and pushed."""
    return pushed(engine_client, f"{registry_address}/{unique_name}", "v1.0.0", 15_000_000)


def pushed(client: docker.DockerClient, repository: str, tag: str, size: int) -> Reference:
    name = f"{repository}:{tag}"
    build_image(client, name, name, size)
    said = client.images.push(repository, tag)
    assert "error" not in said, said
    return Reference.parse(name)


def run(
    registries: RegistryClients, source: Reference | str, target: str, job: Job | None = None
) -> Copied:
    request = CopyRequest(Reference.parse(str(source)), Reference.parse(target))
    return copy(registries, request, job or Job())


def skopeo(*arguments: str) -> str:
    program = shutil.which("skopeo")
    if program is None:
        pytest.skip("needs skopeo")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def test_skopeo_reads_what_was_copied(
    registries: RegistryClients, image: Reference, elsewhere: str, tmp_path: Path
) -> None:
    said: list[Progress] = []
    done = run(registries, image, f"{elsewhere}/prod/rec", Job(CancelToken(), said.append))
    name = f"docker://{elsewhere}/prod/rec:v1.0.0"
    told = json.loads(skopeo("inspect", "--tls-verify=false", name))
    assert told["Digest"] == done.target.digest
    # It checks every blob against its digest.
    skopeo("copy", "--src-tls-verify=false", name, f"dir:{tmp_path / 'read'}")
    assert done.moved_bytes > 15_000_000
    assert said[-1].done == said[-1].total == done.moved_bytes
    again = run(registries, image, f"{elsewhere}/prod/rec")
    assert again.moved_bytes == 0
    assert again.there_bytes == done.moved_bytes


def test_in_one_registry_no_byte_of_a_layer_moves(
    registries: RegistryClients, image: Reference
) -> None:
    with counting(image.registry) as (address, counted):
        done = run(
            registries, f"{address}/{image.repository}:v1.0.0", f"{address}/{image.repository}-b"
        )
        promoted = retag(
            registries.at(address), image.repository, "v1.0.0", "stable", CancelToken()
        )
        registries.close()
    assert done.moved_bytes == 0
    assert done.there_bytes > 15_000_000
    assert promoted.digest == done.target.digest
    assert counted.there + counted.back < 100_000


def test_an_index_comes_with_its_images(
    registries: RegistryClients, image: Reference, elsewhere: str
) -> None:
    registry = registries.at(image.registry)
    token = CancelToken()
    one = registry.manifest(image.repository, "v1.0.0", token)
    members = [
        {
            "mediaType": one.media_type,
            "digest": one.digest,
            "size": len(one.content),
            "platform": {"os": "linux", "architecture": architecture},
        }
        for architecture in ("s390x", "amd64")
    ]
    content = json.dumps({"schemaVersion": 2, "mediaType": LIST, "manifests": members}).encode()
    url = f"http://{image.registry}/v2/{image.repository}/manifests/all"
    httpx.put(url, content=content, headers={"Content-Type": LIST}).raise_for_status()
    done = run(registries, image.with_tag("all"), f"{elsewhere}/rec:all")
    read = registries.at(elsewhere).manifest("rec", "all", token)
    assert read.content == content
    assert read.digest == done.target.digest
    skopeo("inspect", "--tls-verify=false", f"docker://{elsewhere}/rec:all")
    # The list goes with what nothing else names; the image has a tag of its own, and stays.
    plan = plan_removal(registry, image.repository, "all", Job())
    assert plan.tags == ("all",)
    assert len(plan.manifests) == 1
    remove(registry, plan, Job())
    assert registry.digest(image.repository, "v1.0.0", token) == one.digest


def test_one_tag_goes_and_the_image_stays(registries: RegistryClients, image: Reference) -> None:
    registry, token = registries.at(image.registry), CancelToken()
    for tag in ("stable", "candidate"):
        retag(registry, image.repository, "v1.0.0", tag, token)
    done = untag(registry, image.repository, "candidate", token)
    assert registry.tags(image.repository, token) == ("stable", "v1.0.0")
    assert registry.digest(image.repository, "stable", token) == done.before
    with pytest.raises(TagMoved):
        retag(registry, image.repository, "v1.0.0", "stable", token, expected="")


def test_an_image_goes_with_all_its_tags(
    registries: RegistryClients, image: Reference, engine_client: docker.DockerClient
) -> None:
    registry, token = registries.at(image.registry), CancelToken()
    retag(registry, image.repository, "v1.0.0", "stable", token)
    other = pushed(engine_client, image.name, "v1.1.0", 1_000_000)
    with pytest.raises(TagTaken):
        retag(registry, image.repository, "v1.0.0", "v1.1.0", token)
    plan = plan_removal(registry, image.repository, "v1.0.0", Job())
    assert plan.tags == ("stable", "v1.0.0")
    own = _sizes(registry.manifest(image.repository, "v1.0.0", token))
    others = _sizes(registry.manifest(image.repository, other.tag, token))
    assert plan.freed_bytes == sum(own[one] for one in own.keys() - others.keys())
    assert plan.kept_bytes == sum(own[one] for one in own.keys() & others.keys()) > 0
    remove(registry, plan, Job())
    assert registry.tags(image.repository, token) == ("v1.1.0",)
    with pytest.raises(NotInRegistry):
        registry.digest(image.repository, plan.digest, token)


def test_a_copy_that_is_cancelled_leaves_no_tag(
    registries: RegistryClients, image: Reference, elsewhere: str
) -> None:
    token = CancelToken()
    stopped: list[float] = []

    def stop(progress: Progress) -> None:
        moving = [one for one in progress.parts if one.state is PartState.MOVING and one.done]
        if moving and not stopped:
            stopped.append(time.monotonic())
            token.cancel()

    with pytest.raises(Cancelled):
        run(registries, image, f"{elsewhere}/rec", Job(token, stop))
    # The upload that is given up is told so; that takes a question.
    assert time.monotonic() - stopped[0] < 5
    with pytest.raises(NotInRegistry):
        registries.at(elsewhere).digest("rec", "v1.0.0", CancelToken())
    run(registries, image, f"{elsewhere}/rec")
    skopeo("inspect", "--tls-verify=false", f"docker://{elsewhere}/rec:v1.0.0")


def test_a_killed_copy_is_finished_by_the_next_in_little_memory(
    registries: RegistryClients,
    engine_client: docker.DockerClient,
    registry_address: str,
    unique_name: str,
    elsewhere: str,
) -> None:
    source = pushed(engine_client, f"{registry_address}/{unique_name}", "v1", 250_000_000)
    command = [sys.executable, "-c", _COPY, str(source), f"{elsewhere}/rec:v1"]
    killed = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert killed.stdout is not None
    killed.stdout.readline()
    time.sleep(0.3)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    token = CancelToken()
    with pytest.raises(NotInRegistry):
        registries.at(elsewhere).digest("rec", "v1", token)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    grown_kb = int(done.stdout.split()[-1])
    assert grown_kb < 64_000
    there = registries.at(elsewhere).digest("rec", "v1", token)
    assert there == registries.at(registry_address).digest(source.repository, "v1", token)


def _sizes(manifest: Manifest) -> dict[str, int]:
    return {blob.digest: blob.size_bytes for blob in named_by(manifest).blobs}
