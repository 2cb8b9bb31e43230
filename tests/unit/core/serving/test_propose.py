"""Which server is proposed for a folder, what it is made of, and when there is none."""

import json
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.core.model_folder.findings import no_program
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import ModelFolder, Severity
from modeldesk.core.recipes.choice import RecipeChoice, Stages
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.serving.model import Loader, Serving
from modeldesk.core.serving.propose import with_server
from tests.unit.core.model_folder import crafted
from tests.unit.core.serving import models

BOOSTER = b'{"learner":{"attributes":{}},"version":[3,1,2]}'
TREES = b"tree\nversion=v4\nnum_class=1\n"


def look(folder: Path) -> tuple[ModelFolder, Serving | None]:
    return with_server(inspect(folder), resources.path("serving"))


def served(folder: Path) -> Serving:
    _, serving = look(folder)
    assert serving is not None
    return serving


def refusal(folder: Path) -> str:
    """Why there is no server; the problem itself still stands."""
    found, serving = look(folder)
    assert serving is None
    assert no_program() in found.findings
    return found.findings[-1].text


def test_a_model_that_is_the_folder_is_called_so(tmp_path: Path) -> None:
    found, _ = look(models.transformers_folder(tmp_path))
    assert any("it loads the folder with Transformers" in one.text for one in found.findings)


@pytest.mark.parametrize(
    ("name", "content", "loader", "first"),
    [
        ("model.pkl", models.sklearn_pickle(), Loader.SKLEARN, "scikit-learn==1.5.2"),
        ("model.json", BOOSTER, Loader.XGBOOST, "xgboost-cpu==3.1.2"),
        ("model.txt", TREES, Loader.LIGHTGBM, "lightgbm==4.7.0"),
        ("m.onnx", crafted.onnx(crafted.onnx_tensor((2, 2), 1, 16)), Loader.ONNX,
         "onnxruntime==1.32.0"),
        ("net.pt", models.torchscript(), Loader.TORCHSCRIPT, "torch==2.15.0+cpu"),
    ],
)  # fmt: skip
def test_weights_of_each_kind_get_their_server(
    tmp_path: Path, name: str, content: bytes, loader: Loader, first: str
) -> None:
    folder = models.folder(tmp_path, {name: content})
    found, serving = look(folder)
    assert serving is not None
    assert serving.loader is loader
    assert serving.requirements.packages[0] == first
    assert found.app == serving.app
    assert (serving.app.port, serving.app.health_path) == (8000, "/health")
    assert json.loads(serving.texts["modeldesk_server/model.json"])["weights"] == name
    assert no_program() not in found.findings
    assert any("a small server is proposed" in one.text for one in found.findings)
    assert not any(one.severity is Severity.ERROR for one in found.findings)
    assert sorted(path.name for path in folder.iterdir()) == [name]


def test_packages_of_the_operating_system_are_named(tmp_path: Path) -> None:
    found, _ = look(models.folder(tmp_path, {"model.txt": TREES}))
    assert found.system_packages == ("libgomp1",)
    assert any("needs libgomp1" in one.text for one in found.findings)


def test_a_text_model_of_transformers(tmp_path: Path) -> None:
    serving = served(models.transformers_folder(tmp_path))
    settings = json.loads(serving.texts["modeldesk_server/model.json"])
    assert (settings["weights"], settings["task"]) == (".", "text-classification")
    assert serving.requirements.packages == ("transformers==4.46.3", "torch==2.15.0+cpu")


def test_the_dockerfile_copies_installs_and_starts_it(tmp_path: Path) -> None:
    found, _ = look(models.sklearn_folder(tmp_path))
    recipe = propose(found, RecipeChoice("python:3.11-slim", Stages.SINGLE))
    assert "COPY modeldesk_server/requirements.txt ./modeldesk_server/" in recipe.dockerfile
    assert "pip install --no-cache-dir -r modeldesk_server/requirements.txt" in recipe.dockerfile
    for name in ("model.json", "serve.py", "server.py"):
        assert f"modeldesk_server/{name}" in recipe.dockerfile
    assert 'CMD ["python", "modeldesk_server/serve.py"]' in recipe.dockerfile
    assert "'/health'" in recipe.dockerfile
    assert "USER 10001" in recipe.dockerfile
    assert not any("still" in note for note in recipe.notes)


