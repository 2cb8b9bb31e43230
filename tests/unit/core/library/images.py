"""Images for tests of the library, in few words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from modeldesk.core.containers.model import ContainerStatus, ContainerSummary, Health
from modeldesk.core.ids import ContainerId, DiffId, ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.labels import MODEL_NAME_LABEL
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.stack import Stack
from modeldesk.core.library.grouping import LocalImage
from modeldesk.core.references import Reference

START = datetime(2026, 1, 1, tzinfo=UTC)


def image_id(number: int) -> ImageId:
    return ImageId(f"sha256:{number:064x}")


def layers(names: str, bytes_each: int = 10) -> tuple[Layer, ...]:
    """One layer per letter, each of the same size."""
    return tuple(
        Layer(DiffId(f"sha256:{name}"), f"RUN {name}", bytes_each, LayerKind.OTHER)
        for name in names
    )


def image(
    number: int,
    *tags: str,
    stack: str | Sequence[Layer] | None = None,
    digests: Sequence[str] = (),
    model: str = "",
    labels: Mapping[str, str] | None = None,
    created: int | None = None,
    size: int | None = None,
    marked_base: int = 0,
    histories: tuple[int, ...] = (),
) -> LocalImage:
    """The image `number`, created so many minutes after the start, with one layer of 10 bytes
    for each letter of `stack`; None for layers not read yet."""
    found = layers(stack) if isinstance(stack, str) else stack
    known = None if found is None else Stack(tuple(found), marked_base, histories)
    total = sum(layer.size_bytes for layer in found) if found is not None else 100
    minutes = number if created is None else created
    named = {MODEL_NAME_LABEL: model} if model else {}
    summary = ImageSummary(
        image_id(number),
        tuple(sorted(map(Reference.parse, tags))),
        tuple(sorted(map(Reference.parse, digests))),
        total if size is None else size,
        START + timedelta(minutes=minutes),
        {**named, **(labels or {})},
    )
    return LocalImage(summary, known)


def container(
    name: str, of: int, status: ContainerStatus = ContainerStatus.RUNNING
) -> ContainerSummary:
    return ContainerSummary(ContainerId(name), name, image_id(of), status, Health.NONE, (), START)
