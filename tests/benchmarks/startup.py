"""How long the program takes to start: from the process's beginning to the window's first paint,
and to the command line's answer.

    python -m tests.benchmarks.startup [RUNS]

Without a display the window is painted into memory, and the figure says so.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

FIRST_PAINT = """
import sys, time
from PySide6.QtWidgets import QApplication
from modeldesk.app import Desktop
from modeldesk.composition import Parts
from modeldesk.paths import Paths
app = QApplication(["modeldesk"])
desktop = Desktop(app, Parts(Paths.of_user()))
def painted():
    heavy = sorted({"pyqtgraph", "docker", "git", "numpy"} & set(sys.modules))
    print(time.time(), ",".join(heavy) or "none", flush=True)
    app.quit()
desktop.window.painted.connect(painted)
desktop.start()
app.exec()
desktop.close()
"""

BARE_WINDOW = """
import time
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        print(time.time(), "none", flush=True)
        app.quit()
app = QApplication([])
window = Window()
window.resize(1440, 900)
window.show()
app.exec()
"""


def first_paint(program: str, runs: int) -> list[float]:
    """Seconds from the process's beginning to the first paint, after one warm-up."""
    times = []
    with tempfile.TemporaryDirectory() as home:
        for run in range(runs + 1):
            begin = time.time()
            done = subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "MODELDESK_HOME": home},
                capture_output=True,
                text=True,
                check=True,
            )
            at, heavy = done.stdout.split()
            if heavy != "none":
                raise SystemExit(f"imported before the first paint: {heavy}")
            if run:
                times.append(float(at) - begin)
    return times


def command(runs: int, *arguments: str) -> list[float]:
    """Seconds for a whole command, after one warm-up."""
    times = []
    with tempfile.TemporaryDirectory() as home:
        for run in range(runs + 1):
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "modeldesk", *arguments],
                env={**os.environ, "MODELDESK_HOME": home},
                capture_output=True,
                check=False,
            )
            if run:
                times.append(time.perf_counter() - begin)
    return times


def main() -> None:
    """Print medians and ranges in milliseconds."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # As in an installed program, the warm-up leaves all modules compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        measure(runs)


def measure(runs: int) -> None:
    """Print a line for each."""
    for name, times in (
        (
            f"first paint ({os.environ.get('QT_QPA_PLATFORM', 'default')})",
            first_paint(FIRST_PAINT, runs),
        ),
        ("an empty window of Qt's", first_paint(BARE_WINDOW, runs)),
        ("modeldesk --version", command(runs, "--version")),
        ("modeldesk doctor", command(runs, "doctor", "--json")),
    ):
        figures = [round(seconds * 1000) for seconds in sorted(times)]
        print(f"{name:<32} median {statistics.median(figures):>5.0f} ms  "
              f"({figures[0]}–{figures[-1]} ms, {runs} runs)")  # fmt: skip


if __name__ == "__main__":
    main()
