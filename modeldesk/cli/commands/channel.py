"""``modeldesk channel``: where a model's channels are, and moving them."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from modeldesk.cli.answer import Answer
from modeldesk.cli.channel_answers import (
    history_answer,
    move_answer,
    status_answer,
    unchanged_answer,
)
from modeldesk.cli.session import Session
from modeldesk.core.channels.history import unfinished
from modeldesk.core.channels.model import MovePlan
from modeldesk.core.channels.names import check_channel
from modeldesk.core.errors import ChannelError, EngineUnavailable, InvalidInput, NotFound
from modeldesk.core.ids import ModelName
from modeldesk.core.library.find import find_models, find_version
from modeldesk.core.library.model import LibrarySnapshot, Model, Version
from modeldesk.core.words import tr

_EPILOG = """\
modeldesk channel MODEL                        where its channels are
modeldesk channel set MODEL CHANNEL VERSION    move one, here and in the registry
modeldesk channel clear MODEL CHANNEL [VERSION]    take it off
modeldesk channel undo MODEL CHANNEL           take the last move back
modeldesk channel finish MODEL CHANNEL         finish a move that was left half done
modeldesk channel history MODEL [CHANNEL]      who moved what, when and why
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("words", metavar="WORD", nargs="+", help="one of the forms below")
    parser.add_argument("--why", metavar="TEXT", default="", help="kept in the history")
    parser.add_argument(
        "--override",
        action="store_true",
        help="move it though a rule of the channel is not met; needs --why",
    )
    parser.add_argument(
        "--here-only", action="store_true", help="leave the registry's tag where it is"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Show, move, or tell."""
    words: list[str] = arguments.words
    act = _ACTS.get(words[0]) if len(words) > 1 else None
    if act is None:
        if len(words) > 1:
            raise _usage()
        return _show(session, words[0])
    least, most, run = act
    if not least <= len(words) - 1 <= most:
        raise _usage()
    return run(arguments, session, words[1:])


def _usage() -> InvalidInput:
    return InvalidInput(
        tr("That is none of the forms of “modeldesk channel”."),
        tr("See them with: modeldesk channel --help"),
    )


def _show(session: Session, name: str) -> Answer:
    model = find_models(_snapshot(session), name)[0]
    found = session.channels().status(session.engine(), model, session.job.token)
    return status_answer(model.name, found)


def _set(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    version = _version(_snapshot(session), words[0], words[2])
    plan = session.channels().plan(
        session.engine(),
        session.library().snapshot,
        version,
        words[1],
        session.job.token,
        here_only=arguments.here_only,
    )
    return _moved(arguments, session, plan)


def _clear(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    snapshot = _snapshot(session)
    channel = words[1]
    check_channel(channel)
    if len(words) > 2:
        version = _version(snapshot, words[0], words[2])
    else:
        version = _only_one(find_models(snapshot, words[0])[0], channel)
    plan = session.channels().plan_off(
        session.engine(),
        snapshot,
        version,
        channel,
        session.job.token,
        here_only=arguments.here_only,
    )
    return _moved(arguments, session, plan)


def _undo(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    model = find_models(_snapshot(session), words[0])[0]
    plan = session.channels().plan_undo(session.engine(), model.name, words[1])
    return _moved(arguments, session, plan)


def _finish(_: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    model = find_models(_snapshot(session), words[0])[0]
    service = session.channels()
    left = unfinished(service.history(model.name, words[1]).moves)
    if not left:
        raise ChannelError(
            tr("No move of {channel} of {model} is left to finish.",
               channel=words[1], model=model.name)
        )  # fmt: skip
    return move_answer(service.finish(session.engine(), left[0], session.job))


def _history(_: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    service = session.channels()
    # Where its repositories are is known by what is here, too.
    with suppress(EngineUnavailable):
        _snapshot(session)
    found = service.history(ModelName(words[0]), *words[1:])
    for problem in found.problems:
        session.job.log(tr("Moves that others made may be missing: {reason}",
                           reason=problem.message))  # fmt: skip
    if not found.moves:
        # A model that went has its history still; a name that was mistyped has none.
        find_models(_snapshot(session), words[0])
        for channel in words[1:]:
            check_channel(channel)
    return history_answer(words[0], found.moves)


def _moved(arguments: argparse.Namespace, session: Session, plan: MovePlan) -> Answer:
    if not plan.alters:
        return unchanged_answer(plan)
    move = session.channels().move(
        session.engine(), plan, arguments.why, session.job, override=arguments.override
    )
    return move_answer(move)


def _snapshot(session: Session) -> LibrarySnapshot:
    """What there is; no layer is needed."""
    return session.library().reload(session.engine())


def _version(snapshot: LibrarySnapshot, model: str, text: str) -> Version:
    """By its name, a tag, a reference, a digest or an image id. Raises `NotFound`."""
    entry = find_models(snapshot, model)[0]
    for version in entry.versions:
        tags = {reference.tag for reference in version.references}
        if text == version.name or text in tags:
            return version
    found = find_version(snapshot, text)
    for version in entry.versions:
        if version.key.image == found.key.image:
            return version
    raise NotFound(
        tr("{version} is no version of {model}.", version=text, model=model),
        tr("See them with: modeldesk versions {model}", model=model),
    )


def _only_one(model: Model, channel: str) -> Version:
    having = [version for version in model.versions if channel in version.channels]
    if not having:
        raise NotFound(tr("No version of {model} is {channel}.", model=model.name, channel=channel))
    if len(having) > 1:
        raise InvalidInput(
            tr("{count} versions of {model} are {channel}.",
               count=len(having), model=model.name, channel=channel),
            tr("Name the version too."),
        )  # fmt: skip
    return having[0]


_Act = Callable[[argparse.Namespace, Session, Sequence[str]], Answer]
_ACTS: Mapping[str, tuple[int, int, _Act]] = {
    "set": (3, 3, _set),
    "clear": (2, 3, _clear),
    "undo": (2, 2, _undo),
    "finish": (2, 2, _finish),
    "history": (1, 2, _history),
}
"""Each with its least and most words after it."""
