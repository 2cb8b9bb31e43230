"""What the fake engine keeps of an image, and how one is made up."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail, ImageSummary
from modeldesk.core.references import Reference


class Step(NamedTuple):
    """An instruction and the bytes of the layer it made; 0 for one that makes no layer."""

    instruction: str
    size_bytes: int
    content: str = ""
    """What tells the layer from another of the same instruction and size."""


BASE_STEPS = (
    Step("ADD rootfs.tar.xz / # buildkit", 75_000_000),
    Step('CMD ["bash"]', 0),
    Step("RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates", 9_000_000),
    Step("ENV PYTHON_VERSION=3.11.9", 0),
    Step("RUN /bin/sh -c ./configure && make install", 45_000_000),
)
"""Layers that images have in common unless they are given their own."""


@dataclass
class FakeImage:
    """An image; `tags` and `digests` are what changes about it."""

    id: ImageId
    tags: set[Reference]
    digests: set[Reference]
    created: datetime
    labels: Mapping[str, str]
    steps: tuple[Step, ...]
    config: ImageConfig

    @property
    def size_bytes(self) -> int:
        return sum(step.size_bytes for step in self.steps)

    def summary(self) -> ImageSummary:
        return ImageSummary(
            id=self.id,
            tags=tuple(sorted(self.tags)),
            digests=tuple(sorted(self.digests)),
            size_bytes=self.size_bytes,
            created=self.created,
            labels=self.labels,
        )

    def detail(self) -> ImageDetail:
        return ImageDetail(
            id=self.id,
            diff_ids=diff_ids(self.steps),
            history=tuple(
                HistoryEntry(step.instruction, step.size_bytes, self.created) for step in self.steps
            ),
            config=self.config,
            size_bytes=self.size_bytes,
            architecture="amd64",
            operating_system="linux",
            labels=self.labels,
        )


def diff_ids(steps: Sequence[Step]) -> tuple[DiffId, ...]:
    """One id per step that makes a layer. Steps that begin alike share their first layers."""
    found: list[DiffId] = []
    chain = ""
    for step in steps:
        chain = digest(chain, step.instruction, str(step.size_bytes), step.content)
        if step.size_bytes:
            found.append(DiffId(chain))
    return tuple(found)


def make_image(
    tags: Sequence[Reference],
    steps: tuple[Step, ...],
    labels: Mapping[str, str],
    created: datetime | None = None,
    config: ImageConfig | None = None,
    digests: Sequence[Reference] = (),
    salt: str = "",
) -> FakeImage:
    """An image whose id follows from what is in it, as with a real engine. `salt` makes two
    alike differ."""
    when = created or datetime.now(UTC).replace(microsecond=0)
    settings = config or ImageConfig(command=("serve",), working_directory="/app")
    identity = digest(
        *diff_ids(steps), *map(str, sorted(labels.items())), when.isoformat(), repr(settings), salt
    )
    return FakeImage(
        ImageId(identity), set(tags), set(digests), when, dict(labels), steps, settings
    )


def digest(*parts: str) -> str:
    """``sha256:…`` over the parts."""
    return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()
