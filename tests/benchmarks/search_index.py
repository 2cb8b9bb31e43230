"""How long a search takes over ten thousand versions: ``python -m tests.benchmarks.search_index``.

Beside the time that passed there is that of the processor, which other programs do not lengthen.
"""

import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.migrations import SEARCH
from modeldesk.adapters.sqlite.search_index import SqliteSearchIndex
from modeldesk.core.ids import EngineId, ImageId, ModelName
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.model import Attribute, Entry, Fact, Field, Order
from modeldesk.core.search.parse import parse

HERE = EngineId("here")
NOW = datetime(2026, 4, 5, tzinfo=UTC)
VERSIONS = 10_000
SHOWN = 500
TIMES = 15
QUERIES = (
    "",
    'accuracy >= 0.9 and dataset = "clicks-2025-11" and channel != deprecated',
    "accuracy >= 0.99",
    "not accuracy >= 0.9 or (size < 500MB and created > 2026-01-01)",
    "param.lr = 0.01 tag.owner ~ an framework = pytorch",
    "model-7 v1.2",
    "where = both and age < 30d and loss < 0.2",
    "not (not (accuracy > 0.5 and f1 > 0.5) and not (auc > 0.5 or loss < 0.5))",
)


def versions(count: int) -> list[Entry]:
    """Of a hundred models, each with eight metrics, six parameters and two tags."""
    luck = random.Random(7)
    metrics = ("accuracy", "f1", "auc", "loss", "precision", "recall", "latency_ms", "params_m")
    made = []
    for number in range(count):
        model, name = f"team/model-{number % 100}", f"v1.{number // 100}.0"
        facts = [Fact(Section.METRIC, metric, luck.random()) for metric in metrics]
        facts += [
            Fact(Section.PARAMETER, "lr", luck.choice([0.1, 0.01, 0.001])),
            Fact(Section.PARAMETER, "batch", luck.choice([32, 64])),
            Fact(Section.PARAMETER, "optimizer", luck.choice(["adam", "sgd"])),
            *(Fact(Section.PARAMETER, f"p{n}", luck.random()) for n in range(3)),
            Fact(Section.TAG, "owner", luck.choice(["ann", "bo", "anders"])),
            Fact(Section.TAG, "note", f"run {number}"),
        ]
        there = luck.random() < 0.5
        made.append(
            Entry(
                ModelName(model),
                ImageId(f"sha256:{luck.getrandbits(256):064x}"),
                name,
                f"registry.lan:5000/{model}:{name}",
                local=not there or luck.random() < 0.5,
                repositories=(f"registry.lan:5000/{model}",) if there else (),
                created=NOW - timedelta(hours=luck.randrange(10_000)),
                versions=(name,),
                channels=(luck.choice(["stable", "deprecated"]),) if luck.random() < 0.1 else (),
                framework=luck.choice(["PyTorch", "scikit-learn"]),
                dataset=luck.choice(["clicks-2025-10", "clicks-2025-11"]),
                commit=f"{luck.getrandbits(32):08x}",
                digests=(f"sha256:{luck.getrandbits(256):064x}",),
                size_bytes=luck.randrange(10**9),
                compressed_bytes=luck.randrange(10**9),
                facts=tuple(facts),
            )
        )
    return made


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.sqlite"
        index = SqliteSearchIndex(open_database(path, schema=SEARCH).database)
        entries = versions(VERSIONS)
        started = time.perf_counter()
        index.update(HERE, {(one.model, one.image): ("1", one) for one in entries}, ())
        taken = time.perf_counter() - started
        print(f"{VERSIONS} versions put in {taken:.2f} s, {path.stat().st_size / 1e6:.0f} MB")
        accuracy = Order(Attribute(Section.METRIC, "accuracy"))
        for text in QUERIES:
            for said, order in (("newest", Order(Field.CREATED)), ("accuracy", accuracy)):
                times, busy = [], []
                for _ in range(TIMES):
                    started, before = time.perf_counter(), time.thread_time()
                    answer = index.find(HERE, parse(text, NOW), order, NOW, SHOWN)
                    busy.append(1000 * (time.thread_time() - before))
                    times.append(1000 * (time.perf_counter() - started))
                median, own = statistics.median(times), statistics.median(busy)
                print(f"{median:6.1f} ms, {own:6.1f} own: {answer.total:5} by {said}: {text}")
        started = time.perf_counter()
        index.names(HERE)
        print(f"names {1000 * (time.perf_counter() - started):.1f} ms")
        index.close()


if __name__ == "__main__":
    main()
