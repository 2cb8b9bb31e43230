import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.core.build_context.folder_files import DOCKERFILES, own_dockerfile
from modeldesk.core.errors import Cancelled, FolderError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder import walk
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import ModelFolder, Severity

SAMPLE = Path(__file__).parents[4] / "resources" / "sample_model"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef h(): return {}\n"


def folder_of(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def look(root: Path, files: dict[str, str | bytes]) -> ModelFolder:
    return inspect(folder_of(root, files))


def texts(folder: ModelFolder, severity: Severity | None = None) -> str:
    return "\n".join(f.text for f in folder.findings if severity in (None, f.severity))


def test_the_sample_model(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    found = inspect(Path(shutil.copytree(SAMPLE, tmp_path / "digits", ignore=ignored)))
    assert found.name == "digits"
    assert [(str(w.path), w.format, w.parameters) for w in found.weights] == [
        ("digits.safetensors", "safetensors", 3610)
    ]
    assert found.app is not None
    assert found.app.command == ("python", "serve.py")
    assert (found.app.port, found.app.server, found.app.health_path) == (
        5000, "http.server", "/health",
    )  # fmt: skip
    assert found.app.ping_command == ("python", "serve.py", "--ping")
    assert found.app.stop_signal == "SIGTERM"
    assert found.requirements is not None
    assert (found.requirements.packages, found.requirements.pinned) == ((), True)
    assert found.metrics["accuracy"] == 0.9733
    assert found.dataset_version == "uci-optdigits-1998-07"
    assert [str(path) for path in found.training] == ["train.py"]
    assert found.findings == ()


@pytest.mark.parametrize(
    ("source", "requirements", "server", "port", "command"),
    [
        (FASTAPI, "uvicorn==1\nfastapi==1", "FastAPI", 8000,
         "python -m uvicorn app:app --host 0.0.0.0 --port 8000"),
        (FASTAPI + "import uvicorn\nuvicorn.run(app, host='0.0.0.0', port=9000)", "fastapi==1",
         "FastAPI", 9000, "python app.py"),
        ("from flask import Flask\nweb = Flask(__name__)\nweb.run(port=7000)", "flask==3",
         "Flask", 7000, "python -m flask --app app:web run --host 0.0.0.0 --port 7000"),
        ("from flask import Flask\napp: Flask = Flask(__name__)", "Flask==3\ngunicorn==22",
         "Flask", 5000, "gunicorn --bind 0.0.0.0:5000 app:app"),
        ("import os\nfrom aiohttp import web\nweb.run_app(a, port=int(os.environ.get('PORT', 81)))",
         "aiohttp==3", "aiohttp", 81, "python app.py"),
        ("import streamlit as st", "streamlit==1", "streamlit", 8501,
         "streamlit run app.py --server.address=0.0.0.0 --server.port=8501 --server.headless=true"),
        ("print('hello')", "", "", 5000, "python app.py"),
    ],
)  # fmt: skip
def test_serving_programs(
    tmp_path: Path, source: str, requirements: str, server: str, port: int, command: str
) -> None:
    app = look(tmp_path, {"app.py": source, "requirements.txt": requirements}).app
    assert app is not None
    assert (app.server, app.port, " ".join(app.command)) == (server, port, command)


def test_a_server_is_preferred_to_a_usual_name(tmp_path: Path) -> None:
    app = look(tmp_path, {"serve.py": "x = 1", "src/main.py": FASTAPI}).app
    assert app is not None
    assert app.command[:4] == ("python", "-m", "uvicorn", "src.main:app")


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_own_dockerfile_is_known_by_every_name_a_build_takes(tmp_path: Path, name: str) -> None:
    found = look(tmp_path, {"app.py": FASTAPI, name: "FROM x"})
    assert str(found.dockerfile) == own_dockerfile(tmp_path) == name


def test_the_port_of_the_own_dockerfile_counts(tmp_path: Path) -> None:
    found = look(tmp_path, {"app.py": FASTAPI, "Dockerfile": "FROM x\nexpose 8123/tcp\n"})
    assert found.app is not None
    assert found.app.port == 8123
    assert str(found.dockerfile) == "Dockerfile"


@pytest.mark.parametrize("source", ["def (", "(" * 5000, "x = " + "-" * 50_000 + "1", "\0", "é"])
def test_a_program_that_can_not_be_parsed(tmp_path: Path, source: str) -> None:
    assert look(tmp_path, {"app.py": source}).file_count == 1


def test_a_missing_server_package_is_said(tmp_path: Path) -> None:
    found = look(tmp_path, {"app.py": FASTAPI, "requirements.txt": "fastapi==1"})
    assert "app.py needs uvicorn" in texts(found, Severity.ERROR)


@pytest.mark.parametrize(
    ("lines", "pinned", "packages"),
    [
        ("numpy==2.1.0\n# note\nPillow[jpeg]==10 ; python_version > '3'  # x\n", True, 2),
        ("numpy>=2\nscipy\ntorch==2.*\n", False, 3),
        ("a==1 \\\n  --hash=sha256:00\n-i https://example.org\n", True, 1),
        ("", True, 0),
        ("\ufeffnumpy==1\r\n", True, 1),
        ("a @ https://example.org/a-1-py3-none-any.whl\n", True, 1),
        ("a @ git+https://example.org/a@main\n", False, 1),
    ],
)
def test_requirements(tmp_path: Path, lines: str, pinned: bool, packages: int) -> None:
    found = look(tmp_path, {"requirements.txt": lines}).requirements
    assert found is not None
    assert (found.pinned, len(found.packages)) == (pinned, packages)


def test_requirements_that_refer_to_others(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {
            "requirements.txt": "-r sub/base.txt\n-c limits.txt\n-r ../outside.txt\n-r /etc/passwd",
            "sub/base.txt": "numpy==1\n-r ../requirements.txt\n-e .\n",
            "limits.txt": "scipy==1",
        },
    ).requirements
    assert found is not None
    assert found.packages == ("numpy==1",)
    assert [str(path) for path in found.includes] == ["sub/base.txt", "limits.txt"]
    assert found.needs_folder


def test_other_lists_of_requirements(tmp_path: Path) -> None:
    project = look(tmp_path / "a", {"pyproject.toml": "[project]\ndependencies=['numpy==1']"})
    assert project.requirements is not None
    assert project.requirements.packages == ("numpy==1",)
    conda = (
        "dependencies:\n  - python=3.11\n  - ffmpeg=6\n  - pip:\n"
        "    - mlflow==2\n    - 'a>=1'\nname: x\n"
    )
    found = look(tmp_path / "b", {"conda.yaml": conda, "app.py": "import http.server"})
    assert found.requirements is not None
    assert found.requirements.packages == ("mlflow==2", "a>=1")
    assert found.requirements.conda == ("ffmpeg=6",)
    assert "for conda" in texts(found)
    assert found.python is not None
    assert (found.python.version, str(found.python.path)) == ("3.11", "conda.yaml")
    broken = look(tmp_path / "c", {"pyproject.toml": "[project\n"})
    assert broken.requirements is None


def test_metrics_are_numbers_alone(tmp_path: Path) -> None:
    text = (
        '{"accuracy": 0.9, "ok": true, "bad": NaN, "huge": 1e999, "name": "x",'
        '"test": {"f1": 1}, "int": ' + "9" * 400 + ', "dataset_version": 7}'
    )
    found = look(tmp_path, {"metrics.json": text})
    assert found.metrics == {"accuracy": 0.9, "test.f1": 1.0}
    assert found.dataset_version == "7"


@pytest.mark.parametrize("text", ["[1]", "{", "[" * 100_000, "\xff", ""])
def test_damaged_metrics_are_passed_over(tmp_path: Path, text: str) -> None:
    assert look(tmp_path, {"metrics.json": text}).metrics == {}


def test_descriptions(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {
            "README.md": "---\nlicense: mit\npipeline_tag: text-generation\n---\n# My model\n",
            "config.json": '{"architectures": ["BertModel"], "torch_dtype": "float16"}',
        },
    )
    assert found.framework == "Transformers"
    assert found.metadata == {
        "license": "mit",
        "task": "text-generation",
        "title": "My model",
        "architecture": "BertModel",
        "precision": "float16",
    }
    flavoured = look(tmp_path / "m", {"MLmodel": "flavors:\n  python_function:\n  sklearn:\n"})
    assert flavoured.framework == "scikit-learn"


def test_what_stays_out_is_counted(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {
            ".git/objects/aa": b"x" * 100,
            ".venv/lib/a.py": b"x" * 10,
            "sub/__pycache__/a.pyc": b"x",
            ".env": b"SECRET=1",
            ".env.example": b"SECRET=",
            "keys/server.pem": b"x",
            "serve.py": "import http.server",
        },
    )
    assert [entry.path for entry in found.files] == ["serve.py"]
    assert {kept.pattern: kept.files for kept in found.kept_out} == {
        "**/.git": 1, "**/.venv": 1, "**/__pycache__": 1, "**/.env*": 2, "**/*.pem": 1,
    }  # fmt: skip
    assert found.file_count == 7
    secrets = {str(f.path) for f in found.findings if "secret" in f.text}
    assert secrets == {".env", "keys/server.pem"}


def test_the_own_dockerignore_decides_what_enters(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {
            ".dockerignore": "big\n!big/keep.txt\n**/*.gguf\n.env\n",
            "big/a/b.txt": "x",
            "big/keep.txt": "x",
            "m.gguf": b"GGUF",
            "serve.py": "import http.server",
        },
    )
    assert [entry.path for entry in found.files] == [".dockerignore", "big/keep.txt", "serve.py"]
    assert found.weights == ()


def test_a_malformed_dockerignore_is_said(tmp_path: Path) -> None:
    found = look(tmp_path, {".dockerignore": "ok\n[", "serve.py": "import http.server"})
    assert "Line 2 of .dockerignore" in texts(found, Severity.ERROR)


def test_a_data_folder_stays_unless_the_program_reads_it(tmp_path: Path) -> None:
    app = "import http.server\nopen('data/labels.txt')"
    used = look(tmp_path / "a", {"serve.py": app, "data/labels.txt": "x"})
    assert "data/labels.txt" in [entry.path for entry in used.files]
    unused = look(tmp_path / "b", {"serve.py": "import http.server", "data/labels.txt": "x"})
    assert [kept.pattern for kept in unused.kept_out] == ["data/"]


def test_a_folder_with_weights_alone_is_said(tmp_path: Path) -> None:
    found = look(tmp_path, {"m.gguf": b"GGUF"})
    assert "no program that serves the model" in texts(found, Severity.ERROR)
    assert found.framework == "llama.cpp"


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    assert "empty" in texts(inspect(tmp_path), Severity.ERROR)


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[Path]:
    root = folder_of(tmp_path / "odd", {"serve.py": "import http.server"})
    os.mkfifo(root / "app.py")
    os.mkfifo(root / "metrics.json")
    (root / "model.gguf").symlink_to("/etc/passwd")
    (root / "loop").symlink_to(root)
    (root / "self").symlink_to("self")
    (root / "inside.py").symlink_to("serve.py")
    (root / "requirements.txt").symlink_to("/dev/zero")
    name = os.fsdecode(b"caf\xe9.bin")
    (root / name).write_bytes(b"x")
    (root / "two\nlines.txt").write_bytes(b"x")
    with socket.socket(socket.AF_UNIX) as server:
        before = Path.cwd()
        os.chdir(root)  # a socket's path is limited to about a hundred bytes
        server.bind("s.sock")
        os.chdir(before)
        yield root


def test_odd_entries_are_not_opened_or_followed(odd: Path) -> None:
    started = time.monotonic()
    found = inspect(odd)
    assert time.monotonic() - started < 5
    assert found.app is not None
    assert str(found.app.path) == "serve.py"
    assert found.requirements is None
    assert found.weights == ()
    said = texts(found, Severity.WARNING)
    for name in ("app.py is a pipe", "metrics.json is a pipe", "s.sock is a pipe"):
        assert name in said
    for name in ("model.gguf is a link", "requirements.txt is a link"):
        assert name in said
    assert "loop" not in said
    for finding in found.findings:
        finding.text.encode()
    assert "inside.py" in [entry.path for entry in found.files]


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def lost(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, loop, lost])
def test_a_dockerfile_that_is_no_file_is_said(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(folder_of(tmp_path, {"serve.py": "import http.server"}) / "Dockerfile")
    assert "Dockerfile is no file that can be read" in texts(inspect(tmp_path), Severity.ERROR)


def test_a_link_that_leads_to_itself_is_said(tmp_path: Path) -> None:
    loop(tmp_path / "model")
    with pytest.raises(FolderError, match="leads to itself"):
        inspect(tmp_path / "model")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="not there"):
        inspect(tmp_path / "gone")
    (tmp_path / "file").write_text("x")
    with pytest.raises(FolderError, match="not a folder"):
        inspect(tmp_path / "file")
    with pytest.raises(FolderError):
        inspect(tmp_path / "nul\0byte")


def test_a_folder_that_vanishes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder_of(tmp_path / "m", {"a/b.txt": "x"})
    original = walk._leads_outside
    (root / "link").symlink_to("a/b.txt")

    def vanish(link: str, top: str) -> bool:
        shutil.rmtree(root)
        return original(link, top)

    monkeypatch.setattr(walk, "_leads_outside", vanish)
    with pytest.raises(FolderError, match="not there"):
        inspect(root)


def test_what_can_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path, {"private.bin": "x", "closed/a.txt": "x", "serve.py": "import http.server"})
    (tmp_path / "private.bin").chmod(0o000)
    scandir = os.scandir

    def refuse(path: str) -> "os._ScandirIterator[str]":
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    # The administrator, who may run this, may read everything.
    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = inspect(tmp_path)
    assert "private.bin can’t be read" in texts(found, Severity.ERROR)
    assert "closed can’t be read" in texts(found, Severity.ERROR)
    assert not found.readable_by_all


def test_a_folder_that_may_not_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(FolderError, match="can't be read") as raised:
        inspect(tmp_path)
    assert raised.value.hint


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        inspect(tmp_path, token)


def test_a_hundred_thousand_files_are_looked_into(tmp_path: Path) -> None:
    for at in range(100):
        folder = tmp_path / f"part{at}"
        folder.mkdir()
        for number in range(1000):
            os.close(os.open(folder / f"{number}.json", os.O_CREAT | os.O_WRONLY))
    found = inspect(tmp_path)
    assert found.file_count == 100_000
