"""Whatever is sent: only what the API's description says is answered, and never that a bug was
met."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.core.access.model import Grant, Role
from tests.support.json_schema import check
from tests.unit.adapters.rest.api import LIMITS, Answered, Api

Document = Mapping[str, Any]
_HOSTILE = [
    "", "..", "../../etc/passwd", "%2e%2e", "a" * 3000, "\0", "\n", "é", "票据", "\ud7ff", "🙂",
    "-", "-1", "1e9", "0", "true", "null", "{}", "' OR 1=1 --", "$(id)", "sha256:" + "0" * 64, "*",
    '"x"', '"none"', "bytes=0-4", "bytes=9999-", "latest", "a/b", "a/-/versions/v1",
    "accuracy >= 0.9", "(((((", "not not x", "0" * 300,
]  # fmt: skip
_KNOWN = ["team/rec", "v1", "v2", "stable", "candidate", "deprecated", "weights/0.bin", "metadata"]
_RIGHT = {
    "model": ["team/rec", "team/image"],
    "version": ["v1", "v2", "candidate"],
    "channel": ["stable", "candidate", "deprecated"],
    "path": ["weights/0.bin"],
    "query": ["accuracy >= 0.85", "channel != deprecated"],
    "sort": ["accuracy", "created"],
    "file": ["model.safetensors"],
    "metadata": ['{"accuracy": 0.9}'],
    "If-Match": ['"none"', '"sha256:00"'],
    "If-None-Match": ["*"],
    "Range": ["bytes=0-4", "bytes=9999-"],
}
_TEXTS = st.one_of(st.sampled_from(_KNOWN), st.sampled_from(_HOSTILE), st.text(max_size=20))
_GRANTS = [
    (Grant(Role.ADMINISTER),),
    (Grant(Role.PUBLISH), Grant(Role.PROMOTE)),
    (Grant(Role.READ),),
    (Grant(Role.PUBLISH, "team/*"),),
    (),
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@contextmanager
def server() -> Iterator[Api]:
    """The same each time, so that what fails fails again."""
    with tempfile.TemporaryDirectory() as folder:
        made = Api(Path(folder))
        made.desk.add("team/rec", "v1", b"some weights", accuracy=0.9)
        made.desk.add("team/rec", "v2", b"other weights", b"more", accuracy=0.8)
        made.desk.registry.add_image("team/image", "v1", [b"layer"], {"config": {}})
        try:
            yield made
        finally:
            made.close()


@cache
def described() -> Any:
    """The API's description, as it gives it."""
    with server() as api:
        return api.ask("GET", "/v1/openapi.json").json


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, one)
        for path, own in document["paths"].items()
        for method, one in own.items()
    ]


@dataclass(frozen=True)
class Asked:
    """A request that was thought up."""

    operation: Document
    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes | None
    grants: tuple[Grant, ...]
    strays: bool
    """Whether its path may be another operation's."""


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    document = described()
    path, method, operation = draw(st.sampled_from(operations(document)))
    values: dict[str, list[tuple[str, str]]] = {"path": [], "query": [], "header": []}
    for parameter in operation["parameters"]:
        right = _fitting(parameter)
        # A thing that is wrong in several ways shows only the first of them.
        value = draw(st.one_of(right, right, right, right, _TEXTS))
        if parameter["required"] or draw(st.booleans()):
            values[parameter["in"]].append((parameter["name"], value))
    if draw(st.integers(0, 9)) == 9:
        values["query"].append((draw(_TEXTS), draw(_TEXTS)))
    target = path
    slashes = draw(st.sampled_from(["", "/"]))
    for name, value in values["path"]:
        target = target.replace(f"{{{name}}}", _quoted(value, slashes))
    if values["query"]:
        pairs = (f"{_quoted(name)}={_quoted(value)}" for name, value in values["query"])
        target += "?" + "&".join(pairs)
    headers = {name: _header(value) for name, value in values["header"]}
    content = None
    if "requestBody" in operation:
        types = [*operation["requestBody"]["content"]]
        headers["Content-Type"] = draw(st.sampled_from([*types * 4, "text/plain", ""]))
        content = draw(_bodies(operation, document))
    grants = draw(st.sampled_from(_GRANTS))
    strays = any(not value or "/" in value for _, value in values["path"])
    return Asked(operation, method.upper(), target, headers, content, grants, strays)


