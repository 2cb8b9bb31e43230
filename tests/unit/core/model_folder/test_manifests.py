"""What other tools' files say of a folder."""

from pathlib import Path

import pytest

from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import ModelFolder, Severity
from tests.unit.core.model_folder.test_inspect import look, texts

SERVE = "import http.server"
MLMODEL = """\
flavors:
  python_function:
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.sklearn
    python_version: 3.9.1
  sklearn: {pickled_model: model.pkl, sklearn_version: 1.5.2}
mlflow_version: 2.16.0
signature:
  inputs: '[{"type": "double", "name": "a"},
    {"type": "double", "name": "b"}]'
"""


def seen(found: ModelFolder) -> list[tuple[str, str, str]]:
    return [(one.what, str(one.path), one.evidence) for one in found.recognised]


def test_mlflow(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {
            "MLmodel": MLMODEL,
            "python_env.yaml": "python: 3.10\ndependencies:\n- -r requirements.txt\n",
            "requirements.txt": "mlflow==2.16.0\nscikit-learn==1.5.2\n",
        },
    )
    assert seen(found) == [
        ("MLflow", "MLmodel", "flavors: sklearn, python_function · mlflow_version 2.16.0")
    ]
    assert found.framework == "scikit-learn"
    assert found.python is not None
    assert (found.python.version, str(found.python.path)) == ("3.10", "python_env.yaml")
    assert found.app is not None
    assert found.app.command[:5] == ("mlflow", "models", "serve", "-m", ".")
    assert "no program" not in texts(found)


def test_the_environment_of_a_model_in_a_folder_of_its_own(tmp_path: Path) -> None:
    conda = "dependencies:\n- python=3.8.2\n- conda-forge::cudatoolkit=11\n- pip: [mlflow==2]\n"
    found = look(tmp_path, {"model/MLmodel": MLMODEL, "model/conda.yaml": conda, "serve.py": SERVE})
    assert found.requirements is not None
    assert str(found.requirements.path) == "model/conda.yaml"
    assert found.requirements.packages == ("mlflow==2",)
    assert found.python is not None
    assert found.python.version == "3.8.2"
    assert found.gpu is not None
    assert (found.gpu.needed, found.gpu.evidence) == (True, "conda-forge::cudatoolkit=11")
    assert found.app is not None
    assert found.app.server == "http.server"


COG = """\
build:
  gpu: true
  python_version: 3.10
  system_packages: [ffmpeg]
  python_packages: ["torch==2.3.1", "cog"]
predict: "predict.py:Predictor"
"""


def test_cog(tmp_path: Path) -> None:
    found = look(tmp_path, {"cog.yaml": COG, "predict.py": "x = 1", "requirements.txt": "other"})
    assert seen(found) == [("Cog", "cog.yaml", "predict: predict.py:Predictor")]
    assert found.python is not None
    assert (found.python.version, found.python.evidence) == ("3.10", "python_version: 3.10")
    assert found.gpu is not None
    assert (found.gpu.needed, found.gpu.evidence) == (True, "gpu: true")
    assert found.requirements is not None
    assert found.requirements.packages == ("torch==2.3.1", "cog")
    assert found.system_packages == ("ffmpeg",)
    assert found.app is not None
    assert found.app.command == ("python", "-m", "cog.server.http")
    assert "needs cog" not in texts(found)


def test_bento(tmp_path: Path) -> None:
    text = "service: 'svc:Iris'\npython: {packages: [bentoml==1.3]}\ndocker: {cuda_version: 12.1}\n"
    found = look(tmp_path, {"bentofile.yaml": text, "svc.py": "x = 1"})
    assert seen(found) == [("BentoML", "bentofile.yaml", "service: svc:Iris")]
    assert found.app is not None
    assert found.app.command[:3] == ("bentoml", "serve", "svc:Iris")
    assert found.gpu is not None
    assert found.gpu.evidence == "cuda_version: 12.1"


def test_truss(tmp_path: Path) -> None:
    text = (
        "model_name: Iris\npython_version: py311\nresources: {accelerator: A10G}\n"
        "requirements: [numpy==2.1.0]\n"
    )
    found = look(tmp_path, {"config.yaml": text, "model/model.py": "x = 1"})
    assert seen(found) == [("Truss", "config.yaml", "model_name: Iris")]
    assert found.python is not None
    assert found.python.version == "3.11"
    assert found.gpu is not None
    assert found.gpu.evidence == "accelerator: A10G"
    assert found.requirements is not None
    assert found.requirements.pinned
    assert seen(look(tmp_path / "other", {"config.yaml": text})) == []


