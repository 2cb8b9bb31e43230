"""How long hostile instructions of an image's history are looked at: read, judged by what their
layer is for, and shown without secrets. ``python -m tests.benchmarks.instructions``.
"""

import time
from collections.abc import Callable

from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.ids import DiffId
from modeldesk.core.layers.align import AlignedLayer
from modeldesk.core.layers.classify import own_kind
from modeldesk.core.layers.instructions import LONGEST, clean

_LAYER = DiffId(f"sha256:{0:064}")
_SIZES = (LONGEST // 4, LONGEST, 1_000_000)
_BEGINS = (
    "", "RUN ", "RUN |1 ", "COPY ", "COPY --", "ADD ", "/bin/sh -c ", "/bin/sh -c #(nop) ",
    'HEALTHCHECK &{["', "EXPOSE map[", 'RUN --a"', "docker login", "-----BEGIN ", "powershell",
)  # fmt: skip
_UNITS = (
    "a", "1", " ", "\n", "/", "=", "://", "://a:", "'", '"', '\\"', "--a ", "file:", "sk-", "-eyJ",
    "=-u=", "docker ", "docker login ", "login -p", "netrc ", "apt ", "pip ", "/requirements", "=a",
    "/home/", "/.local/lib", "huggingface.co/", "oci", "/sh", "/sh -a", "powershell -", " -a",
    "bearer ", "-----BEGIN PRIVATE KEY", '"a:', '--a" ', "dpkg -", "[1", "\u00a0",
)  # fmt: skip


def main() -> None:
    """Print the slowest text of each size for each kind of work."""
    for size in _SIZES:
        texts = [begin + unit * (size // len(unit)) for begin in _BEGINS for unit in _UNITS]
        for name, work in _WORKS.items():
            spent, slowest = max((_seconds(work, text), text) for text in texts)
            print(f"{size:>9,} characters {name:<16} {spent:7.3f} s  {slowest[:30]!r}", flush=True)


def _seconds(work: Callable[[str], object], text: str) -> float:
    began = time.perf_counter()
    work(text)
    return time.perf_counter() - began


_WORKS: dict[str, Callable[[str], object]] = {
    "read": clean,
    "judged": lambda text: own_kind(AlignedLayer(_LAYER, clean(text), 10**8, None)),
    "shown": lambda text: without_secrets(clean(text)),
}


if __name__ == "__main__":
    main()
