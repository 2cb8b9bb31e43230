"""What the README shows of Python, word for word, against Docker's own registry."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.engine.registries.conftest import run_registry
from tests.unit.core.artifacts.models import contents, make_folder, weights

ROOT = Path(__file__).resolve().parents[3]
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = _BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    (program,) = [one for one in blocks if "ModelRegistry" in one]
    expected = re.findall(r"print\(.*\)  # (.*)", program)
    assert len(expected) == program.count("print(")
    monkeypatch.chdir(tmp_path)
    make_folder(tmp_path / "model")
    said = io.StringIO()
    with run_registry(tmp_path / "registry") as site, contextlib.redirect_stdout(said):
        exec(program.replace("registry.lan:5000", site.address), {})
    assert said.getvalue().splitlines() == expected
    assert contents(tmp_path / "here")["model.safetensors"] == weights()
