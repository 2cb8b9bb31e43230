"""Fuzz one target, guided by what code it reaches:
``python -m tests.fuzz.run TARGET [FOLDER] [-max_total_time=600 …]``.

Wants Google's atheris (``pip install atheris``), which is no part of the environment. What is
found goes to FOLDER; of what broke something, a copy belongs in ``tests/fuzz/corpus/TARGET``,
which every test run tries again. Options that begin with ``-`` are libFuzzer's.
"""

import sys
from importlib import import_module
from pathlib import Path

atheris = import_module("atheris")

with atheris.instrument_imports(include=["modeldesk.core.archives", "modeldesk.core.contents"]):
    from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"Name one of: {', '.join(TARGETS)}")
    name = sys.argv.pop(1)
    atheris.Setup([*sys.argv, str(CORPUS / name)], TARGETS[name])
    atheris.Fuzz()


main()
