"""How fast archives of images are read, beside the tools everybody has:
``python -m tests.benchmarks.layers [ROUNDS]``.

Each line compares in turns, every time in processes of their own, and tells medians of wall clock
and of processor time. On a machine that does other things only the latter says much. The archives
are warm: they were just written.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import zstandard

from modeldesk.core.archives.compression import unpacked
from modeldesk.core.archives.source import open_archive
from modeldesk.core.contents.model import ArchiveImage
from modeldesk.core.jobs import CancelToken, Job

ROUNDS = 5
MANY = 300_000
LONG_NAMED = 100_000
LAYERS, FILES, BYTES = 8, 60_000, 2_000_000_000
PACKED_BYTES = 400_000_000


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of one run, and the most memory it had."""

    wall: float
    processor: float
    megabytes: int = 0


def layer(path: Path, files: int, mean_bytes: float, seed: int, *, alike: bool = False) -> None:
    """A layer as installing Python packages makes one: half of it can be compressed. If its
    files are `alike`, they have one size and one time."""
    chance = random.Random(seed)
    noise = chance.randbytes(1 << 20)
    text = b"".join(b"line %d of a module\n" % n for n in range(40_000))
    with path.open("wb", buffering=1 << 20) as file, tarfile.open(fileobj=file, mode="w|") as out:
        made = 0
        while made < files:
            package = f"usr/lib/python3.11/site-packages/package{seed}_{made}"
            when = 1_700_000_000 + made // 500
            for folder in ("", "/tests", "/core"):
                info = tarfile.TarInfo(package + folder)
                info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, when
                out.addfile(info)
                for number in range(min(30, files - made)):
                    info = tarfile.TarInfo(f"{package}{folder}/module_{number:03d}.py")
                    spread = mean_bytes if alike else chance.expovariate(1 / mean_bytes)
                    info.size = min(int(spread), 1 << 19)
                    info.mtime = 0 if alike else when + number % 3
                    source = text if number % 2 else noise
                    begin = chance.randrange(1 << 18)
                    out.addfile(info, io.BytesIO(source[begin : begin + info.size]))
                made += min(30, files - made)


def some_long(path: Path, form: int) -> None:
    """A layer whose tenth names need a header of their own, as those of many packages do."""
    with path.open("wb") as file, tarfile.open(fileobj=file, mode="w|", format=form) as out:
        for number in range(LONG_NAMED):
            before = "a-folder-with-a-name/" * (8 if number % 10 == 0 else 1)
            info = tarfile.TarInfo(f"usr/lib/{before}{number // 100}/header_{number}.h")
            info.size = 3000
            out.addfile(info, io.BytesIO(bytes(3000)))


def saved(folder: Path, layers: list[Path], name: str) -> Path:
    """An archive of one image, as docker of today writes it."""
    path = folder / name
    identities = [_diff_id(layer) for layer in layers]
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": identities}}).encode()
    manifest = {"Config": "config.json", "Layers": [layer.name for layer in layers]}
    with tarfile.open(path, "w") as out:
        for one in layers:
            out.add(one, one.name)
        documents = {"config.json": config, "manifest.json": json.dumps([manifest]).encode()}
        for document, content in documents.items():
            info = tarfile.TarInfo(document)
            info.size = len(content)
            out.addfile(info, io.BytesIO(content))
    return path


def _diff_id(layer: Path) -> str:
    """Of a layer that may be compressed."""
    hasher = hashlib.sha256()
    with layer.open("rb") as file:
        for piece in unpacked(iter(partial(file.read, 1 << 20), b"")):
            hasher.update(piece)
    return f"sha256:{hasher.hexdigest()}"


