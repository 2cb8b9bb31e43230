"""What BuildKit is sent of a commit after another of the same repository, with git and an engine
that are real."""

import io
import itertools
import tarfile
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import docker
import pytest

from modeldesk import resources
from modeldesk.adapters.git import GitSourceControl
from modeldesk.core.build.model import BuildOutcome, BuildRequest
from modeldesk.core.build.service import BuildService
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from tests.engine.build_bench import building_engine
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.git_repository import GitRepository
from tests.fakes.records import FakeBuildRecords
from tests.support.engine import TINY, remove_named

SIZE = 2_000_000
OLD, NEW = "o" * SIZE, "n" * SIZE
DOCKERFILE = f"FROM {TINY}\nCOPY weights.bin /model/\nCOPY serve.py /app/\n"


def only_file(archive: Iterable[bytes]) -> str:
    with tarfile.open(fileobj=io.BytesIO(b"".join(archive))) as opened:
        (member,) = opened.getmembers()
        file = opened.extractfile(member)
        assert file is not None
        return file.read().decode()


class Bench:
    """Builds commits of one repository, as programs do that are started one after the other."""

    def __init__(self, engine: ImageEngine, client: docker.DockerClient, root: Path) -> None:
        self.engine = engine
        self.client = client
        self.name = root.name
        self.repository = GitRepository(root, commit=False)
        self._checkouts = root.parent / "checkouts"
        self._numbers = itertools.count(1)

    def build(self, commit: str, folder: Path | None = None) -> BuildOutcome:
        number = next(self._numbers)
        service = BuildService(
            FakeBuildRecords(),
            GitSourceControl(),
            lambda: datetime.now(UTC),
            FakeDeploymentLocks(),
            resources.path("serving"),
            # Another place each time, as beside a build of the same folder.
            checkouts=self._checkouts / str(number),
        )
        request = BuildRequest(
            folder or self.repository.root,
            ModelName("churn"),
            (Reference.parse(f"{self.name}:v{number}"),),
            revision=commit,
        )
        return service.build(self.engine, request, Job(), lambda _: None)

    def content(self, image: ImageId) -> dict[str, str]:
        """The first byte of the weights, and the code."""
        api = self.client.api
        container = api.create_container(image, ["true"])["Id"]
        try:
            weights = only_file(api.get_archive(container, "/model/weights.bin")[0])
            code = only_file(api.get_archive(container, "/app/serve.py")[0])
            return {"weights": weights[:1], "serve": code}
        finally:
            api.remove_container(container)

    def layers(self, image: ImageId) -> list[str]:
        found: list[str] = self.client.images.get(image).attrs["RootFS"]["Layers"]
        return found


@pytest.fixture
def bench(
    engine_url: str, engine_client: docker.DockerClient, unique_name: str, tmp_path: Path
) -> Iterator[Bench]:
    with building_engine(engine_url, with_buildkit=True) as engine:
        yield Bench(engine, engine_client, tmp_path / unique_name)
    remove_named(engine_client, unique_name)


def test_only_what_differs_between_two_commits_is_sent(bench: Bench, tmp_path: Path) -> None:
    commit = bench.repository.commit
    first = commit({"Dockerfile": DOCKERFILE, "weights.bin": OLD, "serve.py": "a = 1"})
    # As long as they were: of another commit's time, and of the same.
    later = "2025-05-06T07:08:09+0000"
    code = commit({"serve.py": "b = 2"}, when=later)
    weights = commit({"weights.bin": NEW}, when=later)
    bench.repository.git("commit", "-q", "--allow-empty", "-m", "No change")

    made = bench.build(first)
    assert made.context_bytes > SIZE
    assert bench.content(made.image) == {"weights": "o", "serve": "a = 1"}

    # BuildKit asks for the Dockerfile every time, in Docker 26 and later.
    asked_anew = bench.build(first).context_bytes
    assert asked_anew in (0, len(DOCKERFILE))

    of_code = bench.build(code)
    assert of_code.context_bytes == asked_anew + len("b = 2")
    assert bench.content(of_code.image) == {"weights": "o", "serve": "b = 2"}
    # What no commit changed is not to be pushed again either.
    assert bench.layers(of_code.image)[:-1] == bench.layers(made.image)[:-1]

    of_weights = bench.build(weights)
    assert of_weights.context_bytes == asked_anew + SIZE
    assert bench.content(of_weights.image) == {"weights": "n", "serve": "b = 2"}

    assert bench.build("HEAD").context_bytes == asked_anew
    linked = tmp_path / "linked"
    bench.repository.git("worktree", "add", "-q", str(linked), code)
    assert bench.build("HEAD", linked).context_bytes == asked_anew + SIZE

    again = bench.build(first)
    assert again.context_bytes == asked_anew + len("a = 1")
    assert bench.content(again.image) == {"weights": "o", "serve": "a = 1"}
    assert bench.layers(again.image) == bench.layers(made.image)


def test_two_commits_at_once_have_each_its_own_files(bench: Bench) -> None:
    commit = bench.repository.commit
    commits = {
        "o": commit({"Dockerfile": DOCKERFILE, "weights.bin": OLD, "serve.py": "a = 1"}),
        "n": commit({"weights.bin": NEW}),
    }
    images: dict[str, ImageId] = {}

    def build(weights: str) -> None:
        images[weights] = bench.build(commits[weights]).image

    for _ in range(2):
        threads = [threading.Thread(target=build, args=(one,)) for one in commits]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {one: bench.content(image)["weights"] for one, image in images.items()} == {
            "o": "o",
            "n": "n",
        }
        images.clear()
