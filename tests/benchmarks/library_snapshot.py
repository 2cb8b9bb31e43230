"""How long a snapshot of the library takes. Run: python -m tests.benchmarks.library_snapshot"""

import statistics
import threading
import time
from datetime import UTC, datetime, timedelta

from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.labels import METRICS_LABEL, MODEL_NAME_LABEL, REVISION_LABEL
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.stack import Stack
from modeldesk.core.library.grouping import LocalImage
from modeldesk.core.library.sizes import tree_of
from modeldesk.core.library.snapshot import make_snapshot
from modeldesk.core.references import Reference

LAYERS = 10
SHARED = 6
_START = datetime(2026, 1, 1, tzinfo=UTC)


def library(images: int, tags: int, layers: int = LAYERS) -> list[LocalImage]:
    """Models of ten versions, all on one base image, each version with some layers alone."""
    return [_image(number, tags, layers) for number in range(images)]


def _image(number: int, tags: int, layers: int) -> LocalImage:
    model, version = divmod(number, 10)
    names = [f"v1.{version}.0", f"{number:08x}", f"build-{number}", "stable"][:tags]
    references = tuple(
        sorted(Reference("docker.io", f"team/model-{model}", name) for name in names)
    )
    identity = f"sha256:{number:064x}"
    labels = {
        MODEL_NAME_LABEL: f"model-{model}",
        METRICS_LABEL: f'{{"accuracy": {number / 10_000}, "loss": 0.1}}',
        REVISION_LABEL: f"{number:040x}",
    }
    created = _START + timedelta(minutes=number)
    summary = ImageSummary(ImageId(identity), references, (), 10_000, created, labels)
    kinds = list(LayerKind)
    stack = tuple(
        Layer(
            DiffId(f"sha256:{place if place < SHARED else number * 100 + place:064x}"),
            f"RUN step {place}",
            1_000,
            kinds[place % len(kinds)],
        )
        for place in range(layers)
    )
    return LocalImage(summary, Stack(stack, SHARED))


def milliseconds(of: object, repeat: int = 15) -> str:
    """Median and worst of `repeat` calls."""
    assert callable(of)
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        of()
        times.append((time.perf_counter() - start) * 1000)
    return f"{statistics.median(times):7.1f} ms (worst {max(times):.1f})"


def worst_gap(of: object) -> float:
    """The longest time in ms that a thread waking every 5 ms was kept from running."""
    assert callable(of)
    gaps, done = [0.0], threading.Event()

    def wake() -> None:
        last = time.perf_counter()
        while not done.wait(0.005):
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    watcher = threading.Thread(target=wake)
    watcher.start()
    for _ in range(10):
        of()
    done.set()
    watcher.join()
    return max(gaps) * 1000


def main() -> None:
    """Print the figures."""
    for count, tags in ((1_000, 3), (5_000, 2)):
        images = library(count, tags)
        layers = {image.summary.id: image.stack.layers for image in images if image.stack}
        print(f"{count:,} images x {tags} tags x {LAYERS} layers")
        print("  layer tree  ", milliseconds(lambda layers=layers: tree_of(layers)))
        print("  snapshot    ", milliseconds(lambda images=images: make_snapshot(images)))
        unread = [LocalImage(image.summary) for image in images]
        print("  … no layers ", milliseconds(lambda unread=unread: make_snapshot(unread)))
        gap = worst_gap(lambda images=images: make_snapshot(images))
        print(f"  worst gap of a 5 ms timer beside it: {gap:.1f} ms")


if __name__ == "__main__":
    main()
