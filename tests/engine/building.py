"""An image with weights of its own, built by the engine."""

import io
import tarfile
from collections.abc import Mapping
from random import Random

import docker

from tests.support.engine import TINY

_DOCKERFILE = f"""
FROM {TINY}
CMD ["true"]
COPY model.onnx /models/
"""


def build_image(
    client: docker.DockerClient,
    tag: str,
    seed: int | str,
    size_bytes: int = 12_000_000,
    labels: Mapping[str, str] | None = None,
) -> str:
    """The id of an image whose weights follow from `seed` and can't be compressed."""
    out = io.BytesIO()
    weights = Random(seed).randbytes(size_bytes)
    with tarfile.open(fileobj=out, mode="w") as context:
        for name, content in (("Dockerfile", _DOCKERFILE.encode()), ("model.onnx", weights)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            context.addfile(member, io.BytesIO(content))
    out.seek(0)
    made, _ = client.images.build(
        fileobj=out, custom_context=True, tag=tag, rm=True, labels=dict(labels or {})
    )
    return str(made.id)
