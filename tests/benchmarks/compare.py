"""How long comparing two images of 300,000 files takes, in processor time, and how long other
threads wait at most: ``python -m tests.benchmarks.compare``."""

import random
import threading
import time

from modeldesk.core.compare.compare import Named, compare
from modeldesk.core.contents.index_packing import LayerIndexWriter, unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.jobs import CancelToken
from tests.unit.core.compare.images import image, one_layer

FILES = 300_000


def made(seed: int, version: int) -> LayerIndex:
    """A layer of packages; from one version to the next a third of the paths is another, and of
    the rest one file in five has another size."""
    writer, chance = LayerIndexWriter(), random.Random(seed)
    owner = writer.owner((0o644, 0, 0))
    rows = []
    for number in range(FILES):
        part = f"v{version}" if number % 3 == 0 else "sub"
        path = f"usr/lib/python3/site-packages/pkg{number // 300}/{part}/mod{number}.py"
        size = chance.randrange(5000) + (version if number % 5 == 0 else 0)
        rows.append((path.encode(), 0, size, owner, 1000, 512 * number))
    writer.add(rows)
    return unpack(writer.finish())


def main() -> None:
    """Print the figures."""
    images = [
        image(f"v{version}", [one_layer(f"l{version}", made(1, version))]) for version in (1, 2)
    ]
    gaps, over = [0.0], threading.Event()

    def watch() -> None:
        last = time.perf_counter()
        while not over.wait(0.001):
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    watcher = threading.Thread(target=watch)
    watcher.start()
    began, wall = time.process_time(), time.perf_counter()
    found = compare(Named("v1", images[0]), Named("v2", images[1]), CancelToken())
    took, wall = time.process_time() - began, time.perf_counter() - wall
    over.set()
    watcher.join()
    differing = sum(total.files for total in found.totals.values())
    print(f"{FILES:,} files a side, {differing:,} differ, {len(found.folders)} folders named")
    print(f"processor {took:.2f} s, wall {wall:.2f} s, longest wait {max(gaps) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
