"""The API as an ASGI application."""

from collections import defaultdict
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from modeldesk import __version__
from modeldesk.adapters.rest.endpoint import Endpoint, Site
from modeldesk.adapters.rest.openapi import openapi
from modeldesk.adapters.rest.operations import Call, Operation, Reply, Told
from modeldesk.adapters.rest.problems import PROBLEM_TYPE, Problem
from modeldesk.adapters.rest.schemas import ref
from modeldesk.adapters.rest.table import operations
from modeldesk.core.hub.service import Hub
from modeldesk.core.words import tr

DESCRIPTION = "/v1/openapi.json"
HEALTH = "/v1/health"


def make_app(hub: Hub, site: Site) -> Starlette:
    """The whole of it."""
    table = (*operations(hub, site.access), *_for_everybody(hub))
    described = openapi(table)
    table = (*table, _describing(described))
    by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
    for one in table:
        by_path[one.path][one.method] = one
    app = Starlette(
        routes=[
            Route(_route(path), Endpoint(site, own), methods=list(own), name=path)
            # The longer path is meant where a shorter one would take it for a model's name.
            for path, own in sorted(by_path.items(), key=lambda item: -item[0].count("/"))
        ],
        exception_handlers={HTTPException: _refused},
    )
    app.router.redirect_slashes = False
    return app


def _for_everybody(hub: Hub) -> tuple[Operation, ...]:
    def health(call: Call) -> Reply:
        hub.listing.check(call.token)
        return Reply({"status": "ok", "version": __version__})

    answers = {HTTPStatus.OK: Told("It works.", ref("Health"))}
    return (
        Operation(
            "health", "GET", HEALTH, "Whether the server and its registry work", health, answers
        ),
    )


def _describing(described: dict[str, object]) -> Operation:
    return Operation(
        "describeApi",
        "GET",
        DESCRIPTION,
        "This description",
        lambda _: Reply(described),
        {HTTPStatus.OK: Told("An OpenAPI document.", {})},
    )


def _route(path: str) -> str:
    """Models and files have slashes in their names."""
    return path.replace("{model}", "{model:path}").replace("{path}", "{path:path}")


async def _refused(_: Request, error: Exception) -> Response:
    """What no operation was found for."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        said = tr("That can’t be done with what stands under this path.")
    else:
        said = tr("There is nothing under this path.")
    hint = tr("{path} describes what there is.", path=DESCRIPTION)
    problem = Problem(status, status.phrase.lower().replace(" ", "-"), said, hint)
    headers = dict(error.headers or {})
    return JSONResponse(problem.document, status, headers, PROBLEM_TYPE)
