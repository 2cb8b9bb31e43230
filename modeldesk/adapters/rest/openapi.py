"""The description of the API, made of its table."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from modeldesk import __version__
from modeldesk.adapters.rest.operations import (
    BYTES_TYPE,
    JSON_TYPE,
    TAR_TYPE,
    Operation,
    Takes,
    Told,
    Where,
)
from modeldesk.adapters.rest.problems import PROBLEM_TYPE
from modeldesk.adapters.rest.schemas import SCHEMAS, ref

_ALWAYS = {
    HTTPStatus.BAD_REQUEST: "Something that was sent can’t be used.",
    HTTPStatus.UNAUTHORIZED: "No valid token was sent.",
    HTTPStatus.FORBIDDEN: "The token has no role for that.",
    HTTPStatus.NOT_FOUND: "It is not there.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many tries without a valid token.",
    HTTPStatus.BAD_GATEWAY: "The registry refused, or answered what can’t be.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The registry or this server can’t answer for now.",
    HTTPStatus.GATEWAY_TIMEOUT: "The registry took too long.",
}
_WITH_BODY = {
    HTTPStatus.REQUEST_TIMEOUT: "The body did not come.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than is taken.",
}
_ANYBODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE)
_ABOUT = """\
Models of a registry: looked at, searched, downloaded, published, promoted. A model is called by its
repository; in a path a slash in its name may stand as it is. Errors are problem documents
(application/problem+json) that say what is wrong and what to do.
"""
_NAMES = re.compile(r"\{(\w+)\}")


def openapi(operations: Iterable[Operation]) -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ModelDesk",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    document: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"Needs the role “{one.role.value}”." if one.role else "For everybody.",
        "parameters": [
            {
                "name": parameter.name,
                "in": parameter.where.value,
                "required": parameter.required or parameter.where is Where.PATH,
                "description": parameter.description,
                "schema": dict(parameter.schema),
            }
            for parameter in one.parameters
        ],
        "responses": _answers(one),
        "security": [{"token": []}] if one.role else [],
    }
    if one.takes is Takes.JSON:
        content = {JSON_TYPE: {"schema": dict(one.body or {})}}
        document["requestBody"] = {"required": True, "content": content}
    elif one.takes is Takes.FILE:
        document["requestBody"] = {
            "required": True,
            "description": "A tar of the folder, without compression; or one file of weights.",
            "content": {TAR_TYPE: {"schema": {}}, BYTES_TYPE: {"schema": {}}},
        }
    return document


def _answers(one: Operation) -> dict[str, Any]:
    common = {
        status: Told(description)
        for status, description in _ALWAYS.items()
        if one.role is not None or status in _ANYBODY
    }
    if one.takes is not Takes.NOTHING:
        common |= {status: Told(description) for status, description in _WITH_BODY.items()}
    if one.takes is Takes.JSON:
        common[HTTPStatus.UNSUPPORTED_MEDIA_TYPE] = Told("It is no JSON.")
    return {
        str(int(status)): _answer(status, told)
        for status, told in sorted({**common, **one.answers}.items())
    }


def _answer(status: HTTPStatus, told: Told) -> dict[str, Any]:
    document: dict[str, Any] = {"description": told.description}
    if told.headers:
        document["headers"] = {
            name: {"description": said, "schema": {"type": "string"}}
            for name, said in told.headers.items()
        }
    if told.schema is not None:
        document["content"] = {told.media_type: {"schema": dict(told.schema)}}
    elif status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        document["content"] = {PROBLEM_TYPE: {"schema": ref("Problem")}}
    return document
