"""Finding the program that serves a model, by reading its source. Nothing is imported."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.model import AppEntry
from modeldesk.core.model_folder.walk import read_text

DEFAULT_PORT = 5000
_NAMES = ("serve.py", "server.py", "app.py", "main.py", "api.py", "wsgi.py", "asgi.py",
          "inference.py", "predict.py", "service.py", "run.py")  # fmt: skip
_FOLDERS = ("", "app/", "src/", "api/", "server/", "service/")
_LONGEST_SOURCE = 200_000
_MOST_SOURCE = 3_000_000
"""Bytes of programs that are read in all."""
_MOST_PROGRAMS = 200
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
_HEALTH = ("/health", "/healthz", "/api/health", "/v1/health", "/health/ready", "/readyz",
           "/ready", "/livez", "/ping")  # fmt: skip

_ADDRESSES = ("", "0.0.0.0", "127.0.0.1", "localhost", "::")
_APPLICATIONS = {"FastAPI": 8000, "Starlette": 8000, "Flask": 5000, "Quart": 5000}
"""Classes whose object is the application, with the port they are usually served at."""
_SERVERS = {
    "http.server": DEFAULT_PORT,
    "aiohttp": 8080,
    "tornado": 8888,
    "bottle": 8080,
    "sanic": 8000,
    "litserve": 8000,
    "gradio": 7860,
    "streamlit": 8501,
}
"""Modules that make a program a server."""
_STOPPED_BY_SIGTERM = {"FastAPI", "Starlette", "streamlit", "aiohttp", "sanic"}
"""The others, as process 1, do not notice SIGTERM unless they handle it themselves."""


@dataclass(slots=True)
class _Source:
    """What the text of one program shows."""

    imports: set[str] = field(default_factory=set)
    application: tuple[str, str] | None = None
    """Class and variable."""
    runs_itself: bool = False
    everywhere: bool = False
    """Whether it names the address 0.0.0.0."""
    handles_sigterm: bool = False
    ports: list[int] = field(default_factory=list)
    strings: set[str] = field(default_factory=set)


def find_app(
    folder: Path, names: frozenset[str], packages: frozenset[str], exposed: int = 0
) -> AppEntry | None:
    """The serving program among `names`: one with a recognised server first, else the first of
    the usual names. `exposed` is the port of the folder's own Dockerfile, 0 without one."""
    fallback: AppEntry | None = None
    left = _MOST_SOURCE
    for path in _candidates(names):
        text = read_text(folder, path, min(_LONGEST_SOURCE, left))
        left = max(0, left - len(text))
        source = _parsed(text)
        if source is None:
            continue
        entry = _entry(PurePosixPath(path), source, packages, exposed)
        if entry.server:
            return entry
        fallback = fallback or entry
    return fallback


def _candidates(names: frozenset[str]) -> Iterator[str]:
    for folder in _FOLDERS:
        for name in _NAMES:
            if (path := f"{folder}{name}") in names and _PLAIN.fullmatch(path):
                yield path
    others = sorted(n for n in names if n.endswith(".py") and "/" not in n and _PLAIN.fullmatch(n))
    others = [name for name in others if name not in _NAMES and not is_training(name)]
    yield from others[:_MOST_PROGRAMS]


def find_training(folder: Path, names: frozenset[str]) -> tuple[PurePosixPath, ...]:
    """The training programs at the top of the folder that no other program there imports."""
    programs = sorted(name for name in names if name.endswith(".py"))[:_MOST_PROGRAMS]
    found = [name for name in programs if "/" not in name and is_training(name)]
    if not found:
        return ()
    texts = {name: _code(read_text(folder, name, _LONGEST_SOURCE)) for name in programs}
    return tuple(
        PurePosixPath(name)
        for name in found
        if not any(
            re.search(rf"\b{re.escape(name.removesuffix('.py'))}\b", text)
            for other, text in texts.items()
            if other not in found
        )
    )


def _code(text: str) -> str:
    """The import lines, and the strings by which a module could be imported."""
    return "\n".join(
        line for line in text.splitlines() if "import" in line or "run_" in line or "-m" in line
    )


def is_training(name: str) -> bool:
    """Whether a program is, by its name, one that makes the weights or tests them."""
    return bool(re.fullmatch(r"(train(ing)?|fine_?tune|test|conftest|setup)(_.*)?\.py", name))


