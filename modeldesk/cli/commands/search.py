"""``modeldesk search QUERY``: versions here and in registries, by what is known of them."""

import argparse
from collections.abc import Iterable, Iterator, Sequence

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.remote import catalog, look_through
from modeldesk.cli.session import Session
from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.errors import EngineError, InvalidQuery
from modeldesk.core.ids import NO_ENGINE, EngineId, short
from modeldesk.core.library.catalog import RemoteCatalog
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.metadata.keys import value_text
from modeldesk.core.metadata.model import Key
from modeldesk.core.search.asked import asked_for, usual_order
from modeldesk.core.search.evaluate import fact_of
from modeldesk.core.search.literals import name_of
from modeldesk.core.search.model import Attribute, Entry, Order
from modeldesk.core.search.parse import read_field
from modeldesk.core.search.service import MOST_SHOWN
from modeldesk.core.search.service import Answer as SearchAnswer
from modeldesk.core.text import size_text
from modeldesk.core.words import tr, trn

_EPILOG = """\
A query is made of conditions, with and (which may be left out), or, not and brackets:
  accuracy >= 0.9 and dataset = "clicks-2025-11" and channel != deprecated
Signs: = != < <= > >=, ~ for a part of a text, !~ for its opposite. Fields: model version channel
framework where (local, registry, both) dataset commit repository digest size compressed created
age training_time, and any metric.NAME, param.NAME, tag.NAME; NAME alone means the metric first.
Values: 0.9 90% 2GB 30d 2026-01-31 today; in quotes where they have spaces. Other words are looked
for in names.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("query", metavar="QUERY", nargs="*", help="what to find; else everything")
    parser.add_argument(
        "--sort",
        metavar="FIELD",
        default="",
        help="best first for a metric, newest first for a date; else by age",
    )
    parser.add_argument("--reverse", action="store_true", help="the other way round")
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="ask every known registry first; else what they said last counts",
    )
    parser.add_argument(
        "--limit", type=int, default=MOST_SHOWN, metavar="N", help="how many are shown at most"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Bring the index in step with the engine and what registries said, and ask it."""
    search = session.search()
    text = " ".join(arguments.query)
    order = usual_order(read_field(arguments.sort)) if arguments.sort else Order()
    if arguments.reverse:
        order = Order(order.by, not order.descending)
    engine, snapshot = _here(session)
    if arguments.refresh:
        look_through(session, snapshot)
        named = {one.host for one in session.parts.settings.registries}
        gathered = session.parts.gatherer.gather(snapshot, named, session.job)
        for problem in gathered.problems:
            session.job.log(str(problem))
    search.refresh(engine, snapshot, session.job.token)
    try:
        answer = search.find(engine, text, order, max(1, arguments.limit))
    except InvalidQuery as error:
        error.detail = f"{text}\n{' ' * (error.column - 1)}{'^' * error.length}"
        raise
    if not arguments.refresh:
        _say_never_asked(session)
    return _told(answer, order)


def _say_never_asked(session: Session) -> None:
    """Of which registries nothing can be found, since they were not looked through yet."""
    known = session.parts.settings.registries
    looked = catalog(session) if known else RemoteCatalog()
    for one in known:
        if looked.look(one.host) is None:
            session.job.log(
                tr("{host} was not looked through yet: --refresh asks it.", host=one.host)
            )


def _here(session: Session) -> tuple[EngineId, LibrarySnapshot]:
    """The images of the engine; without one, what registries have can still be found."""
    try:
        return session.here(), session.library().reload(session.engine())
    except EngineError as error:
        session.job.log(tr("{problem} Only registries are searched.", problem=error.message))
        return NO_ENGINE, LibrarySnapshot()


def _told(answer: SearchAnswer, order: Order) -> Answer:
    shown = tuple(asked_for(answer.query, order))
    entries, total = answer.found.entries, answer.found.total
    header = ("MODEL", "VERSION", "CHANNELS", *map(name_of, shown), "SIZE", "CREATED", "WHERE")
    rows = [_row(one, shown) for one in entries]
    right = "   " + "r" * (len(shown) + 1)
    lines = [*table(header, rows, right)] if rows else [tr("Nothing was found.")]
    if total > len(entries):
        lines.append(trn("… of {count} version", "… of {count} versions", total))
    lines += _hints(answer)
    return Answer({"total": total, "versions": [_json(one) for one in entries]}, tuple(lines))


def _hints(answer: SearchAnswer) -> Iterator[str]:
    for one in answer.unknown:
        said = tr("No version has “{name}”.", name=one.name)
        if one.near:
            said += " " + tr("Did you mean {names}?", names=", ".join(one.near))
        yield said


def _row(one: Entry, shown: Sequence[Attribute]) -> tuple[str, ...]:
    size = one.size_bytes if one.local else one.compressed_bytes
    return (
        one.model,
        one.name,
        " ".join(one.channels),
        *(_fact_text(one, attribute) for attribute in shown),
        "?" if size is None else size_text(size),
        f"{one.created.astimezone():%Y-%m-%d %H:%M}",
        _where(one),
    )


def _fact_text(one: Entry, attribute: Attribute) -> str:
    fact = fact_of(one, attribute)
    if fact is None:
        return ""
    return shown_value(fact.name, value_text(Key(fact.section, fact.name), fact.value))


def _where(one: Entry) -> str:
    if one.local:
        return "local and registry" if one.repositories else "local"
    return "registry"


def _json(one: Entry) -> Json:
    return {
        "model": one.model,
        "version": one.name,
        "reference": one.reference,
        "image_id": one.image,
        "short_id": short(one.image),
        "digests": [*one.digests],
        "channels": [*one.channels],
        "where": _where(one),
        "repositories": [*one.repositories],
        "framework": one.framework,
        "dataset": one.dataset,
        "commit": one.commit,
        "created": one.created.isoformat(),
        "size_bytes": one.size_bytes,
        "compressed_bytes": one.compressed_bytes,
        "training_seconds": one.training_s,
        **{
            word: dict(_values(one, section))
            for word, section in (("metrics", "metric"), ("parameters", "param"), ("tags", "tag"))
        },
    }


def _values(one: Entry, section: str) -> Iterable[tuple[str, Json]]:
    for fact in one.facts:
        if fact.section.value == section:
            text = isinstance(fact.value, str)
            yield fact.name, shown_value(fact.name, str(fact.value)) if text else fact.value
