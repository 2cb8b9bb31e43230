"""An engine filled like a small team's: models with histories, base images, leftovers."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from modeldesk.core.containers.model import ContainerSpec, Health, PortBinding
from modeldesk.core.ids import NO_ENGINE, ContainerId, DeploymentName, ImageId, ModelName
from modeldesk.core.images import ImageConfig
from modeldesk.core.releases.model import (
    Deployment,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.fakes.engine_images import Step
from tests.fakes.records import FakeReleaseRecords

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime.now(UTC)
REGISTRY = "registry.lan:5000/team"
MB = 1_000_000
SLIM = (
    Step("ADD rootfs.tar.xz / # buildkit", 75 * MB),
    Step('CMD ["bash"]', 0),
    Step("RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates tzdata", 9 * MB),
    Step("ENV PYTHON_VERSION=3.11.9", 0),
    Step("RUN /bin/sh -c ./configure --enable-shared && make -j2 install", 36 * MB),
)
CONFIG = ImageConfig(
    entrypoint=(),
    command=("python", "serve.py", "--port", "5000"),
    environment=("PATH=/venv/bin:/usr/bin", "MODEL=/models", "API_TOKEN=s3cret-value"),
    user="10001",
    working_directory="/app",
    exposed_ports=("5000/tcp",),
    healthcheck=("CMD", "python", "-c", "import urllib.request"),
)
RECOMMENDATION = (
    ("v1.0.0", 40, 1690, 310, 0.902, 150, "1aa00101"),
    ("v1.1.0", 40, 1700, 320, 0.911, 120, "2bb00202"),
    ("v1.2.0", 100, 1965, 312, 0.929, 80, "d3c10777"),
    ("v1.2.1", 100, 1965, 312, 0.929, 36, "e0b66141"),
    ("v1.3.0", 38, 690, 341, 0.936, 15, "15ac9de0"),
    ("v1.3.1", 38, 690, 341, 0.936, 12, "77e02b15"),
    ("v1.4.0", 38, 402, 341, 0.940, 3, "c81a5f90"),
    ("v1.4.1", 38, 402, 342, 0.941, 1, "4be77d21"),
    ("v1.5.0-rc1", 38, 402, 355, 0.943, 0.09, "9f31c0a4"),
)
CHANNELS = {"v1.4.0": "stable", "v1.5.0-rc1": "candidate", "v1.2.1": "deprecated"}
OTHERS = {
    "fraud-detector": (410, 415, 422, 430, 440),
    "churn": (300, 310, 310, 290, 320, 360, 340, 310, 260, 240, 235, 236),
    "ocr-zh · 票据识别": (1500, 1500, 1650, 1800),
    "speech-keywords": (330, 310, 280),
    "demand-forecast": (180, 200, 210, 215, 225, 240, 240),
}


def fill_engine(engine: FakeEngine) -> dict[str, ImageId]:
    """Put everything on `engine`; the images of “recommendation” by version name."""
    engine.add_image("python:3.11-slim-bookworm", "python:3.11-slim", base=SLIM, created=_ago(60))
    images = {version[0]: _recommendation(engine, *version) for version in RECOMMENDATION}
    _serve(engine, images["v1.4.0"], "shop-recommendation", 5000)
    for name, sizes in OTHERS.items():
        made = [_other(engine, name, n, size) for n, size in enumerate(sizes)]
        if name == "fraud-detector":
            _serve(engine, made[-1], "fraud", 5001)
        if name.startswith("ocr"):
            engine.behaves(made[-1], Behaviour(health=(Health.UNHEALTHY,)))
            engine.set_health(_serve(engine, made[-1], "ocr", 5002), Health.UNHEALTHY)
    for number in range(11):
        steps = [Step(f"COPY weights-{number}.safetensors /models/", 373 * MB)]
        engine.add_image(base=SLIM, steps=steps, created=_ago(20 + number))
    return images


def fill_releases(records: FakeReleaseRecords, images: dict[str, ImageId]) -> None:
    """A deployment “shop” that went from v1.3.1 to v1.4.0."""
    name = DeploymentName("shop")
    before, now = (_target(images, version) for version in ("v1.3.1", "v1.4.0"))
    for number, (target, previous) in enumerate(((before, None), (now, before))):
        records.add_release(
            Release(
                0,
                NO_ENGINE,
                name,
                ReleaseKind.DEPLOY,
                target,
                previous,
                _ago(10 - number),
                "mlops",
                "",
                ReleaseState.SUCCEEDED,
                _ago(10 - number),
            )
        )
    settings = ServiceSettings()
    records.save_deployment(
        Deployment(NO_ENGINE, name, ModelName("recommendation"), settings, now, None, _ago(20))
    )


def _recommendation(
    engine: FakeEngine,
    version: str,
    system: int,
    dependencies: int,
    weights: int,
    accuracy: float,
    days: float,
    commit: str,
) -> ImageId:
    repository = f"{REGISTRY}/recommendation"
    tags = [f"{repository}:{version}"]
    if version in CHANNELS:
        tags.append(f"{repository}:{CHANNELS[version]}")
    weights_file = "recommendation.pt" if version < "v1.2" else "recommendation_v2.safetensors"
    steps: Iterable[Step] = (
        Step("WORKDIR /app", 0),
        Step("RUN /bin/sh -c apt-get install -y --no-install-recommends libgomp1", system * MB),
        Step("COPY --from=builder /venv /venv # buildkit", dependencies * MB),
        Step(f"COPY {weights_file} /models/ # buildkit", weights * MB, version[:4]),
        Step("COPY serve.py preprocess.py /app/ # buildkit", 2_100_000, version),
        Step('CMD ["python" "serve.py"]', 0),
    )
    labels = {
        "io.modeldesk.model.name": "recommendation",
        "io.modeldesk.model.framework": "PyTorch 2.4",
        "io.modeldesk.model.dataset.version": "clicks-2026-10",
        "io.modeldesk.model.metrics": json.dumps({"accuracy": accuracy}),
        "org.opencontainers.image.revision": commit * 5,
        "org.opencontainers.image.source": "https://git.lan/ml/recommendation",
        "maintainer": "ml-team@example.com",
    }
    return engine.add_image(
        *tags, steps=steps, base=SLIM, labels=labels, created=_ago(days), config=CONFIG
    )


def _other(engine: FakeEngine, name: str, number: int, size: int) -> ImageId:
    path = name.split(" ", maxsplit=1)[0]
    steps = (
        Step("COPY --from=builder /venv /venv", (size // 3) * MB),
        Step("COPY model.onnx /models/", (size - size // 3) * MB, f"{name}{number}"),
        Step("COPY app.py /app/", 400_000, f"{name}{number}"),
    )
    return engine.add_image(
        f"{REGISTRY}/{path}:v{1 + number // 4}.{number % 4}.0",
        steps=steps,
        base=SLIM,
        labels={"io.modeldesk.model.name": name},
        created=_ago(90 - 6 * number),
    )


def _serve(engine: FakeEngine, image: ImageId, name: str, port: int) -> ContainerId:
    spec = ContainerSpec(image, name, (PortBinding(5000, port),))
    container = engine.create_container(spec)
    engine.start_container(container)
    return container


def _target(images: dict[str, ImageId], version: str) -> VersionTarget:
    image = images[version]
    return VersionTarget(image, f"{REGISTRY}/recommendation:{version}", image)


def _ago(days: float) -> datetime:
    return NOW - timedelta(days=days)
