"""Versions: those that the model tells, else those of the templates."""

from pathlib import Path, PurePosixPath

import pytest

from modeldesk import resources
from modeldesk.core.model_folder.requirements import is_exact
from modeldesk.core.serving.model import Choice, Loader
from modeldesk.core.serving.pickle_version import sklearn_version
from modeldesk.core.serving.requirements import generated, packages_of
from tests.unit.core.serving import models

PATH = PurePosixPath("model")


def template(loader: Loader) -> str:
    return resources.path(f"serving/requirements/{loader.value}.txt").read_text()


@pytest.mark.parametrize("loader", Loader)
def test_every_template_is_pinned_and_has_what_its_server_imports(loader: Loader) -> None:
    assert resources.path(f"serving/loaders/{loader.value}.py").is_file()
    required = packages_of(template(loader), PATH)
    assert all(map(is_exact, required.packages))
    for group in loader.packages:
        assert required.names.intersection(group)
    assert required.packages[0].partition("==")[0] in loader.packages[0]


@pytest.mark.parametrize(
    ("loader", "version", "gpu", "line"),
    [
        (Loader.SKLEARN, "1.5.2", False, "scikit-learn==1.5.2"),
        (Loader.XGBOOST, "3.0.1", False, "xgboost-cpu==3.0.1"),
        (Loader.XGBOOST, "3.0.1", True, "xgboost==3.0.1"),
        (Loader.XGBOOST, "1.7.6", False, "xgboost==1.7.6"),
        (Loader.LIGHTGBM, "4.5.0", False, "lightgbm==4.5.0"),
        (Loader.TORCHSCRIPT, "2.4.1", False, "torch==2.4.1+cpu"),
        (Loader.TORCHSCRIPT, "2.4.1", True, "torch==2.4.1"),
        (Loader.TRANSFORMERS, "4.46.3", True, "transformers==4.46.3"),
    ],
)
def test_the_told_version_is_installed(loader: Loader, version: str, gpu: bool, line: str) -> None:
    text = generated(Choice(loader, PATH, version, PATH), template(loader), gpu=gpu)
    lines = text.splitlines()
    assert line in lines
    assert len({one.partition("==")[0] for one in lines}) == len(lines)
    assert not gpu or "cpu" not in text


def test_a_version_that_is_the_templates_own_keeps_what_it_stands_on() -> None:
    known = template(Loader.SKLEARN)
    version = known.splitlines()[0].partition("==")[2]
    assert generated(Choice(Loader.SKLEARN, PATH, version, PATH), known, gpu=False) == known


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (models.sklearn_pickle("1.5.2"), "1.5.2"),
        (models.sklearn_pickle("0.24.2.post1"), "0.24.2.post1"),
        (models.sklearn_pickle("1.6.dev0"), ""),
        (models.sklearn_pickle(""), ""),
        # Protocol 2 has longer lengths and numbers what it remembers.
        (b"X\x10\0\0\0_sklearn_versionq\x04X\x05\0\0\x001.7.2q\x05ub.", "1.7.2"),
        # A frame begins between the two, behind the arrays of joblib.
        (bytes(2 << 20) + b"_sklearn_version\x94\x95" + bytes(8) + b"\x8c\x051.4.0\x94", "1.4.0"),
        # It lies across the pieces that are read.
        (bytes((1 << 20) - 20) + models.sklearn_pickle("1.5.2"), "1.5.2"),
        (b"_sklearn_version\x94\x8c\xff1.5.2", ""),
    ],
)
def test_the_version_that_saved_a_pickle(tmp_path: Path, content: bytes, version: str) -> None:
    (tmp_path / "model.pkl").write_bytes(content)
    assert sklearn_version(tmp_path, PurePosixPath("model.pkl")) == version
    assert sklearn_version(tmp_path, PurePosixPath("gone.pkl")) == ""
