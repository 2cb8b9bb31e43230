"""How long the work on files takes: a folder of 100,000 files looked into and scanned for sending,
filled records opened, the sample model's answers. ``python -m tests.benchmarks.files``.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.scan import scan
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.inspect import inspect
from tests.unit.adapters.sqlite.test_database import fill
from tests.unit.test_sample_model import SAMPLE, running

_RULES = "**/.git\n**/*.pyc\n**/__pycache__\n.env*\ndata/raw\n!keep\n*.log"


def say(name: str, work: Callable[[], object], turns: int) -> None:
    """Print the median and the worst of some turns."""
    spent = []
    for _ in range(turns):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    print(f"{name:<40} median {statistics.median(spent):8.1f} ms  worst {max(spent):8.1f} ms")


def folders(home: Path) -> None:
    """A hundred folders of a thousand files each."""
    for outer in range(100):
        inner = home / f"part{outer}"
        inner.mkdir(parents=True)
        for number in range(1_000):
            os.close(os.open(inner / f"{number}.json", os.O_CREAT | os.O_WRONLY))
    rules = IgnoreRules.parse(_RULES)
    say("100,000 files looked into", lambda: inspect(home), 3)
    say("100,000 files scanned for sending", lambda: scan(home, rules, CancelToken()), 3)


def records(path: Path) -> None:
    """Records of a thousand images."""
    database = open_database(path).database
    fill(database, 1_000)
    database.close()

    def open_and_close() -> None:
        open_database(path).database.close()

    say("records of 1,000 images opened", open_and_close, 7)


def sample_model() -> None:
    """The sample model's answers on one kept connection."""
    body = (SAMPLE / "example_request.json").read_bytes()
    with running() as server, closing(server.connect()) as connection:

        def ask() -> None:
            connection.request("POST", "/predict", body)
            connection.getresponse().read()

        say("the sample model answers", ask, 50)


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as home:
        folders(Path(home) / "folder")
        records(Path(home) / "records.sqlite")
    sample_model()


if __name__ == "__main__":
    main()
