"""``modeldesk metadata REF``: what is registered with a version, and changing it."""

import argparse
from dataclasses import replace

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.session import Session
from modeldesk.cli.subject import find_subject
from modeldesk.core.attached.service import Attached, MetadataService
from modeldesk.core.attached.subject import Subject
from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.metadata.keys import parse_key, read_pair, value_text
from modeldesk.core.metadata.model import Edit, Key, Metadata, Told, Value
from modeldesk.core.words import tr, trn

_SHOWN = 10
"""Edits that are told on a terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "reference",
        metavar="REF",
        help="a version on the engine or of a registry, also weights without an image",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="set_values",
        help="metric.NAME, param.NAME, tag.NAME, dataset or training_time",
    )
    parser.add_argument("--unset", action="append", default=[], metavar="KEY")
    parser.add_argument("--why", metavar="TEXT", default="", help="the reason, for the history")
    parser.add_argument(
        "--ask",
        action="store_true",
        help="read first what others attached to it in its registries",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Show all that is known of a version; with --set and --unset change it, keep who did it, and
    attach that to the version in its registries."""
    values = dict(map(read_pair, arguments.set_values))
    unset = [parse_key(text) for text in arguments.unset]
    metadata = session.metadata()
    subject = find_subject(session, arguments.reference)
    if arguments.ask:
        for place in subject.places:
            images = {place.digest: subject.image}
            metadata.fetch(place.repository, images, session.job.token)
    if not values and not unset:
        known = metadata.metadata(subject.image, subject.labels)
        return _answer(subject, known, metadata, None)
    known = metadata.edit(subject.image, subject.labels, values, unset, arguments.why)
    done = metadata.attach(subject.image, subject.places, session.job.token)
    return _answer(subject, known, metadata, done)


def _answer(
    subject: Subject, known: Metadata, metadata: MetadataService, done: Attached | None
) -> Answer:
    waiting = metadata.waiting(subject.image, subject.places)
    rows = [
        (key.text, _shown(key, told.value), _source_text(told))
        for key, told in known.values.items()
    ]
    lines = [*table(("KEY", "VALUE", "FROM"), rows)] if rows else [tr("Nothing is registered.")]
    if known.history:
        lines += ["", *map(_edit_text, known.history[:_SHOWN])]
    if waiting:
        lines += ["", trn("{count} edit is not in the registry yet.",
                          "{count} edits are not in the registry yet.", waiting)]  # fmt: skip
    answer = Answer(
        {
            "reference": subject.name,
            "image_id": subject.image,
            "values": [
                {"key": key.text, "value": _json_value(key, told.value), "from": _source(told)}
                for key, told in known.values.items()
            ],
            "history": [_edit_json(edit) for edit in known.history],
            "waiting": waiting,
        },
        tuple(lines),
    )
    if done is None or not done.problems:
        return answer
    first = done.problems[0]
    # Nothing is lost, so the command has done what it was asked for.
    return replace(
        answer,
        problem=ModelDeskError(
            tr("It is kept here, but could not be attached in the registry: {problem}",
               problem=first.message),
            first.hint,
            first.detail,
        ),
    )  # fmt: skip


def _shown(key: Key, value: Value) -> str:
    return shown_value(key.name, value_text(key, value))


def _json_value(key: Key, value: Value) -> Json:
    return shown_value(key.name, value) if isinstance(value, str) else value


def _source_text(told: Told) -> str:
    if told.by is None:
        return tr("label")
    return f"{told.by.time.astimezone():%Y-%m-%d %H:%M} {told.by.author}"


def _source(told: Told) -> Json:
    return {"label": True} if told.by is None else _head(told.by)


def _head(edit: Edit) -> dict[str, Json]:
    return {"time": edit.time.isoformat(), "author": edit.author, "reason": edit.reason}


def _edit_text(edit: Edit) -> str:
    changed = [f"{key}={_shown(key, value)}" for key, value in edit.set.items()]
    changed += [f"−{key}" for key in sorted(edit.unset, key=str)]
    why = f" ({edit.reason})" if edit.reason else ""
    head = f"{edit.time.astimezone():%Y-%m-%d %H:%M}  {edit.author}"
    return f"{head}  {', '.join(changed)}{why}"


def _edit_json(edit: Edit) -> Json:
    return {
        **_head(edit),
        "set": {key.text: _json_value(key, value) for key, value in edit.set.items()},
        "unset": sorted(key.text for key in edit.unset),
    }