@settings(max_examples=250)
@given(asked=requests())
def test_only_what_is_described_is_answered(asked: Asked) -> None:
    with server() as api:
        token = api.token(*asked.grants) if asked.grants else ""
        answer = api.ask(
            asked.method, asked.target, token, headers=asked.headers, content=asked.content
        )
        left = list(api.uploads.iterdir())
    assert left == []
    _check_described(answer, asked.operation, described(), strays=asked.strays)


def _check_described(
    answer: Answered, operation: Document, document: Document, *, strays: bool
) -> None:
    """`strays`: the path may be another operation's."""
    assert answer.status != 500, answer.content
    if strays and str(answer.status) not in operation["responses"]:
        assert (
            any(str(answer.status) in one["responses"] for _, _, one in operations(document))
            or answer.status == 405
        )
        return
    assert str(answer.status) in operation["responses"], (answer.status, answer.content)
    if strays and answer.status < 400:
        return
    told = operation["responses"][str(answer.status)]
    for name in told.get("headers", {}):
        assert name in answer.headers or name == "ETag"
    content = told.get("content", {})
    if not content:
        assert answer.content == b""
        return
    (media_type,) = content
    assert answer.headers["content-type"] == media_type
    if media_type.endswith("json"):
        check(json.loads(answer.content), content[media_type]["schema"], document)


def _quoted(text: str, safe: str = "") -> str:
    return quote(text.encode("utf-8", "replace"), safe=safe)


def _header(text: str) -> str:
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in text)


def _fitting(parameter: Document) -> st.SearchStrategy[str]:
    schema = parameter["schema"]
    match schema["type"]:
        case "integer":
            return st.integers(schema["minimum"], min(schema["maximum"], 10**6)).map(str)
        case "boolean":
            return st.sampled_from(["true", "false"])
    return st.sampled_from(_RIGHT.get(parameter["name"], _KNOWN))


def _bodies(operation: Document, document: Document) -> st.SearchStrategy[bytes]:
    written = _JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
    schema = operation["requestBody"]["content"].get("application/json", {}).get("schema")
    kinds = [st.binary(max_size=2000), written, st.just(b"x" * (LIMITS.json_bytes + 1))]
    if schema is not None:
        known = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        fitting = st.fixed_dictionaries(
            {name: st.sampled_from(_RIGHT[name]) for name in known["required"]},
            optional={
                name: _value(one)
                for name, one in known["properties"].items()
                if name not in known["required"]
            },
        )
        kinds += [fitting.map(lambda value: json.dumps(value).encode())] * 6
    return st.one_of(kinds)


def _value(schema: Document) -> st.SearchStrategy[Any]:
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(st.sampled_from(["metric.accuracy", "tag.owner", "dataset"]) | _TEXTS,
                            max_size=2)  # fmt: skip
        case "object":
            keys = st.sampled_from(["accuracy", "param.lr", "tag.owner", "dataset"]) | _TEXTS
            return st.dictionaries(keys, _JSON, max_size=3)
    return _TEXTS


def test_the_description_is_whole() -> None:
    document = described()
    assert document["openapi"] == "3.1.0"
    names = [one["operationId"] for _, _, one in operations(document)]
    assert len(set(names)) == len(names) >= 15
    for path, _, one in operations(document):
        given_names = {p["name"] for p in one["parameters"] if p["in"] == "path"}
        assert given_names == {part[1:-1] for part in path.split("/") if part[:1] == "{"}
        for told in one["responses"].values():
            assert told["description"]
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in text, f"{name} is not used"
