"""``modeldesk serve``: the models of a registry over HTTP, tokens for it, and its audit log."""

import argparse
from datetime import timedelta
from pathlib import Path

from modeldesk.cli.answer import Answer
from modeldesk.cli.serve_answers import audit_answer, new_token_answer, tokens_answer
from modeldesk.cli.session import Session
from modeldesk.cli.values import at_least_one, days, seconds, size
from modeldesk.core.access.limits import Limits
from modeldesk.core.access.listening import Listening, Serving, check_listening
from modeldesk.core.access.model import EVERY_MODEL, Grant, Role
from modeldesk.core.errors import InvalidInput
from modeldesk.core.hub.names import Shelf
from modeldesk.core.registry.known import known_as
from modeldesk.core.registry.place import registry_place
from modeldesk.core.words import tr

_EPILOG = """\
roles: read (list, search, download), publish (new versions, metadata), promote (move channels),
  administer (all of that, overrule channels' rules, read the audit log)
Without TOKENS nobody gets in; --open lets everybody on this machine in, and nobody else.
Everything but tokens and the audit log lies in the registry, so several servers can stand beside
each other. The API describes itself under /v1/openapi.json.
"""
_PORT = 8420


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    _add_serving(parser)
    acts = parser.add_subparsers(dest="act", metavar="ACT")
    token = acts.add_parser("token", help="make, list and revoke tokens")
    _add_token_acts(token)
    audit = acts.add_parser("audit", help="who did what, when, on which digest, and how it ended")
    _json(audit)
    audit.add_argument(
        "--limit", type=at_least_one, default=50, metavar="N", help="how many lines (50)"
    )


def _add_serving(parser: argparse.ArgumentParser) -> None:
    usual = Limits()
    parser.add_argument(
        "--registry",
        metavar="HOST[/PATH]",
        help="where the models are; with a path, only what lies under it",
    )
    parser.add_argument("--host", default="127.0.0.1", help="to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=_PORT, help=f"{_PORT}; 0: a free one")
    parser.add_argument("--open", action="store_true", help="ask for no token; this machine only")
    parser.add_argument("--cert", type=Path, metavar="FILE", help="encrypt with this (PEM)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="of the certificate (PEM)")
    parser.add_argument(
        "--plain-http", action="store_true", help="something before this server encrypts"
    )
    parser.add_argument(
        "--proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="believe what it says of where requests come from; may be repeated",
    )
    parser.add_argument(
        "--max-upload", type=size, default=usual.upload_bytes, metavar="SIZE", help="(100GB)"
    )
    parser.add_argument(
        "--max-requests", type=at_least_one, default=usual.requests, metavar="N",
        help=f"served at once ({usual.requests})",
    )  # fmt: skip
    parser.add_argument(
        "--grace",
        type=seconds,
        default=usual.grace_s,
        metavar="SECONDS",
        help=f"that what is under way may take when it is asked to end ({usual.grace_s:.0f})",
    )


def _add_token_acts(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="token_act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="make a token; it is shown once")
    _json(add)
    add.add_argument("name", help="who it is for; it stands in histories")
    add.add_argument(
        "--role",
        action="append",
        required=True,
        choices=[role.value for role in Role],
        help="may be repeated",
    )
    add.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="PATTERN",
        help="for these models (*): team/fraud, 'team/*'; may be repeated",
    )
    add.add_argument(
        "--expires",
        type=days,
        metavar="AGE",
        help="after 30d or 4w; else it is valid until revoked",
    )
    _json(acts.add_parser("list", help="every token, without its secret"))
    revoke = acts.add_parser("revoke", help="from now on nobody gets in with it")
    _json(revoke)
    revoke.add_argument("token", help="its id or name")


def _json(parser: argparse.ArgumentParser) -> None:
    # As the command's own, which stays as it was where this one is not given.
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Serve, or do the act. No engine is asked."""
    match arguments.act:
        case "token":
            return _token(arguments, session)
        case "audit":
            return audit_answer(session.parts.access.audit(arguments.limit))
        case _:
            return _serve(arguments, session)


def _token(arguments: argparse.Namespace, session: Session) -> Answer:
    access = session.parts.access
    match arguments.token_act:
        case "add":
            lasts = None if arguments.expires is None else timedelta(days=arguments.expires)
            grants = [
                Grant(Role(role), pattern)
                for role in arguments.role
                for pattern in arguments.model or [EVERY_MODEL]
            ]
            return new_token_answer(*access.add(arguments.name, grants, lasts))
        case "revoke":
            return tokens_answer(access.revoke(arguments.token))
        case _:
            return tokens_answer(access.tokens())


def _serve(arguments: argparse.Namespace, session: Session) -> Answer:
    if not arguments.registry:
        raise InvalidInput(
            tr("It is not said whose models to serve."),
            tr("Name the registry: modeldesk serve --registry registry.lan:5000"),
        )
    parts = session.parts
    place = registry_place(arguments.registry)
    host = place.registry
    known = known_as(parts.settings.registries, host)
    shelf = Shelf(host, place.prefix.rstrip("/"), known.repositories)
    limits = Limits(
        upload_bytes=arguments.max_upload,
        requests=arguments.max_requests,
        grace_s=arguments.grace,
    )
    listening = Listening(
        arguments.host,
        arguments.port,
        arguments.open,
        encrypted=arguments.cert is not None,
        plain_http=arguments.plain_http,
    )
    check_listening(listening)
    serving = Serving(
        listening,
        parts.paths.serving,
        arguments.cert,
        arguments.key,
        tuple(arguments.proxy),
        limits,
    )
    if not arguments.open and not parts.access.tokens():
        session.job.log(
            tr("There is no token yet. “modeldesk serve token add” makes one; it is valid at once.")
        )

    def say(where: Listening) -> None:
        session.job.log(tr("Serving {name} on {address}", name=host, address=where.address))

    parts.serve(shelf, serving, say, session.job.token)
    return Answer({"served": host}, (tr("Ended."),))
