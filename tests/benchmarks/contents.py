"""How long an image of 300,000 files takes to stack, to open as a tree, to filter and to judge:
``python -m tests.benchmarks.contents [FILES]``.

Times are of the processor, the best of several rounds, beside what a plain loop of a known length
takes: on a busy machine both grow.
"""

import random
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from modeldesk.core.contents.dive import score
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter, unpack
from modeldesk.core.contents.kinds import tell
from modeldesk.core.contents.layer_index import LayerIndex, Row
from modeldesk.core.contents.packages import find_packages
from modeldesk.core.contents.search import PathSearch
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.touches import touches
from modeldesk.core.contents.tree import FileTree
from modeldesk.core.contents.view import FileView
from modeldesk.core.contents.waste import find_waste

FILES, LAYERS, ROUNDS = 300_000, 10, 7
KEYS = ("e", "mo", "module_1", "module_12/f", "nothing", "*.py", "file*7.py", "site/*12*")
_Result = TypeVar("_Result")


def make_layer(files: int, number: int) -> LayerIndex:
    """Files of many folders; a few of them are the layer's below as well, or are removed."""
    noise = random.Random(number)
    writer = LayerIndexWriter()
    owner, rows, folders = writer.owner((0o644, 0, 0)), list[Row](), set[bytes]()
    for file in range(files):
        package = file % 300 + (number * 290)
        folder = b"usr/lib/python3.11/site-packages/package%d/module_%d" % (
            package,
            file // 300 % 10,
        )
        folders.add(folder)
        name = b"%s/file_of_some_length_%d.py" % (folder, file)
        rows.append((name, FileType.FILE, noise.randrange(60_000), owner, number, 512 * file))
    parts = {b"/".join(it.split(b"/")[:end]) for it in folders for end in range(1, 7)}
    rows += [(part + b"/", FileType.FOLDER, 0, owner, number, 0) for part in parts]
    if number:
        gone = b"usr/lib/python3.11/site-packages/package%d/.wh.module_3" % ((number - 1) * 290)
        rows.append((gone, FileType.WHITEOUT, 0, owner, number, 0))
    writer.add(rows)
    return unpack(writer.finish())


def timed(name: str, limit: float | None, work: Callable[[], _Result]) -> _Result:
    """Do it several times, and say how long the quickest took."""
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.process_time()
        result = work()
        best = min(best, time.process_time() - begin)
    promised = f"   (at most {limit * 1000:.0f} ms)" if limit else ""
    print(f"{name:48} {best * 1000:8.1f} ms{promised}", flush=True)
    return result


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    timed("a plain loop of 3,000,000", None, lambda: sum(range(3_000_000)))
    _look_at_one(make_layer(files, 0))
    _look_at_many([make_layer(files // LAYERS, number) for number in range(LAYERS)])
    print(f"\nmost memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _look_at_one(one: LayerIndex) -> None:
    print(f"\none layer of {len(one):,} entries")
    view = timed("stack and view", 0.25, lambda: Stack([one]).view())
    _look(view)
    timed("kinds of its parts", None, lambda: tell(one))


def _look_at_many(layers: list[LayerIndex]) -> None:
    print(f"\n{LAYERS} layers of {sum(map(len, layers)):,} entries in all")
    stack = timed("stack", None, lambda: Stack(layers))
    view = timed("stack and view", 0.25, lambda: Stack(layers).view())
    timed("view of layer 5", None, lambda: stack.view(5))
    _look(view)
    timed("waste", None, lambda: find_waste(stack))
    timed("dive's score", None, lambda: score(layers))
    timed("packages", None, lambda: find_packages(view))
    timed("layers that touched a path", None, lambda: touches(layers, view.paths[-1]))


def _look(view: FileView) -> None:
    tree = timed("open the tree", 0.2, lambda: _opened(view))
    folder = b"usr/lib/python3.11/site-packages"
    timed("open a folder of many", None, lambda: tree.children(folder).page(0, 100))
    search = timed("make ready to filter", None, lambda: PathSearch(view))
    for key in KEYS:
        found = timed(f"filter by {key}", 0.05, partial(search.find, key))
        print(f"{'':30}{len(found):8,} files")


def _opened(view: FileView) -> FileTree:
    tree = FileTree(view)
    tree.root()
    tree.children(b"").page(0, 100)
    return tree


if __name__ == "__main__":
    main()
