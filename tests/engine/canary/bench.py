"""A deployment behind a real gateway, with callers who never rest."""

import http.client
import io
import itertools
import json
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import docker

from modeldesk.adapters.gateway.nginx import NginxGateway
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.adapters.sqlite.rollout_records import SqliteRolloutRecords
from modeldesk.core.canary.model import Rollout, RolloutPlan
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.canary.traffic import ReleaseTraffic
from modeldesk.core.canary.watch import CanaryWatch
from modeldesk.core.containers.model import LOOPBACK, PortBinding
from modeldesk.core.gateway.model import FEEDBACK_PATH, REQUEST_HEADER, VERSION_HEADER
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.ids import DeploymentName, ImageId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import DeploymentKey, ServiceSettings, VersionTarget
from modeldesk.core.releases.service import ReleaseService
from tests.engine.canary.server import PORT
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.support.engine import NGINX, PYTHON
from tests.support.ports import free_port

_DOCKERFILE = f"""\
FROM {PYTHON}
ENV DOES=%s
COPY server.py /server.py
HEALTHCHECK --interval=1s --timeout=10s CMD python -c \
"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{PORT}/')"
CMD ["python", "/server.py"]
"""
CALLERS = 4


class CanaryBench:
    """Versions are called by what they do: good, failing, slow, wrong, dead."""

    def __init__(
        self, engine: ImageEngine, client: docker.DockerClient, name: str, folder: Path
    ) -> None:
        self.engine, self._client = engine, client
        self.name = DeploymentName(name)
        self._database = open_database(folder / "records.sqlite").database
        self.rollouts = SqliteRolloutRecords(self._database)
        self.gateway = NginxGateway(engine)
        locks = FakeDeploymentLocks()
        self.releases = ReleaseService(
            SqliteReleaseRecords(self._database), lambda _: self.gateway,
            lambda _engine, _job: self._image(NGINX), locks, lambda: "ana", _now,
        )  # fmt: skip
        self.traffic = ReleaseTraffic(engine, self.releases, locks)
        self.service = self._new_service()
        self.watch = self._new_watch()
        self.port = free_port()
        self.answered: Counter[tuple[str, int]] = Counter()
        """By version and status."""
        self.failed: list[str] = []
        """Requests without any answer."""
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._call, args=(number,), name=f"caller-{number}")
            for number in range(CALLERS)
        ]
        self._lock = threading.Lock()

    @property
    def key(self) -> DeploymentKey:
        return DeploymentKey(self.engine.identity().id, self.name)

    @property
    def rollout(self) -> Rollout:
        return self.service.rollouts(self.key)[0]

    def version(self, does: str) -> VersionTarget:
        tag = f"{self.name}:{does}"
        context = io.BytesIO()
        with tarfile.open(fileobj=context, mode="w") as tar:
            _add(tar, "Dockerfile", (_DOCKERFILE % does).encode())
            _add(tar, "server.py", Path(__file__).with_name("server.py").read_bytes())
        context.seek(0)
        image, _ = self._client.images.build(fileobj=context, custom_context=True, tag=tag)
        return VersionTarget(ImageId(str(image.id)), tag, str(image.id))

    def deploy(self) -> None:
        """What serves first is good, and callers begin."""
        settings = ServiceSettings((PortBinding(PORT, self.port),), health_timeout_s=120.0)
        self.releases.deploy(
            self.engine, self.name, ModelName("rec"), self.version("good"), settings, "", Job()
        )
        for thread in self._threads:
            thread.start()

    def start(self, does: str, plan: RolloutPlan) -> Rollout:
        return self.service.start(self.key, self.version(does), plan, "try it", Job())

    def restart(self) -> None:
        """The program ends, and another begins."""
        self.watch.stop()
        self.service, self.watch = self._new_service(), self._new_watch()
        self.watch.start()

    def harm_gateway(self, how: str) -> None:
        """It is removed, or started anew, by somebody else."""
        gateway = gateway_name(self.name)
        if how == "removed":
            self._client.api.remove_container(gateway, force=True)
        else:
            self._client.api.restart(gateway, timeout=1)

    def heal(self) -> None:
        """As a watch over deployments does."""
        healed = self.releases.heal(self.engine, Job())
        assert all(one.problem is None for one in healed.mended), healed

    def ended(self) -> Rollout:
        """The rollout, once it has come to its end."""
        self.until(lambda: not self.rollout.open)
        return self.rollout

    def until(self, condition: Callable[[], object], seconds: float = 180.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (self.rollout, self.watch.problem(self.rollout.id))
            time.sleep(0.1)

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self.watch.stop()
        if self.releases.deployments(self.key.engine):
            self.releases.remove(self.engine, self.key, Job())
        self._database.close()

    def _new_service(self) -> CanaryService:
        return CanaryService(self.rollouts, self.traffic, lambda: "ana", _now)

    def _new_watch(self) -> CanaryWatch:
        return CanaryWatch(self.service, self.traffic, _now)

    def _image(self, reference: str) -> ImageId:
        images = self.engine.list_images()
        return next(one.id for one in images if reference in map(str, one.tags))

    def _call(self, caller: int) -> None:
        """One connection that is kept, as callers do; a caller has a name for each request, so
        that the split meets many. The truth is told about every request."""
        for number in itertools.count():
            if self._stop.wait(0.02):
                return
            headers = {"Content-Type": "application/json", "X-User": f"{caller}-{number}"}
            connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=60)
            try:
                body = json.dumps({"inputs": [number]})
                connection.request("POST", "/predict", body, headers)
                answer = connection.getresponse()
                content = answer.read()
                version = answer.getheader(VERSION_HEADER, "")
                with self._lock:
                    self.answered[version, answer.status] += 1
                request = answer.getheader(REQUEST_HEADER, "")
                if answer.status == 200:
                    said = {
                        "id": request,
                        "prediction": json.loads(content)["outputs"][0],
                        "truth": number % 2,
                    }
                    connection.request("POST", FEEDBACK_PATH, json.dumps(said))
                    connection.getresponse().read()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
            finally:
                connection.close()


@contextmanager
def canary_bench_on(
    engine: ImageEngine, client: docker.DockerClient, name: str, folder: Path
) -> Iterator[CanaryBench]:
    bench = CanaryBench(engine, client, name, folder)
    try:
        yield bench
    finally:
        bench.close()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def _now() -> datetime:
    return datetime.now(UTC)