def read(path: Path) -> None:
    """What is measured of ours: every layer of the archive is indexed."""
    begun, used = time.perf_counter(), time.process_time()
    source = open_archive(ArchiveImage(path))
    image = source.read(CancelToken())
    found = list(source.index_layers(image.detail.diff_ids, Job()))
    wall, processor = time.perf_counter() - begun, time.process_time() - used
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert len(found) == len(image.detail.diff_ids)
    assert peak is not None
    print(json.dumps([wall, processor, int(peak[1]) // 1024]))


def ours(path: Path) -> Took:
    """In a fresh process; its start is not counted, as one process reads all layers."""
    command = [sys.executable, "-m", "tests.benchmarks.layers", "--read", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return Took(*json.loads(answer.stdout))


def tool(command: str, path: Path) -> Took:
    """A shell's command, to which ``$1`` is the path."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(["sh", "-c", command, "sh", str(path)], stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall, used)


def compare(
    name: str, rounds: int, mine: Callable[[], Took], theirs: Callable[[], Took] | None = None
) -> None:
    """Run both in turns and print a line."""
    pairs = [(mine(), theirs() if theirs else None) for _ in range(rounds)]
    found = [pair[0] for pair in pairs]
    others = [pair[1] for pair in pairs if pair[1] is not None]
    wall, used = _medians(found)
    line = f"{name:<44} {wall:6.2f} s wall  {used:6.2f} s processor"
    if others:
        their_wall, their_used = _medians(others)
        line += f"   theirs {their_wall:6.2f} {their_used:6.2f}"
        line += f"   ratio {wall / their_wall:5.2f} {used / their_used:5.2f}"
    print(f"{line}   peak {max(one.megabytes for one in found)} MB", flush=True)


def _medians(runs: list[Took]) -> tuple[float, float]:
    return (
        statistics.median(run.wall for run in runs),
        statistics.median(run.processor for run in runs),
    )


def packed(path: Path, how: str) -> Path:
    """The layer, compressed as builders do by default."""
    target = path.with_suffix(f".{how}")
    with path.open("rb") as file, target.open("wb") as out:
        if how == "gz":
            with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6) as packer:
                shutil.copyfileobj(file, packer, 1 << 20)
        else:
            zstandard.ZstdCompressor(level=3).copy_stream(file, out)
    return target


def beside_tar(name: str, path: Path, rounds: int) -> None:
    """Measure one layer, and take it away."""
    whole = saved(path.parent, [path], "one-layer.tar")
    theirs = partial(tool, 'tar -tvf "$1"', path)
    compare(f"{name}; theirs: tar -tv", rounds, partial(ours, whole), theirs)
    for made in (path, whole):
        made.unlink()


def run(folder: Path, rounds: int) -> None:
    many = folder / "many.tar"
    for alike, mean_bytes in ((True, 100), (False, 2500)):
        layer(many, MANY, mean_bytes, 0, alike=alike)
        beside_tar(f"{MANY:,} files{' alike' if alike else ''}", many, rounds)
    for name, form in (("PAX", tarfile.PAX_FORMAT), ("GNU", tarfile.GNU_FORMAT)):
        some_long(many, form)
        beside_tar(f"{LONG_NAMED:,} files, each tenth name long, {name}", many, rounds)
    parts = list(_layers(folder))
    whole = saved(folder, parts, "saved.tar")
    compare(
        f"docker save, {whole.stat().st_size / 1e9:.1f} GB, {FILES:,} files; theirs: tar -tv",
        rounds,
        partial(ours, whole),
        partial(tool, 'tar -xOf "$1" --wildcards "*.tar" | tar -tv --ignore-zeros', whole),
    )
    for path in (whole, *parts):
        path.unlink()
    plain = folder / "plain.tar"
    layer(plain, 30_000, PACKED_BYTES / 30_000, 99)
    for how, unpacker in (("gz", "gzip"), ("zst", "zstd")):
        blob = packed(plain, how)
        compare(
            f"{PACKED_BYTES / 1e6:.0f} MB as {how}; theirs: {unpacker} -dc | tar -t",
            rounds,
            partial(ours, saved(folder, [blob], f"{how}.tar")),
            partial(tool, f'{unpacker} -dcq "$1" | tar -t', blob)
            if shutil.which(unpacker)
            else None,
        )


def _layers(folder: Path) -> Iterator[Path]:
    for number in range(LAYERS):
        path = folder / f"layer{number}.tar"
        layer(path, FILES // LAYERS, BYTES / FILES, number)
        yield path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(options.read)
        return
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="modeldesk-layers-") as folder:
        run(Path(folder), options.rounds)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
