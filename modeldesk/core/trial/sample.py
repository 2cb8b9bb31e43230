"""A request that a model answers with a prediction, as far as its folder knows one."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from modeldesk.core.errors import InvalidInput
from modeldesk.core.model_folder.documents import Document, inside, read_mapping, table
from modeldesk.core.model_folder.model import AppEntry, ModelFolder
from modeldesk.core.model_folder.walk import read_text
from modeldesk.core.text import printable
from modeldesk.core.trial.model import SampleRequest
from modeldesk.core.words import tr

_EXAMPLES = (
    "example_request.json",
    "sample_request.json",
    "test_request.json",
    "request.json",
)
"""What people call a body that their own program takes."""
PREDICT = "/predict"
_MLFLOW = "/invocations"
LARGEST = 16 * 1024 * 1024
_MOST_FEATURES = 100_000


def find_sample(
    folder: ModelFolder, app: AppEntry, *, generated: bool = False
) -> SampleRequest | None:
    """The example that lies in the folder, or one made after what an MLmodel says it takes;
    None where neither is there. A `generated` server takes nothing but ``{"inputs": …}``."""
    return next(_samples(folder, app, generated), None)


def read_sample(path: Path, request_path: str = PREDICT) -> SampleRequest:
    """A request that a person wrote. Raises `InvalidInput` unless it is JSON."""
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise InvalidInput(
                tr("{path} is too large for a request.", path=path),
                tr("Up to 16 MB are sent."),
            )
        json.loads(body)
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(
            tr("{path} holds no request: it is no JSON that can be read.", path=path),
            tr("Write what a POST to the model’s server sends, as JSON."),
            str(error),
        ) from error
    return SampleRequest(request_path, body, path.name)


def _samples(folder: ModelFolder, app: AppEntry, generated: bool) -> Iterator[SampleRequest]:
    route = _MLFLOW if app.server == "MLflow" else PREDICT
    for name in _EXAMPLES:
        body = _json_text(folder.path, PurePosixPath(name))
        if body and (not generated or inside(json.loads(body), "inputs") is not None):
            yield SampleRequest(route, body.encode(), name)
    for manifest in (one.path for one in folder.recognised if one.what == "MLflow"):
        yield from _of_mlflow(folder.path, manifest, route)


def _of_mlflow(folder: Path, manifest: PurePosixPath, route: str) -> Iterator[SampleRequest]:
    content = read_mapping(folder, manifest)
    info = table(content, "saved_input_example_info")
    serving = inside(info, "serving_input_path")
    if route == _MLFLOW and isinstance(serving, str):
        path = manifest.parent / serving
        if body := _json_text(folder, path):
            yield SampleRequest(route, body.encode(), printable(str(path)))
    example = inside(info, "artifact_path")
    if isinstance(example, str):
        path = manifest.parent / example
        if rows := _rows(_json(folder, path)):
            yield _with_inputs(route, rows, path)
    if rows := _zeros(content):
        yield _with_inputs(route, rows, manifest)


def _with_inputs(route: str, rows: Sequence[object], path: PurePosixPath) -> SampleRequest:
    return SampleRequest(route, json.dumps({"inputs": rows}).encode(), printable(str(path)))


def _rows(content: object) -> Sequence[object]:
    """The rows of an example, as pandas splits them or as they are."""
    for key in ("data", "inputs", "instances"):
        if isinstance(rows := inside(content, key), list):
            return rows
    return content if isinstance(content, list) else ()


def _zeros(content: Document) -> Sequence[object]:
    """A row of zeros as wide as the signature says; none where it takes anything but numbers."""
    told = inside(content, "signature", "inputs")
    if not isinstance(told, str):
        return ()
    try:
        columns = json.loads(told)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(columns, list):
        return ()
    if len(columns) == 1 and isinstance(columns[0], dict) and columns[0].get("type") == "tensor":
        shape = inside(columns[0], "tensor-spec", "shape")
        if not isinstance(shape, list) or len(shape) != 2 or not isinstance(shape[1], int):
            return ()
        return [[0.0] * shape[1]] if 0 < shape[1] <= _MOST_FEATURES else ()
    numeric = ("double", "float", "long", "integer")
    if all(isinstance(one, dict) and one.get("type") in numeric for one in columns):
        return [[0.0] * len(columns)] if columns else ()
    return ()


def _json(folder: Path, path: PurePosixPath) -> object:
    """What is in a file of the folder; None where there is nothing that can be read."""
    text = _json_text(folder, path)
    return json.loads(text) if text else None


def _json_text(folder: Path, path: PurePosixPath) -> str:
    """A file's text, where it is JSON; else empty. A path that leads out of the folder leads
    nowhere."""
    if path.is_absolute() or ".." in path.parts:
        return ""
    text = read_text(folder, path, LARGEST)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return text
