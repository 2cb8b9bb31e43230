"""A registry of one's own on the engine, for the command line."""

import argparse

from modeldesk.cli.answer import Answer, Json
from modeldesk.cli.known_registries import known_registries, save_registries
from modeldesk.cli.registry_answers import registry_json
from modeldesk.cli.session import Session
from modeldesk.core.own_registry.model import OwnRegistry
from modeldesk.core.own_registry.service import WhatGoes
from modeldesk.core.own_registry.words import collected_text, data_text, state_text
from modeldesk.core.references import Reference
from modeldesk.core.registry.accounts import Account
from modeldesk.core.registry.known import with_registry, without_registry
from modeldesk.core.words import tr

OWN_ACTS = {
    "own": "what there is of your own registry on the engine",
    "start": "make a registry of your own on the engine, or start it again",
    "stop": "stop your own registry",
    "collect": "free the room of what nothing in your own registry names any more",
    "remove-own": "list what goes with your own registry; with --yes it goes",
}


def add_own_arguments(act: str, parser: argparse.ArgumentParser) -> None:
    """The arguments of one act."""
    if act == "start":
        parser.add_argument("--image", metavar="REF", help="instead of the one of the settings")
    elif act == "remove-own":
        parser.add_argument(
            "--data", action="store_true", help="remove what is in it too; else a start finds it"
        )
        parser.add_argument("--yes", action="store_true", help="remove what is listed")


def execute_own(arguments: argparse.Namespace, session: Session) -> Answer:
    """Do the act."""
    match arguments.act:
        case "own":
            own = _find(session)
            line = state_text(own) if own else tr("There is no registry of yours on this engine.")
            return Answer(_json(own), (line,))
        case "start":
            return _start(session, arguments.image or session.parts.settings.registry_image)
        case "stop":
            service = session.parts.own_registries
            service.stop(session.engine(), known_registries(session), session.job)
            own = _find(session)
            return Answer(_json(own), (state_text(own) if own else "",))
        case "collect":
            return _collect(session)
        case _:
            return _remove(session, data=arguments.data, is_meant=arguments.yes)


def _start(session: Session, image: str) -> Answer:
    wanted = Reference.parse(image)
    service, known = session.parts.own_registries, known_registries(session)
    started = service.start(session.engine(), wanted, known, session.job)
    save_registries(session, with_registry(known, started.known))
    account = Account(started.known.user, started.known.keeper)
    line = tr("Your own registry answers at {host}: {host}/team/model:v1.0.0 is a name there.",
              host=started.host)  # fmt: skip
    return Answer({**registry_json(started.known, account), "made": started.made}, (line,))


def _collect(session: Session) -> Answer:
    known = known_registries(session)
    found = session.parts.own_registries.collect(session.engine(), known, session.job)
    document: dict[str, Json] = {
        "freed_bytes": found.freed_bytes,
        "left_bytes": found.left_bytes,
        "untagged": found.untagged,
    }
    return Answer(document, (collected_text(found),))


def _remove(session: Session, *, data: bool, is_meant: bool) -> Answer:
    service, engine = session.parts.own_registries, session.engine()
    known = known_registries(session)
    goes = service.what_goes(engine, known, session.job)
    lines = _lines(goes, data=data)
    document: dict[str, Json] = {
        **_json(goes.own),
        "repositories": None if goes.repositories is None else list(goes.repositories),
        "data_bytes": goes.data_bytes,
        "data": data,
        "dry_run": not is_meant,
    }
    if not is_meant:
        return Answer(document, (*lines, tr("Dry run: add --yes to remove.")))
    removed = service.remove(engine, known, session.job, data=data)
    save_registries(session, without_registry(known, removed.host))
    return Answer(document, (*lines, tr("Removed.")), problem=removed.problem)


def _lines(goes: WhatGoes, *, data: bool) -> list[str]:
    named = [f"{goes.own.host}/{one}" for one in goes.repositories or ()]
    return [state_text(goes.own), data_text(goes, data=data), *named]


def _find(session: Session) -> OwnRegistry | None:
    known = known_registries(session)
    return session.parts.own_registries.find(session.engine(), known, session.job.token)


def _json(own: OwnRegistry | None) -> dict[str, Json]:
    if own is None:
        return {"state": "none", "host": "", "volume": ""}
    return {"state": own.state.value, "host": own.host, "volume": own.volume}
