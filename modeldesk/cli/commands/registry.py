"""``modeldesk registry …``: the registries that are known, signing in to them, what they have, and
one of one's own on the engine."""

import argparse
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from modeldesk.cli import browse
from modeldesk.cli.answer import Answer, table
from modeldesk.cli.known_registries import known_registries, save_registries
from modeldesk.cli.own_registry import OWN_ACTS, add_own_arguments, execute_own
from modeldesk.cli.prompts import read_credentials
from modeldesk.cli.registry_answers import (
    account_json,
    checked,
    kept_text,
    registry_json,
    spoken_text,
    step_line,
)
from modeldesk.cli.session import Session
from modeldesk.core.containers.told import check_told
from modeldesk.core.errors import CredentialsError, InvalidInput, NotFound
from modeldesk.core.registry.accounts import account_text, sign_out_text
from modeldesk.core.registry.check import CheckStep, OnStep
from modeldesk.core.registry.known import (
    KnownRegistry,
    known_as,
    named,
    read_host,
    with_registry,
    without_registry,
)
from modeldesk.core.text import printable
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    _act(acts, "list", "the registries that are known, and who is signed in")
    add = _act(acts, "add", "name a registry, or change what is known of it", host=True)
    add.add_argument("--name", help="what to call it")
    add.add_argument(
        "--http",
        action=argparse.BooleanOptionalAction,
        help="allow it to be spoken to unencrypted (this machine's own may be always)",
    )
    add.add_argument("--ca", metavar="FILE", help="certificates to trust for it (PEM); '' for none")
    add.add_argument(
        "--repository",
        action="append",
        metavar="NAME",
        help="a repository to look into, for a registry that lists none; may be repeated, and "
        "replaces those named before",
    )
    _act(acts, "remove", "sign out and forget a registry", host=True)
    sign_in = _act(acts, "sign-in", "sign in, checking every step", host=True)
    sign_in.add_argument("--user", metavar="NAME", default="", help="else it is asked for")
    sign_in.add_argument(
        "--password-stdin",
        action="store_true",
        help="take the password from standard input; else it is asked for",
    )
    _act(acts, "sign-out", "erase the password that was kept", host=True)
    _act(acts, "check", "try a registry out, and say which step fails", host=True)
    for name, summary in OWN_ACTS.items():
        add_own_arguments(name, _act(acts, name, summary))
    browse.add_arguments(_act(acts, "browse", "list what a registry has", host=True))


def _act(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    *,
    host: bool = False,
) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=summary, description=summary.capitalize() + ".")
    # As the command's own, which stays as it was where this one is not given.
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document"
    )
    if host:
        parser.add_argument("host", metavar="HOST", help="such as registry.lan:5000 or ghcr.io")
    return parser


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Do the act. An engine is asked for one's own registry alone."""
    if arguments.act in OWN_ACTS:
        return execute_own(arguments, session)
    if arguments.act == "list":
        return _list(session)
    known = known_as(known_registries(session), read_host(arguments.host))
    match arguments.act:
        case "add":
            return _add(arguments, session, known)
        case "remove":
            return _remove(session, known)
        case "sign-in":
            return _sign_in(arguments, session, known)
        case "sign-out":
            return _sign_out(session, known)
        case "browse":
            return browse.browse(arguments, session, known)
        case _:
            return _check(session, known)


def _list(session: Session) -> Answer:
    accounts = session.parts.accounts
    found = [(one, accounts.who(one.host, session.job.token)) for one in known_registries(session)]
    rows = [(one.host, one.name, spoken_text(one), kept_text(account)) for one, account in found]
    lines = table(("HOST", "NAME", "SPOKEN", "SIGNED IN"), rows) if rows else [
        tr("No registry is known. “modeldesk registry add HOST” names one.")
    ]  # fmt: skip
    return Answer([registry_json(one, account) for one, account in found], tuple(lines))


def _add(arguments: argparse.Namespace, session: Session, known: KnownRegistry) -> Answer:
    new = named(
        known.host,
        known.name if arguments.name is None else check_told(arguments.name),
        known.plain_http if arguments.http is None else arguments.http,
        known.ca_file if arguments.ca is None else _ca_file(arguments.ca),
        known.repositories if arguments.repository is None else arguments.repository,
    )
    new = replace(new, user=known.user, keeper=known.keeper)
    save_registries(session, with_registry(known_registries(session), new))
    account = session.parts.accounts.who(new.host, session.job.token)
    said = tr("{host} is known. “modeldesk registry check {host}” tries it out.", host=new.host)
    return Answer(registry_json(new, account), (said,))


def _ca_file(given: str) -> str:
    """Its whole path. Raises `InvalidInput` when there is no such file."""
    if not given:
        return ""
    path = Path(given)
    # Nobody may be called so whose home it names, or it may be too long for any file.
    with suppress(OSError, RuntimeError):
        path = path.expanduser().absolute()
        if path.is_file():
            return str(path)
    raise InvalidInput(tr("{path} is not there.", path=printable(str(path))))


def _remove(session: Session, known: KnownRegistry) -> Answer:
    if known not in known_registries(session):
        raise NotFound(
            tr("{host} is not among the known registries.", host=known.host),
            tr("“modeldesk registry list” lists them."),
        )
    problem: CredentialsError | None = None
    lines = [tr("{host} is forgotten.", host=known.host)]
    try:
        signed_out = session.parts.accounts.sign_out(known, session.job.token)
    except CredentialsError as error:
        problem = error
    else:
        lines.append(sign_out_text(known.host, signed_out))
    save_registries(session, without_registry(known_registries(session), known.host))
    return Answer({"host": known.host, "removed": True}, tuple(lines), problem=problem)


def _sign_in(arguments: argparse.Namespace, session: Session, known: KnownRegistry) -> Answer:
    typed = read_credentials(known.host, arguments.user, from_stdin=arguments.password_stdin)
    accounts, token = session.parts.accounts, session.job.token
    done = accounts.sign_in(known, typed, _log_to(session), token)
    if done.report.failed is not None and not done.kept:
        return checked(done.report, {"user": "", "signed_in": False, "kept_in": ""}, ())
    save_registries(session, with_registry(known_registries(session), done.known))
    account = accounts.who(known.host, token)
    return checked(done.report, account_json(account), (account_text(account),))


def _sign_out(session: Session, known: KnownRegistry) -> Answer:
    done = session.parts.accounts.sign_out(known, session.job.token)
    if known in known_registries(session):
        save_registries(session, with_registry(known_registries(session), done.known))
    return Answer(
        {"host": known.host, "erased_from": done.erased, **account_json(done.still)},
        (sign_out_text(known.host, done),),
    )


def _check(session: Session, known: KnownRegistry) -> Answer:
    report = session.parts.accounts.check(known, _log_to(session), session.job.token)
    lines = () if report.failed else (tr("{host} can be used.", host=known.host),)
    return checked(report, {}, lines)


def _log_to(session: Session) -> OnStep:
    """Each step on standard error, as it ends."""

    def log(step: CheckStep) -> None:
        session.job.log(step_line(step))

    return log