def test_nothing_of_the_person_is_overwritten(tmp_path: Path) -> None:
    folder = models.sklearn_folder(tmp_path)
    (folder / "modeldesk_server").symlink_to("nowhere")
    (folder / "modeldesk_server_2").write_text("mine")
    serving = served(folder)
    assert {Path(path).parts[0] for path in serving.texts} == {"modeldesk_server_3"}
    assert serving.app.command == ("python", "modeldesk_server_3/serve.py")


@pytest.mark.parametrize(
    "name", ["Dockerfile", "serve.py"], ids=["its own Dockerfile", "its own program"]
)
def test_who_has_one_gets_none(tmp_path: Path, name: str) -> None:
    folder = models.sklearn_folder(tmp_path)
    (folder / name).write_text("import flask\napp = flask.Flask(__name__)\n")
    found = inspect(folder)
    assert with_server(found, resources.path("serving")) == (found, None)


def test_weights_without_a_template_change_nothing(tmp_path: Path) -> None:
    found = inspect(models.folder(tmp_path, {"m.gguf": crafted.gguf([((8, 4), 12)], {})}))
    assert with_server(found, resources.path("serving")) == (found, None)
    assert no_program() in found.findings


def test_the_folders_own_requirements_are_used_when_they_name_the_framework(
    tmp_path: Path,
) -> None:
    folder = models.sklearn_folder(tmp_path)
    (folder / "requirements.txt").write_text("scikit-learn==1.5.2\nnumpy==2.1.0\n")
    serving = served(folder)
    assert str(serving.requirements.path) == "requirements.txt"
    assert "modeldesk_server/requirements.txt" not in serving.texts
    (folder / "requirements.txt").write_text("numpy==2.1.0\n")
    assert "does not name scikit-learn" in refusal(folder)


def test_a_manifest_tells_the_version(tmp_path: Path) -> None:
    folder = models.sklearn_folder(tmp_path, models.sklearn_pickle(""))
    assert any("Nothing tells which version" in one.text for one in look(folder)[0].findings)
    (folder / "MLmodel").write_text("flavors:\n  sklearn:\n    sklearn_version: 1.3.0\n")
    serving = served(folder)
    # Versions before 1.5 were built for numpy 1, and say so nowhere.
    assert serving.requirements.packages == ("scikit-learn==1.3.0", "numpy==1.26.4")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (models.sklearn_pickle(extra=b"cos\nsystem\n0"), "os.system, which could run commands"),
        (models.sklearn_pickle(extra=b"c__main__\nMine\n0"), "it also needs __main__"),
        (models.sklearn_pickle(extra=b"cxgboost\nXGBClassifier\n0"), "it also needs xgboost"),
    ],
)
def test_pickles_that_are_not_served(tmp_path: Path, content: bytes, why: str) -> None:
    assert why in refusal(models.sklearn_folder(tmp_path, content))


def test_the_losses_of_boosting_come_with_scikit_learn(tmp_path: Path) -> None:
    content = models.sklearn_pickle(extra=b"c_loss\nCyHalfBinomialLoss\n0")
    assert served(models.sklearn_folder(tmp_path, content)).loader is Loader.SKLEARN


def test_a_pickle_that_can_not_be_looked_into_is_not_served(tmp_path: Path) -> None:
    folder = models.folder(tmp_path, {"model.joblib": b"\x78\x9c" + bytes(range(64))})
    assert "is not known" in refusal(folder)


def test_packages_beside_scikit_learn_come_from_the_folders_list(tmp_path: Path) -> None:
    content = models.sklearn_pickle(extra=b"cxgboost\nXGBClassifier\n0")
    folder = models.sklearn_folder(tmp_path, content)
    (folder / "requirements.txt").write_text("scikit-learn==1.5.2\nxgboost==2.1.4\n")
    assert served(folder).loader is Loader.SKLEARN


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"auto_map": {"AutoModel": "mine.Net"}}, "code that came with the model"),
        ({"architectures": ["ViTForImageClassification"]}, "only fill-mask"),
    ],
)
def test_text_models_that_are_not_served(
    tmp_path: Path, config: dict[str, object], why: str
) -> None:
    assert why in refusal(models.transformers_folder(tmp_path, **config))


def test_a_text_model_without_tokenizer(tmp_path: Path) -> None:
    folder = models.transformers_folder(tmp_path)
    (folder / "tokenizer.json").unlink()
    assert "no tokenizer" in refusal(folder)