def test_servers(tmp_path: Path) -> None:
    settings = '{"name": "iris", "implementation": "mlserver_sklearn.SKLearnModel"}'
    found = look(tmp_path / "a", {"model-settings.json": settings})
    assert seen(found)[0][::2] == ("MLServer", "implementation: mlserver_sklearn.SKLearnModel")
    assert found.framework == "scikit-learn"
    config = 'name: "resnet"\nplatform: "tensorrt_plan"\nmax_batch_size: 8\n'
    triton = look(tmp_path / "b", {"models/resnet/config.pbtxt": config})
    assert seen(triton) == [
        ("Triton", "models/resnet/config.pbtxt", "platform: tensorrt_plan")
    ]  # fmt: skip
    assert triton.gpu is not None
    assert triton.gpu.needed
    on_gpu = 'backend: "onnxruntime"\ninstance_group [ { kind: KIND_GPU } ]\n'
    other = look(tmp_path / "c", {"m/config.pbtxt": on_gpu})
    assert (other.framework, other.gpu and other.gpu.evidence) == ("ONNX Runtime", "kind: KIND_GPU")


def test_packs(tmp_path: Path) -> None:
    kit = (
        "manifestVersion: 1.0.0\npackage: {name: iris, license: MIT, description: Flowers}\n"
        "model: {path: ./m.onnx, framework: ONNX}\n"
    )
    found = look(tmp_path / "a", {"Kitfile": kit})
    assert seen(found) == [("KitOps", "Kitfile", "manifestVersion: 1.0.0, model: ./m.onnx")]
    assert found.metadata == {"title": "iris", "license": "MIT", "description": "Flowers"}
    assert found.framework == "ONNX"
    modctl = "# x\nNAME iris\nCONFIG config.json\nMODEL *.safetensors\nPRECISION bf16\n"
    found = look(tmp_path / "b", {"Modelfile": modctl})
    assert seen(found) == [("modctl", "Modelfile", "NAME iris, MODEL *.safetensors")]
    assert found.precision == "bf16"
    found = look(tmp_path / "c", {"Modelfile": "FROM ./m.gguf\nPARAMETER temperature 1\n"})
    assert seen(found) == [("Ollama", "Modelfile", "FROM ./m.gguf")]


@pytest.mark.parametrize(
    ("files", "framework", "evidence"),
    [
        ({"model_index.json": '{"_class_name": "FluxPipeline", "_diffusers_version": "0.30"}',
          "unet/config.json": '{"model_type": "x"}'},
         "Diffusers", "_class_name: FluxPipeline · _diffusers_version 0.30"),
        ({"modules.json": "[]",
          "config_sentence_transformers.json":
              '{"__version__": {"sentence_transformers": "3.0.1"}}'},
         "Sentence Transformers",
         "config_sentence_transformers.json: sentence_transformers 3.0.1"),
        ({"m/config.json": '{"architectures": ["LlamaForCausalLM"], "dtype": "bfloat16"}'},
         "Transformers", "architectures: LlamaForCausalLM"),
    ],
)  # fmt: skip
def test_hugging_face(
    tmp_path: Path, files: dict[str, str | bytes], framework: str, evidence: str
) -> None:
    found = look(tmp_path, files)
    assert found.framework == framework
    assert [one.evidence for one in found.recognised] == [evidence]


def test_an_adapter_names_the_base_it_needs(tmp_path: Path) -> None:
    config = '{"peft_type": "LORA", "r": 8, "base_model_name_or_path": "meta/Llama-3"}'
    found = look(tmp_path, {"adapter_config.json": config})
    assert seen(found)[0] == (
        "PEFT · LORA", "adapter_config.json", "peft_type: LORA, r: 8, base: meta/Llama-3",
    )  # fmt: skip
    assert "it needs its base model meta/Llama-3" in texts(found, Severity.WARNING)
    assert found.metadata["base model"] == "meta/Llama-3"
    there = look(
        tmp_path / "b",
        {"adapter_config.json": config, "meta/Llama-3/config.json": '{"model_type": "llama"}'},
    )
    assert "base model" not in texts(there)


def test_a_quantised_model_wants_a_gpu(tmp_path: Path) -> None:
    config = '{"model_type": "llama", "quantization_config": {"quant_method": "awq"}}'
    found = look(tmp_path, {"config.json": config})
    assert found.gpu is not None
    assert (found.gpu.needed, found.gpu.evidence) == (True, "quant_method: awq")


def test_a_class_of_its_own_must_be_there(tmp_path: Path) -> None:
    config = '{"model_type": "x", "auto_map": {"AutoModel": "modeling_x.XModel"}}'
    found = look(tmp_path, {"config.json": config})
    assert "config.json names modeling_x.py" in texts(found, Severity.ERROR)


def test_a_model_card_has_facts_and_results(tmp_path: Path) -> None:
    card = (
        "---\nlicense: apache-2.0\nbase_model:\n- a/b\ndatasets: [x, y]\nlibrary_name: timm\n"
        "model-index:\n- name: m\n  results:\n  - task: {type: t}\n    metrics:\n"
        "    - {type: accuracy, value: 0.91}\n    - {type: f1, value: high}\n---\n# Title\n"
    )
    found = look(tmp_path, {"README.md": card})
    assert found.metadata == {
        "license": "apache-2.0", "base model": "a/b", "data sets": "x, y", "title": "Title",
    }  # fmt: skip
    assert found.metrics == {"accuracy": 0.91}
    assert found.framework == "timm"
    assert seen(found) == [
        ("model card", "README.md", "license: apache-2.0, base model: a/b, data sets: x, y")
    ]


