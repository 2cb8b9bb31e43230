"""How smooth the size history is with thousands of versions: ``python -m
tests.benchmarks.size_history [VERSIONS]``.

A third of them is here, a third is gone, a third is in a registry alone. Told are the times for
which the window stands still: giving the bars to the chart, going from version to version, and
zooming and moving with the wheel and the pointer. The bars themselves are made by a worker.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from PySide6.QtWidgets import QApplication

from modeldesk import resources
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.history import history
from modeldesk.core.library.model import KeptVersion, Model
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.snapshot import make_snapshot
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.charts.size_history import SizeHistoryChart
from modeldesk.ui.library.bars import size_bar
from modeldesk.ui.theme.theme import Theme, ThemeMode
from tests.unit.core.library.images import image

_NAME = ModelName("big")
_START = datetime(2020, 1, 1, tzinfo=UTC)
_KINDS = tuple(LayerKind)[:5]


def versions(count: int) -> tuple[Model, list[KeptVersion], list[RemoteVersion]]:
    """The same number of each sort, mixed by their numbers."""
    here, kept, remote = [], [], []
    for number in range(count):
        tag, made = f"v{number // 100}.{number % 100}.0", _START + timedelta(hours=number)
        key = ImageId(f"sha256:{number:064x}")
        sizes = {kind: 10**7 * (n + 1) + number * 7919 % 10**7 for n, kind in enumerate(_KINDS)}
        match number % 3:
            case 0:
                here.append(image(number, f"r.lan/big:{tag}", stack=f"abcd{chr(1000 + number)}"))
            case 1:
                kept.append(KeptVersion(_NAME, key, tag, made, sizes))
            case _:
                remote.append(RemoteVersion("r.lan/big", tag, f"{key}d", key, made, "", sizes))
    return make_snapshot(here).models[0], kept, remote


def bars_of(model: Model, kept: list[KeptVersion], remote: list[RemoteVersion]) -> list[SizeBar]:
    """As the library page makes them."""
    return [size_bar(one) for one in history(model, kept, remote)]


def worst(what: str, steps: list[Callable[[], object]]) -> None:
    """The longest of several steps, each with the paint that follows it, printed: on the clock,
    and the work of the window's thread in it, which other programs do not make longer."""
    clock, own = [], []
    for step in steps:
        begin, worked = time.perf_counter(), time.thread_time()
        step()
        QApplication.processEvents()
        clock.append((time.perf_counter() - begin) * 1000)
        own.append((time.thread_time() - worked) * 1000)
    print(f"  {what}: worst of {len(steps)} {max(clock):.0f} ms, own work {max(own):.0f} ms")


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    theme = Theme(resources.path("fonts").parent, ThemeMode.LIGHT)
    theme.apply(app)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    model, kept, remote = versions(count)
    chart = SizeHistoryChart(theme)
    chart.resize(1000, 230)
    chart.show()
    QApplication.processEvents()
    print(f"{count} versions")
    made: list[list[SizeBar]] = []
    worst("bars made (by a worker)", [lambda: made.append(bars_of(model, kept, remote))] * 5)
    bars = made[-1]
    assert len(bars) == count
    moved = [[*bars[:-1], replace(bars[-1], label=f"v{n}")] for n in range(5)]
    worst("bars given", [partial(chart.set_bars, given) for given in moved])
    worst("bars given again", [lambda: chart.set_bars(list(moved[-1]))] * 5)
    keys = [bar.key for bar in bars if bar.here][:: max(1, count // 60)]
    worst("version chosen", [partial(chart.select, key) for key in keys])
    plot = chart._plot
    spans = [count * 0.8**n for n in range(28)]
    ranges = [((count - span) / 2, (count + span) / 2) for span in spans]
    worst("zoomed", [partial(plot.set_x_range, *found) for found in ranges])
    plot.set_x_range(0, 200)
    worst("moved", [partial(plot.set_x_range, n * 10, n * 10 + 200) for n in range(60)])
    chart.close()


if __name__ == "__main__":
    main()
