"""A deployment's settings as they are given on the command line: what is named is changed, the
rest stays."""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from modeldesk.cli.values import graphics_cards, processors, seconds, seconds_or_none, size
from modeldesk.cli.variables import given_variables
from modeldesk.core.containers.arguments import parse_mount, parse_port
from modeldesk.core.containers.model import Mount
from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.releases.model import ServiceSettings
from modeldesk.core.words import tr

_T = TypeVar("_T")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_NONE = "none"
_LARGEST_BODY = 1_000_000


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Every setting; those that ``docker run`` has too are written the same."""
    group = parser.add_argument_group(
        "settings", "what is not named stays as the deployment has it"
    )
    group.add_argument(
        "-p",
        "--port",
        action="append",
        default=[],
        metavar="[ADDRESS:][HOST:]CONTAINER",
        help="where callers reach it, on 127.0.0.1 unless an address is given; at first the "
        "ports that the image exposes, at free ports here",
    )
    group.add_argument(
        "-e",
        "--variable",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="set a variable; without a value it is taken from this environment. Values that look "
        "secret are kept nowhere but in the container",
    )
    group.add_argument(
        "--secret",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="the same, of any value",
    )
    group.add_argument(
        "--unset", action="append", default=[], metavar="NAME", help="take a variable away"
    )
    group.add_argument(
        "-v",
        "--volume",
        action="append",
        default=None,
        metavar="SOURCE:TARGET[:ro]",
        help="mount; all mounts are named at once, an empty text names none",
    )
    group.add_argument("--memory", type=size, metavar="SIZE", help="at most; 0B for no limit")
    group.add_argument("--cpus", type=processors, metavar="N", help="at most; 0 for no limit")
    group.add_argument("--gpus", type=graphics_cards, metavar="N|all", help="0 for none")
    group.add_argument(
        "--locked-down",
        action=argparse.BooleanOptionalAction,
        help="read-only but for mounts, no capabilities, no new privileges",
    )
    group.add_argument(
        "--smoke",
        metavar="[METHOD] PATH",
        help="a request that a version must answer with success before it gets callers; none for "
        "no such request",
    )
    group.add_argument("--smoke-body", type=Path, metavar="FILE", help="what is sent with it")
    group.add_argument("--smoke-type", metavar="TYPE", help="of the body (application/json)")
    group.add_argument(
        "--timeout", type=seconds, metavar="SECONDS", help="for becoming healthy (60)"
    )
    group.add_argument(
        "--keep-warm",
        type=seconds_or_none,
        metavar="SECONDS",
        help="how long what was replaced keeps running, to go back to at once (600)",
    )
    group.add_argument(
        "--drain",
        type=seconds_or_none,
        metavar="SECONDS",
        help="how long open requests are waited for before it is stopped (30)",
    )


def read_settings(
    arguments: argparse.Namespace, known: ServiceSettings
) -> tuple[ServiceSettings, Mapping[str, str]]:
    """`known` with what was named, and the values of secrets. Raises `InvalidInput`."""
    variables, secrets = given_variables(arguments.variable), given_variables(arguments.secret)
    kept = set(known.secret_names)
    secrets |= {n: v for n, v in variables.items() if n in kept or looks_secret(n, v)}
    gone = set(arguments.unset)
    plain = {**known.environment, **variables}
    names = (*known.secret_names, *(name for name in secrets if name not in kept))
    return (
        replace(
            known,
            ports=tuple(parse_port(text) for text in arguments.port) or known.ports,
            environment={n: v for n, v in plain.items() if n not in gone and n not in secrets},
            secret_names=tuple(name for name in names if name not in gone),
            mounts=_mounts(arguments, known),
            limits=replace(
                known.limits,
                memory_bytes=_given(arguments.memory, known.limits.memory_bytes),
                cpus=_given(arguments.cpus, known.limits.cpus),
                gpus=_given(arguments.gpus, known.limits.gpus),
            ),
            locked_down=_given(arguments.locked_down, known.locked_down),
            smoke=_smoke(arguments, known.smoke),
            health_timeout_s=_given(arguments.timeout, known.health_timeout_s),
            keep_warm_s=_given(arguments.keep_warm, known.keep_warm_s),
            drain_s=_given(arguments.drain, known.drain_s),
        ),
        {name: value for name, value in secrets.items() if name not in gone},
    )


def _given(given: _T | None, known: _T) -> _T:
    return known if given is None else given


def _mounts(arguments: argparse.Namespace, known: ServiceSettings) -> tuple[Mount, ...]:
    if arguments.volume is None:
        return known.mounts
    return tuple(parse_mount(text, Path.cwd()) for text in arguments.volume if text)


def _smoke(arguments: argparse.Namespace, known: SmokeRequest | None) -> SmokeRequest | None:
    request = known
    if arguments.smoke == _NONE:
        return None
    if arguments.smoke is not None:
        method, _, path = arguments.smoke.strip().rpartition(" ")
        method = method.strip().upper() or "GET"
        if method not in _METHODS or not path.startswith("/") or not path.isprintable():
            raise InvalidInput(
                tr("“{text}” is no request.", text=arguments.smoke),
                tr("Write “GET /health” or “POST /predict”."),
            )
        before = known or SmokeRequest()
        request = replace(before, method=method, path=path)
    if request is None:
        if arguments.smoke_body or arguments.smoke_type:
            raise InvalidInput(
                tr("A body needs a request that it is sent with."),
                tr("Name the request with --smoke."),
            )
        return None
    if arguments.smoke_body is not None:
        request = replace(request, body=_body(arguments.smoke_body))
    return replace(request, content_type=_given(arguments.smoke_type, request.content_type))


def _body(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(_LARGEST_BODY + 1)
    except OSError as error:
        raise InvalidInput(
            tr("The file {path} can’t be read.", path=path), tr("Name another."), str(error)
        ) from error
    if len(body) > _LARGEST_BODY:
        raise InvalidInput(
            tr("The file {path} is too large to be kept with the settings.", path=path),
            tr("Send a smaller request: a megabyte at most."),
        )
    return body