def _parsed(text: str) -> _Source | None:
    if not text:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _seen(tree)


def _seen(tree: ast.Module) -> _Source:
    source = _Source()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                source.imports |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                source.imports.add(module)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):
                _note_application(source, name, func)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=func)):
                _note_application(source, name, func)
            case ast.Attribute(attr="SIGTERM") | ast.Name(id="SIGTERM"):
                source.handles_sigterm = True
            case ast.Call():
                _note_call(source, node)
            case ast.BoolOp(op=ast.Or(), values=[ast.Call() as call, ast.Constant(value=value)]):
                if _asks_for_port(call):
                    source.ports += _ports(value)
            case ast.Constant(value=str(text)) if len(text) < 100:
                source.strings.add(text)
            case ast.Tuple(elts=[ast.Constant(value=host), ast.Constant(value=port)]):
                source.ports += _ports(port) if host in _ADDRESSES else []
    source.everywhere = bool(source.strings & {"0.0.0.0", "::"})
    return source


def _note_application(source: _Source, name: str, func: ast.expr) -> None:
    called = _called(func)
    if called in _APPLICATIONS and source.application is None:
        source.application = called, name


def _note_call(source: _Source, call: ast.Call) -> None:
    called = _called(call.func)
    if called in ("run", "serve_forever", "run_app", "launch", "listen", "serve"):
        source.runs_itself = True
    for keyword in call.keywords:
        if keyword.arg in ("port", "server_port") and isinstance(keyword.value, ast.Constant):
            source.ports += _ports(keyword.value.value)
    if _asks_for_port(call) and len(call.args) == 2 and isinstance(call.args[1], ast.Constant):
        source.ports += _ports(call.args[1].value)
    if called == "add_argument" and any(
        isinstance(arg, ast.Constant) and arg.value == "--port" for arg in call.args
    ):
        for keyword in call.keywords:
            if keyword.arg == "default" and isinstance(keyword.value, ast.Constant):
                source.ports += _ports(keyword.value.value)


def _asks_for_port(call: ast.Call) -> bool:
    """``os.environ.get("PORT" …)`` and ``os.getenv("PORT" …)``, any variable ending in PORT."""
    if _called(call.func) not in ("get", "getenv") or not call.args:
        return False
    first = call.args[0]
    return (
        isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and first.value.upper().endswith("PORT")
    )


def _called(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _ports(value: object) -> list[int]:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536:
        return [int(text)]
    return []


def _entry(
    path: PurePosixPath, source: _Source, packages: frozenset[str], exposed: int
) -> AppEntry:
    server, usual = _server(source)
    port = exposed or next(iter(source.ports), usual)
    program = ("python", str(path))
    health = next((known for known in _HEALTH if known in source.strings), "")
    return AppEntry(
        path,
        port,
        _command(path, source, packages, server, port),
        server,
        health,
        (*program, "--ping") if "--ping" in source.strings else (),
        frozenset(name.partition(".")[0] for name in source.imports),
        "SIGTERM" if source.handles_sigterm or server in _STOPPED_BY_SIGTERM else "SIGINT",
    )


def _server(source: _Source) -> tuple[str, int]:
    if source.application:
        name = source.application[0]
        return name, _APPLICATIONS[name]
    for module, port in _SERVERS.items():
        if any(name == module or name.startswith(f"{module}.") for name in source.imports):
            return module, port
    return "", DEFAULT_PORT


def _command(
    path: PurePosixPath, source: _Source, packages: frozenset[str], server: str, port: int
) -> tuple[str, ...]:
    program = ("python", str(path))
    if server == "streamlit":
        return ("streamlit", "run", str(path), "--server.address=0.0.0.0",
                f"--server.port={port}", "--server.headless=true")  # fmt: skip
    if source.application is None or (source.runs_itself and source.everywhere):
        return program
    target = f"{'.'.join(path.with_suffix('').parts)}:{source.application[1]}"
    address = ("--host", "0.0.0.0", "--port", str(port))
    if server in ("FastAPI", "Starlette"):
        return ("python", "-m", "uvicorn", target, *address)
    if server == "Quart" or "gunicorn" not in packages:
        module = "quart" if server == "Quart" else "flask"
        return ("python", "-m", module, "--app", target, "run", *address)
    return ("gunicorn", "--bind", f"0.0.0.0:{port}", target)
