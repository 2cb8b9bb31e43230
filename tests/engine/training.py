"""Weights of models that were really trained. Packages come from the index that pip asks."""

import io
import json
import secrets
import tarfile
from collections.abc import Mapping

import docker
import pytest
from docker.errors import BuildError
from docker.models.containers import Container
from filelock import FileLock

from tests.support.engine import PYTHON, remove_named

_DATA = "from sklearn.datasets import load_iris; X, y = load_iris(return_X_y=True); "
_FIT = "from sklearn.linear_model import LogisticRegression as L; m = L(max_iter=999).fit(X, y); "
_BOOST = "import xgboost as x; x.train(dict(objective='multi:softprob', num_class=3), "
_GROW = "import lightgbm as g; g.train(dict(objective='multiclass', num_class=3, verbose=-1), "
_CONVERT = "from skl2onnx import to_onnx; s = to_onnx(m, X[:1].astype('f'));"
PACKAGES = "scikit-learn==1.7.2 xgboost-cpu==3.1.2 skl2onnx==1.20.0 lightgbm==4.6.0"
"""Others than the templates': those that the weights tell are to be installed."""
LIBRARIES = "apt-get update -q && apt-get install -qy --no-install-recommends libgomp1"
"""What LightGBM needs of the operating system."""
TRAINING = {
    "model.joblib": f"{_DATA}{_FIT}import joblib; joblib.dump(m, 'model.joblib')",
    "model.json": f"{_DATA}{_BOOST}x.DMatrix(X, y), 9).save_model('model.json')",
    "model.txt": f"{_DATA}{_GROW}g.Dataset(X, y), 9).save_model('model.txt')",
    "model.onnx": f"{_DATA}{_FIT}{_CONVERT}open('model.onnx', 'wb').write(s.SerializeToString())",
}
_NO_INDEX = ("Could not find a version", "name resolution", "Network is unreachable",
             "Temporary failure resolving")  # fmt: skip


@pytest.fixture(scope="session")
def trained(
    engine_url: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Mapping[str, bytes]:
    """Weights by their names, made once for all processes of a run; skips where there are no
    packages to make them with."""
    if worker_id == "master":
        return _trained_on(engine_url)
    shared = tmp_path_factory.getbasetemp().parent / "trained"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            made = _trained_on(engine_url)
            shared.mkdir()
            for name, weights in made.items():
                (shared / name).write_bytes(weights)
    return {name: (shared / name).read_bytes() for name in TRAINING}


def _trained_on(url: str) -> Mapping[str, bytes]:
    """Made in an image of their own, of which nothing stays."""
    steps = [f"RUN python -c {json.dumps(program)}\n" for program in TRAINING.values()]
    text = f"FROM {PYTHON}\nRUN {LIBRARIES}\nRUN pip install -q {PACKAGES}\n{''.join(steps)}"
    name = f"mdt-{secrets.token_hex(4)}-training"
    client = docker.DockerClient(base_url=url)
    try:
        client.images.build(fileobj=io.BytesIO(text.encode()), tag=name, rm=True, forcerm=True)
        container = client.containers.create(name, name=name)
        return {weights: taken_out(container, weights) for weights in TRAINING}
    except BuildError as error:
        said = "".join(str(line.get("stream", "")) for line in error.build_log)
        if any(sign in said for sign in _NO_INDEX):
            pytest.skip("needs an index of Python packages")
        raise
    finally:
        remove_named(client, name)
        client.close()


def taken_out(container: Container, name: str) -> bytes:
    stream, _ = container.get_archive(f"/{name}")
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        file = archive.extractfile(name.rpartition("/")[2])
        assert file is not None
        return file.read()
