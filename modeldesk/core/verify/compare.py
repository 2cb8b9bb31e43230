"""Two images of one source, compared layer by layer."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from modeldesk.core.compare.config import ConfigDifference, Setting, diff_config
from modeldesk.core.compare.layers import LayerPair, PairState, align_layers
from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import ImageContents, LayerContents, Place
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.labels import CREATED_LABEL, FINGERPRINT_LABEL, VERIFY_LABEL
from modeldesk.core.verify.layers import ReadFiles, compare_layers
from modeldesk.core.verify.model import Because, Cause, Verification, VerifiedLayer

_NOT_TOLD = frozenset({CREATED_LABEL, FINGERPRINT_LABEL, VERIFY_LABEL})
"""Labels that differ because of the time, of files that are compared anyhow, or of the
comparison."""


class Reader(Protocol):
    """Looks into images, as `modeldesk.core.contents.service.Contents` does."""

    def read(self, place: Place, job: Job, base_layers: int | None = None) -> ImageContents: ...

    def files(
        self,
        place: Place,
        layer: DiffId,
        entries: Collection[Entry],
        token: CancelToken,
        stamp: str,
    ) -> Iterator[tuple[Entry, bytes]]: ...


def compare_images(
    first: Place, second: Place, commit: str, contents: Reader, job: Job
) -> Verification:
    """How the second differs from the first. Raises what reading them raises, `Cancelled`."""
    left, right = contents.read(first, job), contents.read(second, job)
    base = max(left.base_layers, right.base_layers)
    based = {layer.blob.diff_id for side in (left, right) for layer in side.layers[:base]}
    layers = []
    for pair in align_layers(left.layers, right.layers):
        job.token.raise_if_cancelled()
        causes = _causes(pair, based, _Reading(contents, first, left),
                         _Reading(contents, second, right), job)  # fmt: skip
        made = pair.right or pair.left
        layers.append(VerifiedLayer(made.instruction if made else "", pair.state, causes))
    return Verification(
        left.image.detail.id,
        right.image.detail.id,
        commit,
        tuple(layers),
        tuple(_config(diff_config(left.image.detail, right.image.detail))),
    )


def _config(found: Sequence[ConfigDifference]) -> Iterator[ConfigDifference]:
    for one in found:
        if not (one.setting is Setting.LABEL and one.name in _NOT_TOLD):
            yield one


def _causes(
    pair: LayerPair, based: Collection[DiffId], left: "_Reading", right: "_Reading", job: Job
) -> Mapping[Cause, Because]:
    if pair.state is PairState.SHARED:
        return {}
    sides = [one for one in (pair.left, pair.right) if one is not None]
    if any(one.blob.diff_id in based for one in sides):
        return {Cause.BASE: Because(0)}
    if pair.left is None or pair.right is None:
        return {Cause.INSTRUCTION: Because(0)}
    return compare_layers(
        pair.left.index, pair.right.index, left.of(pair.left), right.of(pair.right), job
    )


class _Reading:
    """Reads the files of one image's layers."""

    def __init__(self, contents: Reader, place: Place, image: ImageContents) -> None:
        self._contents = contents
        self._place = place
        self._stamp = image.image.stamp

    def of(self, layer: LayerContents) -> ReadFiles:
        """What reads files of `layer`."""

        def read(entries: Sequence[Entry], token: CancelToken) -> Iterator[tuple[Entry, bytes]]:
            return self._contents.files(
                self._place, layer.blob.diff_id, entries, token, self._stamp
            )

        return read