@pytest.mark.parametrize(
    ("files", "version", "source"),
    [
        ({".python-version": "# x\n3.12.1\n"}, "3.12.1", ".python-version"),
        ({"runtime.txt": "python-3.11.4\n"}, "3.11.4", "runtime.txt"),
        ({"Pipfile": '[requires]\npython_version = "3.10"\n'}, "3.10", "Pipfile"),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.10,<3.13"\n'}, ">=3.10,<3.13",
         "pyproject.toml"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\n'}, "^3.11",
         "pyproject.toml"),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.9"\n', ".python-version": "3.13"},
         "3.13", ".python-version"),
        ({"conda.yaml": "dependencies: [python=3.9.7]"}, "3.9.7", "conda.yaml"),
    ],
)  # fmt: skip
def test_the_python_it_asks_for(
    tmp_path: Path, files: dict[str, str | bytes], version: str, source: str
) -> None:
    found = look(tmp_path, files).python
    assert found is not None
    assert (found.version, str(found.path)) == (version, source)


def test_files_that_disagree_about_python_are_told(tmp_path: Path) -> None:
    found = look(tmp_path, {".python-version": "3.12", "runtime.txt": "python-3.9.1"})
    assert "asks for Python 3.12, runtime.txt for 3.9.1" in texts(found, Severity.WARNING)


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("torch==2.4.0+cu121", True),
        ("nvidia-cublas-cu12==12.1", True),
        ("bitsandbytes==0.43", True),
        ("flash_attn==2.6", True),
        ("jax[cuda12]==0.4", True),
        ("tensorrt==10.0", True),
        ("onnxruntime-gpu==1.18", True),
        ("torch==2.4.0+cpu", False),
        ("cupboard==1.0", None),
        ("numpy==2.1.0", None),
    ],
)
def test_packages_that_want_a_gpu(tmp_path: Path, line: str, needed: bool | None) -> None:
    found = look(tmp_path, {"requirements.txt": line}).gpu
    assert (found.needed if found else None) == needed
    if found:
        assert found.evidence == line


def test_weights_that_want_a_gpu_and_that_do_not(tmp_path: Path) -> None:
    engine = look(tmp_path / "a", {"m.engine": b"ftrt\0\0"}).gpu
    assert engine is not None
    assert (engine.needed, engine.evidence) == (True, "TensorRT")
    small = look(tmp_path / "b", {"m.tflite": b"\x1c\0\0\0TFL3"}).gpu
    assert small is not None
    assert not small.needed


@pytest.mark.parametrize(
    ("files", "packages", "pinned"),
    [
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython='^3.11'\nnumpy='^1.26.4'\n"
                            "a='~0.3'\nb='*'\nc='1.2'\nd={version='^0.0.3',extras=['x']}\n"
                            "e={git='https://g/e',rev='main'}\nf='>=1,<2'\n"},
         ("numpy>=1.26.4,<2", "a>=0.3,<0.4", "b", "c==1.2", "d[x]>=0.0.3,<0.0.4",
          "e @ git+https://g/e@main", "f>=1,<2"), False),
        ({"Pipfile": "[packages]\nflask='==3.0'\nx={version='==1.0'}\n"},
         ("flask==3.0", "x==1.0"), True),
        ({"pyproject.toml": "[project]\ndependencies=['numpy==1']"}, ("numpy==1",), True),
    ],
)  # fmt: skip
def test_projects(
    tmp_path: Path, files: dict[str, str | bytes], packages: tuple[str, ...], pinned: bool
) -> None:
    found = look(tmp_path, files).requirements
    assert found is not None
    assert (found.packages, found.pinned) == (packages, pinned)


def test_hashes_and_locks(tmp_path: Path) -> None:
    hashed = look(
        tmp_path / "a", {"requirements.txt": "a==1 --hash=sha256:00\nb==1 \\\n --hash=x:1"}
    )
    assert hashed.requirements is not None
    assert hashed.requirements.hashed
    locked = look(
        tmp_path / "b",
        {"pyproject.toml": "[project]\ndependencies=['numpy>1']", "uv.lock": "version = 1\n"},
    )
    assert locked.requirements is not None
    assert [str(path) for path in locked.requirements.locks] == ["uv.lock"]
    assert "uv.lock holds exact versions" in texts(locked, Severity.INFO)


def test_a_folder_by_a_name_like_a_command_is_just_a_folder(tmp_path: Path) -> None:
    found = look(tmp_path / "--privileged; rm -rf", {"serve.py": SERVE, "cog.yaml": COG})
    assert found.name == "privileged-rm-rf"
    assert found.framework == "PyTorch"
    assert inspect(found.path).recognised == found.recognised
