"""Modules are imported where the window goes first, and it is never waited for in a ring."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from modeldesk.core.courtesy import Courtesy
from modeldesk.importing import import_all


class Counted(Courtesy):
    """Counts how often it is given way."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def give_way(self, longest_s: float = 1.0) -> None:
        """Longer than a test would wait, were the limit not heeded."""
        self.times += 1
        super().give_way(longest_s)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that modules are found in; what was loaded from it is forgotten."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("ahead_")]:
        del sys.modules[name]


def in_a_thread(names: tuple[str, ...], courtesy: Courtesy) -> threading.Thread:
    """`names` being imported."""
    thread = threading.Thread(target=import_all, args=(names, courtesy))
    thread.start()
    return thread


def test_each_module_gives_way_and_nothing_is_left_behind(modules: Path) -> None:
    (modules / "ahead_one.py").write_text("import ahead_two\n")
    (modules / "ahead_two.py").write_text("value = 2\n")
    finders, courtesy = list(sys.meta_path), Counted()
    in_a_thread(("ahead_one",), courtesy).join()
    assert sys.modules["ahead_two"].value == 2
    assert courtesy.times == 2
    assert sys.meta_path == finders


def test_a_module_that_is_none_leaves_nothing_behind(modules: Path) -> None:
    assert modules.is_dir()
    finders = list(sys.meta_path)
    with pytest.raises(ModuleNotFoundError):
        import_all(("ahead_nowhere",), Courtesy())
    assert sys.meta_path == finders


def test_a_window_that_waits_for_a_module_is_not_given_way(modules: Path) -> None:
    (modules / "ahead_slow.py").write_text(
        "import time\nfrom modeldesk import importing\nbegun = True\n"
        "while not importing._window_imports():\n    time.sleep(0.001)\n"
        "import ahead_last\n"
    )
    (modules / "ahead_last.py").write_text("")
    courtesy = Counted()
    thread = in_a_thread(("ahead_slow",), courtesy)
    while "ahead_slow" not in sys.modules or not hasattr(sys.modules["ahead_slow"], "begun"):
        sleep(0.001)
    with courtesy.first():
        __import__("ahead_slow")
    thread.join()
    assert courtesy.times == 1
